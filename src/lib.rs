//! stepwarden: the security of AWS Step Functions workflows.
//!
//! The way of one event: event → [`trigger::Change`] → [`snapshot::Account`] → [`facts::Facts`] → [`finding::Finding`]s
//! → [`delta::Delta`] from the last [`verdict::Record`] → [`render::alert::Alert`] → [`route::Delivery`], and the next
//! record is kept. [`pipeline::handle`] is that way in one place. A module imports only what stands upstream of it. Reading
//! and writing happen at the two ends, in `collect`, `aws`, `local`, `pipeline` and `cli`; everything between is
//! synchronous, deterministic and total, and never panics. `ARCHITECTURE.md` has the modules in order and what tests hold.
//!
//! # As a library
//!
//! The texts of AWS's own responses in, findings out: no file, clock or network. What is public is what a caller needs for
//! that, and what the project's own tests and benchmarks ask; the rest is the crate's.
//!
//! ```
//! use stepwarden::{assess, config::Config, local, severity::Severity};
//!
//! let definition = r#"{"StartAt": "Charge", "States": {"Charge": {"Type": "Task", "End": true,
//!     "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName.$": "$.processor"}}}}"#;
//! let response = serde_json::json!({
//!     "stateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:orders",
//!     "name": "orders", "type": "STANDARD", "roleArn": "arn:aws:iam::123456789012:role/orders",
//!     "definition": definition,
//! });
//! let invoke = serde_json::json!({"Version": "2012-10-17", "Statement": [
//!     {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}]});
//! let details = serde_json::json!({"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": [{
//!     "Path": "/", "RoleName": "orders", "Arn": "arn:aws:iam::123456789012:role/orders",
//!     "RolePolicyList": [{"PolicyName": "invoke", "PolicyDocument": invoke}], "AttachedManagedPolicies": [],
//! }]});
//! let account = local::from_texts(&local::Texts {
//!     state_machines: vec![("orders.json".to_owned(), response.to_string())],
//!     iam: Some(details.to_string()),
//!     ..local::Texts::default()
//! });
//! let report = assess::account(&account, &Config::default(), "2026-11-23");
//! let worst = report.iter().flat_map(|w| &w.findings).max_by_key(|f| f.severity()).unwrap();
//! assert_eq!((worst.rule().as_str(), worst.severity()), ("tainted-target", Severity::Critical));
//! ```

pub mod analysis;
pub mod arn;
pub mod asl;
pub mod assess;
#[cfg(feature = "live")]
pub mod aws;
pub(crate) mod baseline;
pub mod baselines;
pub(crate) mod budget;
pub mod catalog;
pub mod cli;
pub(crate) mod collect;
pub mod config;
pub mod decide;
pub mod delta;
pub(crate) mod demand;
pub(crate) mod dependencies;
pub(crate) mod digest;
pub(crate) mod document;
pub mod drift;
pub(crate) mod entry_points;
pub(crate) mod evidence;
pub(crate) mod exposure;
pub(crate) mod expr;
pub mod facts;
pub(crate) mod file_patch;
pub mod finding;
pub mod flow;
pub(crate) mod functions;
pub(crate) mod gap;
pub mod glob;
pub mod grants;
pub(crate) mod graph;
pub(crate) mod history;
pub mod iam;
pub mod least_privilege;
pub(crate) mod loc;
pub mod local;
pub(crate) mod log_delivery;
pub(crate) mod map;
pub mod moment;
pub(crate) mod need;
pub mod pages;
pub mod parallel;
pub mod patch;
pub mod pipeline;
pub mod posture;
pub(crate) mod queue;
pub(crate) mod reach;
pub mod render;
pub mod route;
pub(crate) mod rule_id;
pub mod rules;
pub(crate) mod secrets;
pub mod severity;
pub(crate) mod sinks;
pub mod snapshot;
pub mod starters;
pub(crate) mod suggest;
pub(crate) mod suppression;
pub(crate) mod taint;
pub(crate) mod template;
pub(crate) mod trace;
pub mod trigger;
pub(crate) mod trust;
pub mod value;
pub mod verdict;
pub mod workflow;
