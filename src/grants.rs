//! What an execution role grants, judged against what the workflow needs: the grants after denies and boundary, what of each
//! is needed, broader, or unused, the privilege escalation that it opens, and who shares it.

pub mod assessment;
pub mod elsewhere;
pub mod escalation;
pub mod gain;
pub mod ideal;
pub mod role;
pub mod sharing;

pub use assessment::{Cause, GrantAssessment, Unused};
pub use ideal::{condition, one_or_many};
pub use role::RoleFacts;
