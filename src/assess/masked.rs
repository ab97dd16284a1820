//! Nothing that is said of a workflow repeats a credential that stands in its definition: every text of an assessment
//! passes here, whatever rule made it and whatever will be printed, published or kept of it.

use super::Assessment;
use crate::finding::{Finding, Remediation};
use crate::gap::Gap;
use crate::loc::Pointer;
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
    let mut clean = |text: &mut String| {
        redactor.clean(text);
    };
    clean(&mut finding.title);
    clean(&mut finding.detail);
    finding.actions.iter_mut().for_each(&mut clean);
    finding.resources.iter_mut().for_each(&mut clean);
    finding.principals.iter_mut().for_each(&mut clean);
    finding.reach.iter_mut().for_each(&mut clean);
    finding.state.iter_mut().for_each(&mut clean);
    finding.states.iter_mut().for_each(&mut clean);
    for step in &mut finding.trace {
        clean(&mut step.state);
        clean(&mut step.value);
        mask_pointer(&mut step.pointer, redactor);
    }
    finding
        .pointer
        .iter_mut()
        .for_each(|pointer| mask_pointer(pointer, redactor));
    mask_remediation(&mut finding.remediation, redactor);
}

fn mask_remediation(remediation: &mut Remediation, redactor: &Redactor) {
    redactor.clean(&mut remediation.text);
    let Some(patch) = &remediation.patch else {
        return;
    };
    // A patch with a hole in it is none.
    let repeats = match serde_json::to_value(patch) {
        Ok(mut value) => redactor.clean_json(&mut value),
        Err(_) => true,
    };
    if repeats {
        remediation.patch = None;
        remediation.text.push_str(NO_PATCH);
    }
}

fn mask_pointer(pointer: &mut Pointer, redactor: &Redactor) {
    let mut text = pointer.as_str().to_owned();
    if redactor.clean(&mut text) {
        let tokens = pointer.tokens().into_iter();
        *pointer = tokens.fold(Pointer::root(), |to, token| to.key(&redactor.text(&token)));
    }
}
