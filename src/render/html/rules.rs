//! What the rules that fired are about, so that the page explains itself without another one.

use std::collections::BTreeSet;

use super::markup::Markup;
use crate::pages;
use crate::render::report::Report;
use crate::rule_id::RuleId;
use crate::rules::{Meta, RULES};

/// The section.
pub fn section(page: &mut Markup, report: &Report<'_>) {
    let fired: BTreeSet<RuleId> = report
        .assessments
        .iter()
        .flat_map(|a| &a.findings)
        .map(|f| f.rule())
        .collect();
    page.open("section", &[("aria-labelledby", &"rules")]);
    page.element("h2", &[("id", &"rules")], "Rules");
    if fired.is_empty() {
        page.element("p", &[], "No rule fired.");
    }
    for meta in RULES
        .iter()
        .map(|rule| rule.meta())
        .filter(|meta| fired.contains(&meta.id))
    {
        rule(page, meta);
    }
    page.close();
}

fn rule(page: &mut Markup, meta: &Meta) {
    page.open("details", &[("id", &format!("rule-{}", meta.id))]);
    page.element("summary", &[], &format!("{}: {}", meta.id, meta.summary));
    for heading in ["What it does", "Why is this bad", "How to fix"] {
        let Some(text) = pages::section(meta.page, heading) else {
            continue;
        };
        page.element("h3", &[], heading);
        for paragraph in text.split("\n\n").map(str::trim).filter(|p| !p.is_empty()) {
            page.open("p", &[]);
            page.prose(&paragraph.split_whitespace().collect::<Vec<_>>().join(" "));
            page.close();
        }
    }
    page.open("p", &[("class", &"quiet")]);
    page.text("The whole page, with examples and remedies: ");
    page.element("code", &[], &format!("stepwarden explain {}", meta.id));
    page.text(&format!(" or {}", meta.id.address()));
    page.close();
    page.close();
}
