use super::*;
use crate::asl;

fn graph(text: &str) -> Graph {
    Graph::of(&asl::parse(text), None)
}

const NESTED: &str = r#"{"StartAt": "Which", "States": {
  "Which": {"Type": "Choice", "Choices": [
    {"Variable": "$.kind", "StringEquals": "a", "Next": "Each"},
    {"And": [{"Variable": "$.n", "NumericGreaterThan": 1}, {"Variable": "$.m", "IsPresent": true}], "Next": "End"}],
    "Default": "No"},
  "Each": {"Type": "Map", "Next": "End", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "No"}],
    "ItemProcessor": {"StartAt": "Ask", "States": {
      "Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Call"},
      "Call": {"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:f", "End": true}}}},
  "End": {"Type": "Succeed"}, "No": {"Type": "Fail"}, "Alone": {"Type": "Pass", "End": true}}}"#;

fn names(graph: &Graph, path: &[usize]) -> Vec<String> {
    path.iter()
        .map(|at| graph.states[*at].name.clone())
        .collect()
}

#[test]
fn transitions_scopes_and_calls_are_as_the_definition_has_them() {
    let graph = graph(NESTED);
    let which = &graph.states[0];
    let said: Vec<&When> = which.edges.iter().map(|edge| &edge.when).collect();
    assert_eq!(
        said,
        [
            &When::Rule("$.kind StringEquals \"a\"".to_owned()),
            &When::Rule("$.n NumericGreaterThan 1 and $.m IsPresent true".to_owned()),
            &When::Default
        ]
    );
    let each = graph
        .states
        .iter()
        .find(|node| node.name == "Each")
        .unwrap();
    assert_eq!(each.inner, [1]);
    assert_eq!(each.edges[1].when, When::Error("States.ALL".to_owned()));
    let calls: Vec<&str> = graph
        .states
        .iter()
        .filter_map(|n| n.calls.as_deref())
        .collect();
    assert_eq!(calls, ["lambda:invoke", "lambda function:f"]);
}

#[test]
fn a_way_leads_through_the_states_that_hold_the_inner_ones() {
    let graph = graph(NESTED);
    let at = |name: &str| graph.named(name, None)[0];
    assert_eq!(
        names(&graph, &graph.path_to(at("Call"))),
        ["Which", "Each", "Ask", "Call"]
    );
    assert_eq!(names(&graph, &graph.path_to(at("Which"))), ["Which"]);
    assert!(graph.path_to(at("Alone")).is_empty());
}

#[test]
fn a_name_that_stands_twice_is_told_by_its_place() {
    let inner = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#;
    let text = format!(
        r#"{{"StartAt": "P", "States": {{"P": {{"Type": "Parallel", "Branches": [{inner}, {inner}], "End": true}}}}}}"#
    );
    let graph = graph(&text);
    let second = Pointer::root()
        .key("States")
        .key("P")
        .key("Branches")
        .index(1)
        .key("States")
        .key("A");
    assert_eq!(graph.named("A", None).len(), 2);
    assert_eq!(graph.named("A", Some(&second.key("Type"))), [2]);
}

#[test]
fn what_is_too_much_or_broken_is_left_out_and_counted() {
    let states: Vec<String> = (0..MAX_STATES + 5)
        .map(|i| format!(r#""s{i}": {{"Type": "Pass", "Next": "s{}"}}"#, i + 1))
        .collect();
    let graph = graph(&format!(
        r#"{{"StartAt": "s0", "States": {{{}}}}}"#,
        states.join(",")
    ));
    assert_eq!((graph.states.len(), graph.left_out), (MAX_STATES, 5));
    let inside = |edge: &Edge| edge.to < MAX_STATES;
    assert!(graph.states.iter().flat_map(|n| &n.edges).all(inside));
    assert_eq!(Graph::of(&asl::parse("{"), None).states.len(), 0);
}

#[test]
fn no_credential_stands_in_a_picture() {
    let redactor = Redactor::new(["hunter2hunter2".to_owned()]);
    let text = r#"{"StartAt": "hunter2hunter2", "States": {"hunter2hunter2": {"Type": "Choice",
        "Choices": [{"Variable": "$.p", "StringEquals": "hunter2hunter2", "Next": "hunter2hunter2"}]}}}"#;
    let graph = Graph::of(&asl::parse(text), Some(&redactor));
    assert!(!format!("{graph:?}").contains("hunter2"), "{graph:?}");
}
