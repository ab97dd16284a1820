//! Who may be a workflow's role beside Step Functions.

use std::collections::BTreeSet;

use super::{TrustFacts, Who};

impl TrustFacts {
    /// Whoever may be the role beside Step Functions, and may need what no workflow does.
    pub fn others(&self) -> BTreeSet<&Who> {
        let others = self.admissions.iter().filter(|one| !one.is_states());
        others.map(|one| &one.who).collect()
    }
}
