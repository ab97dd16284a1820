//! From a row's target and a request to resource patterns.

use super::Home;
use super::lookup::{lookup, spellings};
use super::names::{self, Named};
use super::pattern::{Openness, Pattern, glob, is_cut_arn, is_literal, or_any, patterns};
use super::template::{anywhere, before_variables, fill_template, without};
use crate::catalog::{self, Fill, ResourceType, TargetSpec};
use crate::glob::{Glob, Token};
use crate::value::{Unknown, Value};

/// One resource pattern with where it comes from.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    /// The pattern of its ARN.
    pub glob: Glob,
    /// Where its first open part comes from.
    pub open: Openness,
    /// Its holes.
    pub holes: Vec<Unknown>,
    /// It is used through another resource that the same parameter names, or is that other one: both are needed.
    pub through: bool,
}

impl Resolved {
    /// A pattern that holds nothing of a run's choosing.
    pub(super) fn plain(glob: Glob, open: Openness) -> Self {
        Self {
            glob,
            open,
            holes: Vec::new(),
            through: false,
        }
    }
}

/// What a model id may name beside a foundation model.
const MODELS: [&str; 6] = [
    "inference-profile",
    "application-inference-profile",
    "provisioned-model",
    "custom-model-deployment",
    "imported-model",
    "prompt-router",
];

/// More resources of one target than this are not told apart.
const MAX_RESOURCES: usize = 64;

/// The resources that a target names in a request; `None` where the request does not use it.
pub(super) fn resolve(
    service: &str,
    spec: &TargetSpec,
    arguments: &Value,
    home: &Home,
) -> Option<Vec<Resolved>> {
    let template = catalog::resource_type(service, spec.kind).or((spec.kind == "*").then_some(
        ResourceType {
            name: "*",
            arn: "*",
        },
    ))?;
    let mut columns = Vec::new();
    for fill in &spec.fills {
        columns.push(column(*fill, arguments, home)?);
    }
    let mut rows: Vec<Vec<&Pattern>> = vec![Vec::new()];
    for column in &columns {
        rows = rows
            .iter()
            .flat_map(|row| {
                column
                    .iter()
                    .map(|p| row.iter().copied().chain([p]).collect())
            })
            .take(MAX_RESOURCES)
            .collect();
    }
    let found: Vec<Resolved> = rows
        .iter()
        .flat_map(|row| build(service, template, row, home))
        .take(MAX_RESOURCES)
        .collect();
    (!found.is_empty()).then_some(found)
}

/// The patterns of one variable; `None` where the request does not hold what the target is named by.
fn column(fill: Fill, arguments: &Value, home: &Home) -> Option<Vec<Pattern>> {
    let (path, default) = match fill {
        Fill::Open => return Some(vec![Pattern::generated()]),
        Fill::Fixed(text) => return Some(vec![Pattern::fixed(Glob::parse(text))]),
        Fill::Arn(path) => (path, None),
        Fill::Below(path) => return Some(below(path, arguments, home)),
        Fill::Behind(path) => return behind(path, arguments, home),
        Fill::Name { path, default } => (path, default),
    };
    let values = lookup(arguments, path);
    let mut found: Vec<Pattern> = values
        .iter()
        .flat_map(spellings)
        .flat_map(|pieces| patterns(&pieces, home))
        .collect();
    let absent = values
        .iter()
        .any(|v| matches!(v, Value::Absent | Value::Null));
    if let (true, Some(default)) = (absent || found.is_empty(), default) {
        found.push(match default {
            "-" => Pattern::generated(),
            default => Pattern::fixed(Glob::literal(default)),
        });
    }
    (!found.is_empty()).then_some(found)
}

/// All that begins with the text of a parameter. An S3 URL without a key stands for everything in its bucket.
fn below(path: &str, arguments: &Value, home: &Home) -> Vec<Pattern> {
    let values = lookup(arguments, path);
    let mut found: Vec<Pattern> = values
        .iter()
        .flat_map(spellings)
        .flat_map(|pieces| patterns(&pieces, home))
        .collect();
    for pattern in &mut found {
        let url = super::pattern::head(&pattern.glob).starts_with("s3://");
        let slashes = pattern
            .glob
            .tokens()
            .iter()
            .filter(|t| **t == Token::Char('/'))
            .count();
        if url && slashes == 2 && is_literal(&pattern.glob) {
            pattern.glob.push(Token::Char('/'));
        }
        if pattern.glob.tokens().last() != Some(&Token::Any) {
            pattern.glob.push(Token::Any);
        }
        // What the service writes under it has a name of the service's.
        if pattern.open == Openness::Closed {
            pattern.open = Openness::Generated;
        }
    }
    let absent = |v: &Value| matches!(v, Value::Absent | Value::Null);
    if found.is_empty() || values.iter().any(absent) {
        found.push(Pattern::generated());
    }
    found
}

/// A parameter that chooses the resource without naming it: whatever it is, it may be any; who gives it chooses. An ARN
/// names all the same what it is the ARN of.
fn behind(path: &str, arguments: &Value, home: &Home) -> Option<Vec<Pattern>> {
    let values = lookup(arguments, path);
    let mut found = Vec::new();
    for pieces in values.iter().flat_map(spellings) {
        let mut arns = patterns(&pieces, home);
        arns.retain(|p| super::pattern::arn_parts(&p.glob).is_some());
        if !arns.is_empty() {
            found.append(&mut arns);
            continue;
        }
        let holes: Vec<Unknown> = pieces
            .iter()
            .filter_map(|piece| match piece {
                crate::value::Piece::Hole(hole) => Some(hole.clone()),
                crate::value::Piece::Literal(_) => None,
            })
            .collect();
        found.push(Pattern {
            open: match holes.first() {
                None => Openness::Generated,
                Some(hole) if super::pattern::is_deployment(hole) => Openness::Deployed,
                Some(_) => Openness::Chosen,
            },
            glob: Glob::any(),
            holes,
        });
    }
    (!found.is_empty()).then_some(found)
}

fn build(service: &str, template: ResourceType, row: &[&Pattern], home: &Home) -> Vec<Resolved> {
    let open = row
        .iter()
        .map(|p| p.open)
        .find(|o| *o != Openness::Closed)
        .unwrap_or(Openness::Closed);
    let holes: Vec<Unknown> = row.iter().flat_map(|p| p.holes.clone()).collect();
    let resolved = |glob: Glob| Resolved {
        glob,
        open,
        holes: holes.clone(),
        through: false,
    };
    let unnamed =
        row.first().is_some_and(|p| p.is_whole_hole()) && row.iter().all(|p| p.glob.is_any());
    if template.arn == "*" {
        return row.iter().map(|p| resolved(p.glob.clone())).collect();
    }
    if unnamed {
        // A name or an ARN: the resource may stand in another region or account.
        let kinds: &[&str] = match (service, template.name) {
            ("bedrock", "foundation-model") => &MODELS,
            _ => &[],
        };
        return std::iter::once(template)
            .chain(
                kinds
                    .iter()
                    .filter_map(|k| catalog::resource_type(service, k)),
            )
            .map(|t| resolved(anywhere(t.arn, home)))
            .collect();
    }
    if let Some(text) = row.iter().map(|p| &p.glob).find(|g| is_cut_arn(g)) {
        let met = anywhere(template.arn, home).intersect(text);
        let all = met.into_iter().map(&resolved);
        return if all.len() == 0 {
            vec![resolved(text.clone())]
        } else {
            all.collect()
        };
    }
    let mut readings: Vec<Vec<Named>> = vec![Vec::new()];
    for (index, pattern) in row.iter().enumerate() {
        let last = index + 1 == row.len();
        let kind = template.name;
        let is_arn = super::pattern::arn_parts(&pattern.glob).is_some();
        let fixed_arn = pattern.open == Openness::Generated && pattern.holes.is_empty() && is_arn;
        let prefixed = super::pattern::head(&pattern.glob).starts_with("s3://");
        let by_aws = pattern.open == Openness::Generated && !fixed_arn && !prefixed;
        let named = if fixed_arn {
            vec![names::of_the_catalog(&pattern.glob, home)]
        } else if by_aws || pattern.is_whole_hole() && !last {
            vec![Named::Name {
                name: pattern.glob.clone(),
                region: None,
                account: None,
            }]
        } else {
            // An ARN of the type itself names it whole; an ARN of another type names the container.
            let own = !last && same_type(&pattern.glob, template.arn);
            names::read(service, kind, last || own, &pattern.glob, home)
        };
        readings = readings
            .iter()
            .flat_map(|r| {
                named
                    .iter()
                    .map(|n| r.iter().cloned().chain([n.clone()]).collect())
            })
            .collect();
    }
    readings
        .iter()
        .map(|names| {
            let glob = place(template.arn, names, home);
            let behind = names.contains(&Named::Behind);
            let open = match open {
                Openness::Closed if behind => Openness::Generated,
                // A family without revision is one target, its newest revision.
                Openness::Generated if template.name == "task-definition" => Openness::Closed,
                Openness::Generated if is_literal(&glob) => Openness::Closed,
                other => other,
            };
            Resolved {
                open,
                through: readings.len() > 1,
                ..resolved(glob)
            }
        })
        .collect()
}

/// Whether a pattern is an ARN whose type word is the template's.
pub(super) fn same_type(pattern: &Glob, template: &str) -> bool {
    let word = kind(pattern);
    let of_template = kind(&Glob::literal(template));
    let tail = |text: &str| text.split_once(':').map(|(_, word)| word.to_owned());
    !word.is_empty() && tail(&word) == tail(&of_template)
}

/// Puts the names into the template.
fn place(template: &str, names: &[Named], home: &Home) -> Glob {
    if let Some(Named::Arn(whole)) = names.iter().rev().find(|n| matches!(n, Named::Arn(_))) {
        return whole.clone();
    }
    let elsewhere = |pick: fn(&Named) -> Option<&Glob>| names.iter().find_map(pick);
    let region = elsewhere(|n| match n {
        Named::Name { region, .. } => region.as_ref(),
        _ => None,
    });
    let account = elsewhere(|n| match n {
        Named::Name { account, .. } => account.as_ref(),
        _ => None,
    });
    let mut values = names.iter().map(|n| match n {
        Named::Name { name, .. } => name.clone(),
        Named::Arn(_) | Named::Behind => Glob::any(),
    });
    let mut words = before_variables(template).into_iter();
    let filled = fill_template(template, |variable| match variable {
        "Partition" => or_any(&home.partition),
        "Region" => region.cloned().unwrap_or_else(|| or_any(&home.region)),
        "Account" => account.cloned().unwrap_or_else(|| or_any(&home.account)),
        _ => {
            let word = words.next().unwrap_or_default();
            values
                .next()
                .map_or_else(Glob::any, |value| without(&word, &value))
        }
    });
    tidy(template, &filled)
}

/// A task definition's text holds its revision already.
fn tidy(template: &str, filled: &Glob) -> Glob {
    if !template.contains(":task-definition/") {
        return filled.clone();
    }
    match filled.tokens() {
        [head @ .., Token::Char(':'), Token::Any]
            if head.iter().filter(|t| **t == Token::Char(':')).count() > 5 =>
        {
            glob(head)
        }
        _ => filled.clone(),
    }
}

/// The service and the type word of an ARN pattern, such as `ec2:instance`; empty where it has none.
pub(super) fn kind(glob: &Glob) -> String {
    let Some([_, service, _, _, resource]) = super::pattern::arn_parts(glob) else {
        return String::new();
    };
    let word: String = super::pattern::head(&resource)
        .split_inclusive(['/', ':'])
        .next()
        .filter(|w| w.ends_with(['/', ':']))
        .map(str::to_owned)
        .unwrap_or_default();
    if word.is_empty() {
        return word;
    }
    format!("{}:{word}", super::pattern::head(&service))
}
