//! What the findings of a workflow say in the picture of its states.

use std::collections::{BTreeMap, BTreeSet};

use crate::assess::Assessment;
use crate::finding::Finding;
use crate::severity::Severity;

/// What is to be seen of findings in a picture.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    /// By the index of a state.
    pub states: BTreeMap<usize, Mark>,
    /// The transitions that a tainted value takes: from and to.
    pub way: BTreeSet<(usize, usize)>,
}

/// What is to be seen at one state.
#[derive(Clone, Debug, Default)]
pub struct Mark {
    /// The worst of its findings.
    pub severity: Option<Severity>,
    /// How many there are.
    pub findings: usize,
    /// Whether the way of a tainted value leads through it.
    pub on_way: bool,
    /// What a caller reaches by it.
    pub reach: Option<String>,
}

/// The marks of all findings that are not suppressed.
pub fn of(assessment: &Assessment) -> Marks {
    let graph = &assessment.graph;
    let mut marks = Marks::default();
    let open = assessment
        .findings
        .iter()
        .filter(|f| f.is_open() && f.version().is_none());
    for finding in open {
        let mut at = Vec::new();
        for (place, name) in finding.concerned_states().into_iter().enumerate() {
            let pointer = finding.pointer().filter(|_| place == 0);
            at.extend(graph.named(name, pointer));
        }
        for state in &at {
            let mark = marks.states.entry(*state).or_default();
            mark.findings += 1;
            mark.severity = mark.severity.max(Some(finding.severity()));
        }
        if finding.rule().is_tainted() {
            for state in &at {
                tainted(assessment, finding, *state, &mut marks);
            }
        }
    }
    marks
}

/// The way from where the value comes from to the state that acts on it, and how far that reaches.
fn tainted(assessment: &Assessment, finding: &Finding, sink: usize, marks: &mut Marks) {
    let graph = &assessment.graph;
    let path = graph.path_to(sink);
    // What begins in a task's answer passes no state before that one.
    let sources: Vec<usize> = finding
        .trace()
        .iter()
        .filter(|step| !step.state.is_empty())
        .flat_map(|step| graph.named(&step.state, Some(&step.pointer)))
        .collect();
    let from_input = finding
        .trace()
        .first()
        .is_none_or(|step| step.state.is_empty());
    let begin = match from_input {
        true => 0,
        false => path
            .iter()
            .position(|state| sources.contains(state))
            .unwrap_or_default(),
    };
    let way = path.get(begin..).unwrap_or_default();
    for state in way.iter().chain([&sink]) {
        marks.states.entry(*state).or_default().on_way = true;
    }
    for pair in way.windows(2) {
        if let [from, to] = pair {
            marks.way.insert((*from, *to));
        }
    }
    let mark = marks.states.entry(sink).or_default();
    if mark.reach.is_none() {
        mark.reach = finding.reach().map(str::to_owned);
    }
}
