//! How bad it is that somebody outside decides something.

use super::{SinkKind, TaintedSink};
use crate::reach::Class;
use crate::severity::Severity;

impl TaintedSink {
    /// The severity of the rule that tells it; `None` where there is nothing to choose.
    pub fn severity(&self) -> Option<Severity> {
        match self.kind {
            SinkKind::Target { reads, outward, .. } => self.target(reads || outward),
            SinkKind::Command { severity, .. } => Some(severity),
            SinkKind::Credentials { .. } => match self.reach.as_ref()?.class {
                Class::Nothing | Class::One => None,
                Class::List => Some(Severity::Medium),
                Class::Part | Class::Any => Some(Severity::Critical),
            },
        }
    }

    fn target(&self, milder: bool) -> Option<Severity> {
        let severity = match self.reach.as_ref()?.class {
            Class::Nothing | Class::One => return None,
            Class::List => Severity::Low,
            Class::Part => Severity::Medium,
            Class::Any => {
                let open = if milder {
                    Severity::High
                } else {
                    Severity::Critical
                };
                if self.is_held() {
                    open.one_lower()
                } else {
                    open
                }
            }
        };
        Some(if self.is_external() {
            severity.one_lower()
        } else {
            severity
        })
    }
}
