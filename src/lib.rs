//! stepwarden: the security of AWS Step Functions workflows.

pub mod arn;
pub mod asl;
pub mod assess;
pub mod catalog;
pub mod config;
pub mod expr;
pub mod facts;
pub mod finding;
pub mod gap;
pub mod glob;
pub mod iam;
pub mod least_privilege;
pub mod loc;
pub mod local;
pub mod map;
pub mod need;
pub mod patch;
pub mod render;
pub mod route;
pub mod rules;
pub mod severity;
pub mod snapshot;
pub mod suggest;
pub mod trigger;
pub mod value;
pub mod workflow;
