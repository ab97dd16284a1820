//! stepwarden: the security of AWS Step Functions workflows.

pub mod arn;
pub mod asl;
pub mod config;
pub mod expr;
pub mod finding;
pub mod gap;
pub mod glob;
pub mod loc;
pub mod need;
pub mod severity;
pub mod snapshot;
pub mod value;
pub mod workflow;
