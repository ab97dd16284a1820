//! How many resources a resource pattern reaches: any, part or one of the type.

use super::actions;
use crate::glob::{Glob, Token};

/// How far a resource pattern reaches, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Breadth {
    /// One resource: no wildcard in what names it.
    One,
    /// Several: a part of the name is fixed, or the container is, or the same name in several regions or accounts.
    Part,
    /// Every resource of the type, in one account or all: the container or the whole name is open.
    Any,
}

/// The breadth of a resource pattern for an action, by the templates of the action's resource types that it fits;
/// an action or a shape that the reference does not know is judged by the structure of the ARN alone.
pub fn breadth(action: &str, pattern: &Glob) -> Breadth {
    let pattern = &pattern.unsegmented();
    let Some(arn) = ArnGlob::split(pattern) else {
        return open_ended(pattern);
    };
    let by_template = actions::action(action).and_then(|info| {
        info.resource_types()
            .filter_map(|t| arn.against(t.arn))
            .max()
    });
    let named = by_template.unwrap_or_else(|| by_structure(arn.resource));
    let elsewhere = [arn.region, arn.account]
        .iter()
        .any(|part| part.iter().any(|t| !matches!(t, Token::Char(_))));
    match named {
        Breadth::One if elsewhere => Breadth::Part,
        other => other,
    }
}

/// A pattern that ends before its resource part, such as `*` or `arn:aws:lambda:*`.
fn open_ended(pattern: &Glob) -> Breadth {
    if pattern.tokens().contains(&Token::Any) {
        Breadth::Any
    } else if pattern.tokens().contains(&Token::One) {
        Breadth::Part
    } else {
        Breadth::One
    }
}

/// An ARN pattern cut at its first five colons.
struct ArnGlob<'a> {
    service: &'a [Token],
    region: &'a [Token],
    account: &'a [Token],
    resource: &'a [Token],
}

impl<'a> ArnGlob<'a> {
    fn split(pattern: &'a Glob) -> Option<Self> {
        let mut parts = pattern.tokens().splitn(6, |t| *t == Token::Char(':'));
        let (_, _, service) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self {
            service,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        })
    }

    fn against(&self, template: &str) -> Option<Breadth> {
        let mut parts = template.splitn(3, ':').skip(2);
        let rest = parts.next()?;
        let (service, rest) = rest.split_once(':')?;
        if !glob(self.service).overlaps(&Glob::literal(service)) {
            return None;
        }
        let mut rest = rest.splitn(3, ':').skip(2);
        let template = rest.next()?;
        // An auto scaling group's ARN has its name behind an id that no request holds.
        let named = self.resource.split(|t| *t == Token::Char('/')).nth(1);
        if let (true, Some(name)) = (template.contains("${GroupFriendlyName}"), named) {
            return Some(name_breadth(name));
        }
        align(self.resource, &pieces(template))
    }
}

fn glob(tokens: &[Token]) -> Glob {
    tokens.iter().copied().collect()
}

/// A piece of a template: literal text or a variable.
enum Part<'a> {
    Text(&'a str),
    Variable,
}

fn pieces(template: &str) -> Vec<Part<'_>> {
    let mut found = Vec::new();
    let mut rest = template;
    while let Some((text, tail)) = rest.split_once("${") {
        if !text.is_empty() {
            found.push(Part::Text(text));
        }
        found.push(Part::Variable);
        rest = tail.split_once('}').map_or("", |(_, tail)| tail);
    }
    if !rest.is_empty() {
        found.push(Part::Text(rest));
    }
    found
}

/// Lays the pattern along the template; `None` where it cannot match.
fn align(pattern: &[Token], template: &[Part<'_>]) -> Option<Breadth> {
    let mut rest = pattern;
    let mut widest = Breadth::One;
    let mut container = true;
    let mut parts = template.iter().peekable();
    while let Some(part) = parts.next() {
        match part {
            Part::Text(text) => {
                for expected in text.chars() {
                    match rest.split_first() {
                        Some((Token::Char(c), tail)) if c.eq_ignore_ascii_case(&expected) => {
                            rest = tail;
                        }
                        Some((Token::One, tail)) => rest = tail,
                        // The wildcard covers what is left of this text: what follows it names the variables.
                        Some((Token::Any, tail)) => {
                            let variables = parts.any(|p| matches!(p, Part::Variable));
                            let here = if tail.is_empty() || container && starts_open(tail) {
                                Breadth::Any
                            } else {
                                Breadth::Part
                            };
                            return Some(match (variables, container) {
                                (true, true) => here,
                                (true, false) => Breadth::Part,
                                (false, _) => widest.max(Breadth::Part),
                            });
                        }
                        _ => return None,
                    }
                }
            }
            Part::Variable => {
                let stop = match parts.peek() {
                    Some(Part::Text(next)) => next.chars().next(),
                    _ => None,
                };
                let end = stop.and_then(|c| rest.iter().position(|t| *t == Token::Char(c)));
                if stop.is_some() && end.is_none() && !rest.contains(&Token::Any) {
                    return None;
                }
                let (name, tail) = rest.split_at(end.unwrap_or(rest.len()));
                if name.is_empty() {
                    return None;
                }
                let here = name_breadth(name);
                widest = widest.max(match here {
                    Breadth::Any if !container => Breadth::Part,
                    other => other,
                });
                if stop.is_some() && end.is_none() {
                    // The name's own wildcard runs over the separator and all that follows.
                    return Some(widest.max(Breadth::Part));
                }
                container = false;
                rest = tail;
            }
        }
    }
    rest.is_empty().then_some(widest)
}

fn starts_open(tokens: &[Token]) -> bool {
    tokens
        .iter()
        .all(|t| !matches!(t, Token::Char(c) if c.is_alphanumeric()))
}

/// The breadth of one name.
fn name_breadth(name: &[Token]) -> Breadth {
    // A secret's ARN ends in six characters that AWS chooses.
    let name = match name {
        [
            head @ ..,
            Token::Char('-'),
            Token::One,
            Token::One,
            Token::One,
            Token::One,
            Token::One,
            Token::One,
        ] if !head.is_empty() => head,
        other => other,
    };
    let fixed = name
        .iter()
        .any(|t| matches!(t, Token::Char(c) if c.is_alphanumeric()));
    let open = name.iter().any(|t| !matches!(t, Token::Char(_)));
    match (fixed, open) {
        (_, false) => Breadth::One,
        (true, true) => Breadth::Part,
        (false, true) => Breadth::Any,
    }
}

/// The breadth of a resource part whose template is not known: after its type word, the first name is the container.
fn by_structure(resource: &[Token]) -> Breadth {
    let mut names = resource
        .split(|t| matches!(t, Token::Char('/' | ':')))
        .filter(|n| !n.is_empty());
    let (first, second) = (names.next().unwrap_or_default(), names.next());
    let container = match second {
        Some(second) if name_breadth(first) == Breadth::One => second,
        _ => first,
    };
    match name_breadth(container) {
        Breadth::One if resource.iter().any(|t| !matches!(t, Token::Char(_))) => Breadth::Part,
        other => other,
    }
}
