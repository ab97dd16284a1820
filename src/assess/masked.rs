//! Nothing that is said of a workflow repeats a credential that stands in its definition: every text of an assessment
//! passes here, whatever rule made it and whatever will be printed, published or kept of it.

use super::Assessment;
use crate::finding::{Finding, Patch};
use crate::gap::Gap;
use crate::secrets::Redactor;

/// What stands where a patch would repeat one.
const NO_PATCH: &str = "; there is no patch to paste here, for it would repeat a credential that stands in the definition";

impl Assessment {
    /// The same without the credentials.
    pub(super) fn masked(mut self, redactor: Option<&Redactor>) -> Self {
        let Some(redactor) = redactor.filter(|r| !r.is_empty()) else {
            return self;
        };
        for finding in &mut self.findings {
            mask_finding(finding, redactor);
        }
        for gap in &mut self.gaps {
            mask_gap(gap, redactor);
        }
        self
    }
}

fn mask_gap(gap: &mut Gap, redactor: &Redactor) {
    redactor.clean(&mut gap.what);
    redactor.clean(&mut gap.why);
}

fn mask_finding(finding: &mut Finding, redactor: &Redactor) {
    // A patch with a hole in it is none.
    let repeats = |patch: &Patch| match serde_json::to_value(patch) {
        Ok(mut value) => redactor.clean_json(&mut value),
        Err(_) => true,
    };
    finding.cleaned(&|text| redactor.clean(text), &repeats, NO_PATCH);
}
