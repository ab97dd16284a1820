//! A workflow's states as a Mermaid flow chart, for Markdown that draws them. Labels are letters, digits and references:
//! nothing of an account is syntax.

use std::fmt::Write as _;

use super::escape;
use super::marks;
use crate::asl::StateType;
use crate::assess::Assessment;
use crate::graph::{Graph, When};

/// States that are drawn; a larger chart is not legible in a comment.
const MAX_STATES: usize = 60;
/// Characters of a label.
const MAX_LABEL: usize = 40;

/// The chart of a workflow in which a caller decides something; `None` for others, and for those with too many states.
pub fn states(assessment: &Assessment) -> Option<String> {
    let graph = &assessment.graph;
    let marks = marks::of(assessment);
    let steered = marks.states.values().any(|mark| mark.on_way);
    if !steered || graph.states.len() > MAX_STATES || graph.left_out > 0 {
        return None;
    }
    let mut out = String::from("flowchart TD\n");
    scopes(&mut out, graph);
    let mut marked = Vec::new();
    let mut number = 0_usize;
    for (from, node) in graph.states.iter().enumerate() {
        for edge in &node.edges {
            let label = match &edge.when {
                When::Next => String::new(),
                When::Rule(rule) => format!("|\"{}\"|", label(rule)),
                When::Default => "|else|".to_owned(),
                When::Error(errors) => format!("|\"{}\"|", label(errors)),
            };
            let line = if matches!(edge.when, When::Error(_)) {
                "-.->"
            } else {
                "-->"
            };
            let _ = writeln!(out, "  s{from} {line}{label} s{}", edge.to);
            if marks.way.contains(&(from, edge.to)) {
                marked.push(number.to_string());
            }
            number += 1;
        }
    }
    if !marked.is_empty() {
        let _ = writeln!(
            out,
            "  linkStyle {} stroke:#c2410c,stroke-width:3px",
            marked.join(",")
        );
    }
    for (state, mark) in &marks.states {
        let class = match (&mark.reach, mark.on_way) {
            (Some(_), _) => "stroke:#a1001f,stroke-width:4px",
            (None, true) => "stroke:#c2410c,stroke-width:3px",
            (None, false) => continue,
        };
        let _ = writeln!(out, "  style s{state} {class}");
    }
    Some(out)
}

/// The states of each scope; what is inside a state stands in a box with its name.
fn scopes(out: &mut String, graph: &Graph) {
    let mut open = vec![(0, None)];
    while let Some((scope, inside)) = open.pop() {
        if let Some(outer) = inside {
            let name: &str = graph
                .states
                .get(outer)
                .map_or("", |node: &crate::graph::Node| node.name.as_str());
            let _ = writeln!(out, "  subgraph b{scope}[\"in {}\"]", label(name));
        }
        let Some(set) = graph.scopes.get(scope) else {
            continue;
        };
        for state in &set.states {
            if let Some(node) = graph.states.get(*state) {
                let mut text = label(&node.name);
                if let Some(calls) = &node.calls {
                    let _ = write!(text, "<br/>{}", label(calls));
                }
                let _ = match node.kind {
                    Some(StateType::Choice) => writeln!(out, "  s{state}{{\"{text}\"}}"),
                    Some(StateType::Succeed | StateType::Fail) => {
                        writeln!(out, "  s{state}([\"{text}\"])")
                    }
                    _ => writeln!(out, "  s{state}[\"{text}\"]"),
                };
                open.extend(node.inner.iter().map(|inner| (*inner, Some(*state))));
            }
        }
        if inside.is_some() {
            out.push_str("  end\n");
        }
    }
}

/// A label in which everything but letters, digits and blanks is a reference.
fn label(text: &str) -> String {
    let text = escape::line(text);
    let cut: String = text.chars().take(MAX_LABEL).collect();
    let mut out = String::new();
    for c in cut.chars() {
        match c {
            c if c.is_alphanumeric() || c == ' ' => out.push(c),
            c => {
                let _ = write!(out, "#{};", u32::from(c));
            }
        }
    }
    if cut.len() < text.len() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl;
    use crate::render::tests::{assessment, steered};

    fn chart(name: &str) -> Option<String> {
        let quoted = serde_json::to_string(name).unwrap();
        let definition = format!(
            r#"{{"StartAt": {quoted}, "States": {{{quoted}: {{"Type": "Choice",
              "Choices": [{{"Variable": "$.a", "StringEquals": {quoted}, "Next": "Each"}}], "Default": "Done"}},
              "Each": {{"Type": "Map", "Next": "Done", "ItemProcessor": {{"StartAt": "Call", "States": {{
                "Call": {{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}}}}}}}},
              "Done": {{"Type": "Succeed"}}}}}}"#
        );
        let found = steered("Call", None);
        let mut told = assessment("Orders", vec![found], vec![]);
        told.graph = Graph::of(&asl::parse(&definition), None);
        states(&told)
    }

    #[test]
    fn the_way_is_marked_and_what_is_inside_a_map_stands_in_a_box() {
        let chart = chart("Which").unwrap();
        for part in [
            "flowchart TD",
            "s0{\"Which\"}",
            "subgraph b1[\"in Each\"]",
            "lambda#58;invoke",
            "linkStyle 0 ",
        ] {
            assert!(chart.contains(part), "{part}: {chart}");
        }
        assert_eq!(
            chart.matches("subgraph").count(),
            chart.matches("  end\n").count()
        );
    }

    #[test]
    fn no_name_is_syntax() {
        let hostile = "\"]; click s0 \"javascript:alert(1)\"\n```\n%%{init: {}}%% <script>\u{202e}";
        let chart = chart(hostile).unwrap();
        for part in [
            "```",
            "click s0 \"",
            "%%",
            "<script",
            "javascript:",
            "\u{202e}",
        ] {
            assert!(!chart.contains(part), "{part}: {chart}");
        }
    }
}
