//! What AWS's services want to be allowed: the integrations of Step Functions, every operation of the AWS API with its
//! IAM actions, every IAM action with its resource types.
//!
//! The tables in `catalog/` are data; this module reads them, each service's part when it is first asked for. They come
//! from pinned packages by `catalog/generate.py` (`actions.txt`, `operations.txt`) or are written by hand with their
//! sources (`conditions.txt`, `optimized.txt`, `sensitive.txt`, `stars.txt`, `overrides.txt`, `principals.txt`).

mod actions;
mod breadth;
mod companions;
mod conditions;
mod forwarded;
mod ids;
mod integration;
mod operations;
mod optimized;
mod spec;
mod table;
mod words;

#[cfg(test)]
mod tests;

pub use actions::{
    ActionInfo, Level, ResourceType, TypePattern, action, actions_matching, resource_type,
    resource_types, widest,
};
pub use breadth::{Breadth, breadth};
pub use companions::companions;
pub use conditions::{ParameterKey, parameter_keys};
pub use forwarded::{Forwarded, Only, forwarded};
pub use ids::types_of_id;
pub use integration::{Integration, IntegrationKind, Pattern, resource};
pub use operations::{
    How, Operation, OperationUse, Roles, all as operations_of, find as operation, services,
};
pub use optimized::{Optimized, Pass, Use, all as optimized_integrations};
pub use spec::{Fill, TargetSpec, Targets};
pub use words::{
    Sensitivity, is_documented_star, is_sensitive, listed_sensitivity, pattern_sensitivity,
    sensitivity,
};
