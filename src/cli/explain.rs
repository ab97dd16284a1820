//! `explain` and `rules`: the rules themselves.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::args::{Explain, Plain};
use super::{Failure, Outcome};
use crate::pages;
use crate::rule_id::{RULE_IDS, RuleId};
use crate::rules::{self, RULES};
use crate::suggest::did_you_mean;

/// A rule's page with its examples; the other scenarios are for the tests and left out.
pub fn explain(args: &Explain) -> Result<Outcome, Failure> {
    let Some(rule) = RuleId::parse(&args.rule).and_then(rules::by_id) else {
        let hint = match did_you_mean(&args.rule, RULE_IDS.iter().map(|id| id.as_str())) {
            none if none.is_empty() => "; `stepwarden rules` lists them".to_owned(),
            hint => hint,
        };
        return Err(Failure::Words(format!(
            "there is no rule `{}`{hint}",
            args.rule
        )));
    };
    let meta = rule.meta();
    let mut out = format!("{}\n", pages::plain(meta.page));
    for example in pages::examples(meta.page) {
        let heading = match example.reported {
            true => "Reported",
            false => "Quiet",
        };
        let _ = write!(
            out,
            "\n## {heading}: {}\n\n```json\n{}\n```\n",
            example.name, example.text
        );
    }
    let _ = writeln!(out, "\nThis page on the web: {}", meta.id.address());
    Ok(Outcome::clean(out))
}

/// Every rule with its severity and what it is about.
pub fn rules(format: Plain) -> Result<Outcome, Failure> {
    let all = RULES.iter().map(|rule| rule.meta());
    if format == Plain::Json {
        let list: Value = all
            .map(|m| json!({ "id": m.id, "severity": m.severity, "summary": m.summary }))
            .collect();
        return Ok(Outcome::clean(format!("{list:#}\n")));
    }
    let width = all
        .clone()
        .map(|m| m.id.as_str().len())
        .max()
        .unwrap_or_default();
    let mut out = String::new();
    for meta in all {
        let _ = writeln!(out, "{:width$}  {}", meta.id, meta.severity);
        let _ = writeln!(out, "{:width$}  {}", "", meta.summary);
    }
    Ok(Outcome::clean(out))
}
