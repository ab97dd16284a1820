//! stepwarden: the security of AWS Step Functions workflows.
//!
//! The way of one event: event → [`trigger::Change`] → [`snapshot::Account`] → [`facts::Facts`] → [`finding::Finding`]s
//! → [`delta::Delta`] from the last [`verdict::Record`] → [`render::alert::Alert`] → [`route::Delivery`], and the next
//! record is kept. [`pipeline::handle`] is that way in one place. A module imports only what stands upstream of it. Reading
//! and writing happen at the two ends, in `collect`, `aws`, `local`, `pipeline` and `cli`; everything between is
//! synchronous, deterministic and total, and never panics. `ARCHITECTURE.md` has the modules in order and what tests hold.

pub mod analysis;
pub mod arn;
pub mod asl;
pub mod assess;
#[cfg(feature = "live")]
pub mod aws;
pub mod baseline;
pub mod baselines;
pub mod budget;
pub mod catalog;
pub mod cli;
pub mod collect;
pub mod config;
pub mod decide;
pub mod delta;
pub mod demand;
pub mod dependencies;
pub mod digest;
pub mod document;
pub mod drift;
pub mod entry_points;
pub mod evidence;
pub mod exposure;
pub mod expr;
pub mod facts;
pub mod file_patch;
pub mod finding;
pub mod flow;
pub mod functions;
pub mod gap;
pub mod glob;
pub mod grants;
pub mod graph;
pub mod history;
pub mod iam;
pub mod least_privilege;
pub mod loc;
pub mod local;
pub mod log_delivery;
pub mod map;
pub mod moment;
pub mod need;
pub mod pages;
pub mod parallel;
pub mod patch;
pub mod pipeline;
pub mod posture;
pub mod queue;
pub mod reach;
pub mod render;
pub mod route;
pub mod rule_id;
pub mod rules;
pub mod secrets;
pub mod severity;
pub mod sinks;
pub mod snapshot;
pub mod starters;
pub mod suggest;
pub mod suppression;
pub mod taint;
pub mod template;
pub mod trace;
pub mod trigger;
pub mod trust;
pub mod value;
pub mod verdict;
pub mod workflow;
