//! Who may be a workflow's role beside Step Functions.

use std::collections::BTreeSet;

use super::{TrustFacts, Who};

impl TrustFacts {
    /// Whoever may be the role beside Step Functions, and may need what no workflow does.
    pub fn others(&self) -> BTreeSet<&Who> {
        let is_other = |who: &&Who| match who {
            Who::Service(name) => !is_step_functions(name),
            _ => true,
        };
        let all = self.admissions.iter().map(|admission| &admission.who);
        all.filter(is_other).collect()
    }
}

/// The service's principal, of all regions or of one.
fn is_step_functions(principal: &str) -> bool {
    principal.starts_with("states.") && principal.ends_with(".amazonaws.com")
}
