//! What the findings of the input rules share: the words, the evidence, the fix.

use serde_json::{Value as Json, json};

use super::guard;
use crate::asl::State;
use crate::facts::Facts;
use crate::finding::{Finding, Patch};
use crate::gap::Input;
use crate::glob::Glob;
use crate::grants::role::PolicySource;
use crate::reach::{Class, Reach};
use crate::severity::Severity;
use crate::taint::{SinkKind, TaintedSink, Wiring};

/// The one action whose targets are no ARNs.
const HTTP_ACTION: &str = "states:InvokeHTTPEndpoint";

impl Facts<'_> {
    /// What somebody outside decides, with its state; nothing where the role is there but could not be read.
    pub fn tainted(&self) -> impl Iterator<Item = (&TaintedSink, &State)> {
        let unread = self.role.is_none()
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
        rule: &'static str,
        severity: Severity,
        sink: &TaintedSink,
        state: &State,
        title: String,
        detail: String,
    ) -> Finding {
        let paths: Vec<&str> = sink.parameters.iter().map(|p| p.path.as_str()).collect();
        let subject = format!("{}\n{}", sink.actions().join(" "), paths.join(" "));
        let (text, patch) = self.guard_fix(sink, state);
        let mut finding = self.state_finding(rule, severity, state, &subject, title, detail, text);
        finding.pointer = sink.parameters.first().map(|p| p.pointer.clone());
        finding.actions = sink.actions();
        finding.trace = sink.trace(state);
        if let Some(reach) = &sink.reach {
            finding.reach = Some(reach.text());
            finding.resources = if reach.granted.is_empty() {
                reach.globs.iter().map(ToString::to_string).collect()
            } else {
                reach.granted.clone()
            };
            finding.policy.clone_from(&reach.statement);
        }
        finding.remediation.patch = patch;
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
            Some(fix) => {
                let text = format!(
                    "before `{}`, add a Choice state with the rule {} (put the real values in the place of `allowed`), \
                     its Default to a Fail state, and let everything that leads to `{}` lead there; {}",
                    state.name,
                    fix.rule,
                    state.name,
                    sink.advice()
                );
                let patch = match self.narrowed_statement(sink, &fix.resources) {
                    Some(statement) => Patch::Several {
                        patches: vec![fix.patch, statement],
                    },
                    None => fix.patch,
                };
                (text, Some(patch))
            }
            None => (sink.advice(), None),
        }
    }

    /// The statement that grants the widest reach, cut to what the guard lets through.
    fn narrowed_statement(&self, sink: &TaintedSink, resources: &[String]) -> Option<Patch> {
        let is_wider = |r: &Reach| sink.actions().iter().any(|a| r.is_granted_wider(a));
        let reach = sink.reach.as_ref();
        let reach = reach.filter(|r| r.class > Class::List || is_wider(r))?;
        let place = reach.statement.as_ref()?;
        let role = self.role?;
        let held = role.policies.iter().find(|p| {
            p.policy.name == place.name
                && !matches!(p.source, PolicySource::Managed { shared: true, .. })
        })?;
        let statement = held
            .policy
            .statements
            .iter()
            .find(|s| s.index == place.statement)?;
        let wanted = sink.actions();
        let is_wanted = |text: &str| wanted.iter().any(|a| a.eq_ignore_ascii_case(text));
        let patterns: Vec<String> = statement
            .actions
            .patterns()
            .iter()
            .map(|p| p.text.clone())
            .collect();
        let (cut, kept): (Vec<String>, Vec<String>) =
            patterns.into_iter().partition(|p| is_wanted(p));
        if cut.is_empty() || resources.is_empty() || statement.raw.get("NotAction").is_some() {
            return None;
        }
        let only_http = cut.iter().all(|a| a.eq_ignore_ascii_case(HTTP_ACTION));
        let has_http = cut.iter().any(|a| a.eq_ignore_ascii_case(HTTP_ACTION));
        if has_http && (!only_http || !statement.conditions.is_empty()) {
            return None;
        }
        let mut narrow: Json = (*statement.raw).clone();
        let fields = narrow.as_object_mut()?;
        fields.insert("Action".to_owned(), json!(cut));
        if cut.iter().any(|a| a.eq_ignore_ascii_case(HTTP_ACTION)) {
            // The action has no resources: what it may call is a condition (developer guide, "Call HTTPS APIs").
            let condition = json!({"StringLike": {"states:HTTPEndpoint": resources}});
            fields.insert("Condition".to_owned(), condition);
        } else {
            let mut all = resources.to_vec();
            all.extend(self.needed_beside(statement, &cut, resources));
            fields.insert("Resource".to_owned(), json!(all));
            fields.remove("NotResource");
        }
        let mut replace_with = Vec::new();
        if !kept.is_empty() {
            let mut rest: Json = (*statement.raw).clone();
            rest.as_object_mut()?
                .insert("Action".to_owned(), json!(kept));
            fields.remove("Sid");
            replace_with.push(rest);
        }
        replace_with.push(narrow);
        Some(Patch::PolicyStatement {
            policy: place.name.clone(),
            statement: place.statement,
            replace_with,
        })
    }

    /// What else of the statement's resources these actions are needed on: another resource of the same call, or of another
    /// state.
    fn needed_beside(
        &self,
        statement: &crate::iam::Statement,
        actions: &[String],
        resources: &[String],
    ) -> Vec<String> {
        let mut beside: Vec<String> = Vec::new();
        let kept: Vec<Glob> = resources.iter().map(|r| Glob::parse(r)).collect();
        let granted: Vec<Glob> = statement
            .resources
            .patterns()
            .iter()
            .map(|p| p.template.widest())
            .collect();
        let about = |n: &&crate::need::Need| {
            actions.iter().any(|a| a.eq_ignore_ascii_case(&n.action))
                && !n
                    .resources
                    .iter()
                    .any(|r| kept.iter().any(|k| k.overlaps(r)))
        };
        for need in self.needs.iter().filter(about) {
            let met = need
                .resources
                .iter()
                .flat_map(|r| granted.iter().flat_map(move |g| g.intersect(r)));
            for text in met.map(|g| g.to_string()) {
                if !beside.contains(&text) && !resources.contains(&text) {
                    beside.push(text);
                }
            }
        }
        beside
    }
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
