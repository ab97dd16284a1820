//! How bad a new grant is: the severities of the role rules, as far as the grant itself tells.

use crate::catalog::{self, Breadth};
use crate::glob::Glob;
use crate::grants::escalation;
use crate::iam::ActionPattern;
use crate::severity::Severity;

/// A grant of one action pattern on one resource pattern.
pub(super) struct Granted<'a> {
    /// The action pattern; `None` for all but some.
    pub action: Option<&'a str>,
    /// The resource pattern; `None` for all but some.
    pub resource: Option<&'a str>,
    /// Whether a condition limits it.
    pub conditional: bool,
}

impl Granted<'_> {
    pub(super) fn severity(&self) -> Severity {
        let resource = self.resource.map_or_else(Glob::any, Glob::parse);
        let Some(action) = self.action else {
            return self.softened(Severity::Critical);
        };
        let pattern = ActionPattern::new(action);
        if is_admin(&pattern, &resource) {
            return self.softened(Severity::Critical);
        }
        let breadth = catalog::breadth(action, &resource);
        if pattern.glob().includes(&Glob::literal("iam:passrole")) && breadth == Breadth::Any {
            return self.softened(Severity::High);
        }
        if pattern.has_wildcard() {
            let (_, name) = action.split_once(':').unwrap_or(("", "*"));
            let whole = name.trim_matches('*').is_empty() || pattern.service().is_none();
            return if whole || opens_escalation(&pattern, breadth) {
                Severity::High
            } else {
                Severity::Medium
            };
        }
        exact(action, &pattern, &resource, breadth)
    }

    /// Under a condition nobody is simply administrator.
    fn softened(&self, severity: Severity) -> Severity {
        if self.conditional {
            severity.one_lower()
        } else {
            severity
        }
    }
}

fn is_admin(pattern: &ActionPattern, resource: &Glob) -> bool {
    let iam = ActionPattern::new("iam:?*");
    let everywhere = resource.includes(&Glob::parse("arn:aws:?*:*:*:?*"));
    let all_of_iam = everywhere || resource.includes(&Glob::parse("arn:aws:iam::*:?*"));
    (everywhere && pattern.is_everything()) || (all_of_iam && pattern.glob().includes(iam.glob()))
}

/// One action by its name.
fn exact(action: &str, pattern: &ActionPattern, resource: &Glob, breadth: Breadth) -> Severity {
    if opens_escalation(pattern, breadth) {
        return Severity::High;
    }
    let sensitive = catalog::is_sensitive(action);
    let known = catalog::action(action);
    match breadth {
        Breadth::One if sensitive => Severity::Medium,
        Breadth::One => Severity::Low,
        _ if sensitive => Severity::High,
        Breadth::Part => Severity::Medium,
        Breadth::Any if known.is_some_and(|a| !a.has_resource_types()) => Severity::Low,
        Breadth::Any
            if resource.is_any() && catalog::is_documented_star(action, std::iter::empty()) =>
        {
            Severity::Low
        }
        Breadth::Any => Severity::High,
    }
}

/// Whether one covered action alone raises privileges.
fn opens_escalation(pattern: &ActionPattern, breadth: Breadth) -> bool {
    escalation::paths().iter().any(|path| {
        (!path.everywhere || breadth == Breadth::Any)
            && path.only_action().is_some_and(|only| pattern.matches(only))
    })
}
