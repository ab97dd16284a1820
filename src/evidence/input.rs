//! What the findings of the input rules share: the words, the evidence, the fix.

use super::guard;
use crate::asl::{QueryLanguage, State};
use crate::facts::Facts;
use crate::finding::{FindingBuilder, FindingPlace, Patch};
use crate::gap::Input;
use crate::reach::Class;
use crate::rule_id::RuleId;
use crate::severity::Severity;
use crate::taint::{SinkKind, TaintedSink, Wiring};

impl Facts<'_> {
    /// What somebody outside decides, with its state; nothing where the role of a deployed workflow is there but could not be
    /// read. Before deployment a role that stands elsewhere may grant anything, as one that nobody gives may.
    pub fn tainted(&self) -> impl Iterator<Item = (&TaintedSink, &State)> {
        let unread = self.role.is_none()
            && self.workflow.declared.is_none()
            && self.gaps.iter().any(|g| {
                !g.optional
                    && matches!(
                        g.input,
                        Input::ExecutionRole | Input::Role | Input::Workflow
                    )
            });
        self.taint
            .iter()
            .filter(move |_| !unread)
            .filter_map(|sink| Some((sink, self.definition.state(sink.state)?)))
    }

    /// A finding about one thing that somebody outside decides.
    pub fn tainted_finding(
        &self,
        rule: RuleId,
        severity: Severity,
        sink: &TaintedSink,
        state: &State,
        title: String,
        detail: String,
    ) -> FindingBuilder {
        let paths: Vec<&str> = sink.parameters.iter().map(|p| p.path.as_str()).collect();
        let subject = format!("{}\n{}", sink.actions().join(" "), paths.join(" "));
        let (text, patch) = self.guard_fix(sink, state);
        let mut finding = self.state_finding(rule, severity, state, &subject, title, detail, text);
        if let Some(first) = sink.parameters.first() {
            finding.at(FindingPlace::within(Some(state), first.pointer.clone()));
        }
        finding.actions(sink.actions());
        finding.trace(sink.trace(state));
        if let Some(reach) = &sink.reach {
            finding.reach(Some(reach.text()));
            finding.resources(if reach.granted.is_empty() {
                reach.globs.iter().map(ToString::to_string).collect()
            } else {
                reach.granted.clone()
            });
            finding.policy(reach.statement.clone());
        }
        finding.patch(patch);
        finding
    }

    /// The guard to paste, and the role statement that goes with it.
    fn guard_fix(&self, sink: &TaintedSink, state: &State) -> (String, Option<Patch>) {
        let Some(flow) = self.flow else {
            return (sink.advice(), None);
        };
        match guard::guard(
            self.definition,
            self.wiring.get_or_init(|| Wiring::of(self.definition)),
            flow,
            state,
            sink,
            &self.workflow.arn,
        ) {
            Some(fix) => (
                guard_in_words(sink, state, &fix.rule, fix.patch.is_some()),
                fix.patch,
            ),
            None => (sink.advice(), None),
        }
    }
}

/// What to do, with the rule to paste; the values that only a person knows are named as such.
fn guard_in_words(sink: &TaintedSink, state: &State, rule: &str, known: bool) -> String {
    let values = if known {
        ""
    } else {
        " (with the real values in the place of `allowed`)"
    };
    // A condition of the other language says so, for the states of the definition are written in this one.
    let other = state.query_language == QueryLanguage::JsonPath && rule.contains("\"Condition\"");
    let language = if other {
        ", `\"QueryLanguage\": \"JSONata\"`"
    } else {
        ""
    };
    let open = sink.reach.as_ref().is_some_and(|r| r.class > Class::List);
    let each = if open {
        "; where every execution has a value of its own, test its fixed beginning instead (`StringMatches` or `$match`) and \
         say in the policies who may start the workflow"
    } else {
        ""
    };
    format!(
        "before `{name}`, add a Choice state{language} with the rule {rule}{values}, its Default to a Fail state, and let \
         everything that leads to `{name}` lead there{each}; {}",
        sink.advice(),
        name = state.name,
    )
}

impl TaintedSink {
    /// The actions that act on it.
    pub fn actions(&self) -> Vec<String> {
        match &self.kind {
            SinkKind::Target { actions, .. } => actions.clone(),
            SinkKind::Command { action, .. } if action.is_empty() => Vec::new(),
            SinkKind::Command { action, .. } => vec![action.clone()],
            SinkKind::Credentials { action } => vec![(*action).to_owned()],
        }
    }

    /// The parameters, for people: at most four.
    pub fn parameters_in_words(&self) -> String {
        let names: Vec<String> = self
            .parameters
            .iter()
            .take(4)
            .map(|p| format!("`{}`", p.path))
            .collect();
        match self.parameters.len().saturating_sub(4) {
            0 => names.join(", "),
            more => format!("{} and {more} more", names.join(", ")),
        }
    }

    /// Who chooses it, for people.
    pub fn who(&self) -> &'static str {
        if self.is_external() {
            "whoever writes the outside data"
        } else {
            "whoever starts the workflow"
        }
    }

    /// The guards met on the way, for people.
    pub fn guards_in_words(&self) -> String {
        let guards = self.guards();
        if guards.is_empty() {
            return "no guard stands on the way".to_owned();
        }
        let shown: Vec<String> = guards
            .iter()
            .take(4)
            .map(|g| format!("`{}` in `{}`", g.test, g.state))
            .collect();
        format!("guards on the way: {}", shown.join("; "))
    }

    /// What else helps.
    fn advice(&self) -> String {
        match &self.kind {
            SinkKind::Target { actions, .. } => format!(
                "or list the resources of {} in the role instead of a pattern, or write the target into the definition",
                actions.join(", ")
            ),
            SinkKind::Command { .. } => {
                "or write the command into the definition and pass data only, as a bound parameter \
                                         or a checked value"
                    .to_owned()
            }
            SinkKind::Credentials { action } => {
                format!("or write the role into the definition and grant {action} on it alone")
            }
        }
    }
}
