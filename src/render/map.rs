//! The integration map as a table that a reviewer reads from top to bottom.

use super::escape;
use crate::map::{IntegrationMap, NeedRow, TaskRow};

/// The map for a terminal or a review: one block a task state, one line a need.
pub fn table(map: &IntegrationMap) -> String {
    let mut out = format!(
        "{} ({}, {})\n",
        escape::line(&map.name),
        map.r#type,
        escape::line(&map.workflow)
    );
    if !map.role_known {
        out.push_str("the role's policies are not at hand: what it grants is unknown\n");
    }
    if !map.entry_points.is_empty() {
        out.push_str("\nbegun by\n");
        for entry in &map.entry_points {
            let mark = if entry.public { "PUBLIC " } else { "       " };
            let line = format!("  {mark} {}", entry.in_words());
            out.push_str(&format!("{}\n", escape::line(&line)));
        }
    }
    for task in &map.tasks {
        out.push('\n');
        block(&mut out, task);
    }
    if !map.workflow_needs.is_empty() {
        out.push_str("\nthe workflow itself\n");
        needs(&mut out, &map.workflow_needs);
    }
    out
}

fn block(out: &mut String, task: &TaskRow) {
    let waits = if task.pattern == "request-response" {
        String::new()
    } else {
        format!("  [{}]", task.pattern)
    };
    let what = match (task.service.as_str(), task.action.as_str()) {
        ("", _) => task.resource.clone(),
        (service, action) => format!("{service}:{action}"),
    };
    out.push_str(&format!(
        "{}  {}{waits}\n",
        escape::line(&task.state),
        escape::line(&what)
    ));
    out.push_str(&format!("  target  {}\n", escape::line(&target(task))));
    needs(out, &task.needs);
}

fn target(task: &TaskRow) -> String {
    let resources = task.target.resources.join(", ");
    let by = if task.target.by.is_empty() {
        String::new()
    } else {
        format!(", chosen by {}", task.target.by.join(", "))
    };
    match task.target.kind {
        "none" if task.needs.is_empty() => "needs no permission".to_owned(),
        "none" => "the action has no resources".to_owned(),
        kind => format!("{kind}: {resources}{by}"),
    }
}

fn needs(out: &mut String, rows: &[NeedRow]) {
    for row in rows {
        let mark = match row.grant {
            "exact" => "ok     ",
            "wider" => "wider  ",
            "missing" if row.optional => "-      ",
            "missing" => "MISSING",
            _ => "?      ",
        };
        let statements: Vec<String> = row
            .statements
            .iter()
            .map(|s| match &s.sid {
                Some(sid) => format!("{} #{} ({sid})", s.name, s.statement),
                None => format!("{} #{}", s.name, s.statement),
            })
            .collect();
        let by = if statements.is_empty() {
            String::new()
        } else {
            format!("  by {}", statements.join(", "))
        };
        let optional = if row.optional { "  (optional)" } else { "" };
        let line = format!(
            "{} on {}{by}{optional}",
            row.action,
            row.resources.join(", ")
        );
        out.push_str(&format!("  {mark} {}\n", escape::line(&line)));
    }
}
