//! A parameter's text as a pattern: known parts as they are, unknown parts as wildcards.

use super::Home;
use crate::glob::{Glob, Token};
use crate::value::{Piece, Source, Unknown};

/// Where the open parts of a pattern come from, the first one first in rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Openness {
    /// Nothing is open.
    Closed,
    /// AWS fills it after the request.
    Generated,
    /// A deployment fills it.
    Deployed,
    /// A run fills it.
    Chosen,
}

/// One text of a parameter as a pattern.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    /// The text, holes as wildcards.
    pub glob: Glob,
    /// Where its first open part comes from.
    pub open: Openness,
    /// Its holes.
    pub holes: Vec<Unknown>,
}

/// More alternatives of one hole than this are not told apart.
const MAX_ALLOWED: usize = 16;

impl Pattern {
    /// What no request tells.
    pub(super) fn generated() -> Self {
        Self {
            glob: Glob::any(),
            open: Openness::Generated,
            holes: Vec::new(),
        }
    }

    /// A pattern that the catalog fixes.
    pub(super) fn fixed(glob: Glob) -> Self {
        Self {
            open: if is_literal(&glob) {
                Openness::Closed
            } else {
                Openness::Generated
            },
            glob,
            holes: Vec::new(),
        }
    }

    /// Whether it says nothing at all, so that the value may be a name or an ARN.
    pub(super) fn is_whole_hole(&self) -> bool {
        self.glob.is_any() && self.open > Openness::Generated
    }
}

/// The patterns of one text; several where guards have cut a hole to a few values.
pub(super) fn patterns(pieces: &[Piece], home: &Home) -> Vec<Pattern> {
    let mut found = vec![Pattern::fixed(Glob::literal(""))];
    for piece in pieces {
        match piece {
            Piece::Literal(text) => {
                let literal = Glob::literal(text);
                found.iter_mut().for_each(|p| p.glob.extend(&literal));
            }
            Piece::Hole(hole) => found = fill(&found, hole, home),
        }
    }
    found
}

fn fill(before: &[Pattern], hole: &Unknown, home: &Home) -> Vec<Pattern> {
    if let Some(part) = pseudo_parameter(hole, home) {
        let mut found = before.to_vec();
        found.iter_mut().for_each(|p| p.glob.extend(&part));
        return found;
    }
    let allowed = hole
        .allowed
        .as_deref()
        .filter(|a| !a.is_empty() && a.len() <= MAX_ALLOWED);
    let any = [Glob::any()];
    let source = if is_deployment(hole) {
        Openness::Deployed
    } else {
        Openness::Chosen
    };
    let mut found = Vec::new();
    for start in before {
        for value in allowed.unwrap_or(&any) {
            let mut next = start.clone();
            next.glob.extend(value);
            let closed = is_literal(value);
            if !closed && next.open == Openness::Closed {
                next.open = source;
            }
            next.holes.push(hole.clone());
            found.push(next);
        }
    }
    found.truncate(super::lookup::MAX_VALUES);
    found
}

/// Whether only a deployment decides it.
pub(super) fn is_deployment(hole: &Unknown) -> bool {
    !hole.origins.is_empty()
        && hole
            .origins
            .iter()
            .all(|o| matches!(o.source, Source::Deployment(_)))
}

/// CloudFormation's pseudo parameters stand for the workflow's own partition, region and account.
fn pseudo_parameter(hole: &Unknown, home: &Home) -> Option<Glob> {
    let [origin] = hole.origins.as_slice() else {
        return None;
    };
    let Source::Deployment(name) = &origin.source else {
        return None;
    };
    match name.trim_start_matches("Ref:").trim() {
        "AWS::Partition" => Some(or_any(&home.partition)),
        "AWS::Region" => Some(or_any(&home.region)),
        "AWS::AccountId" => Some(or_any(&home.account)),
        _ => None,
    }
}

/// The text as a pattern; what is not known is open.
pub(super) fn or_any(text: &str) -> Glob {
    if text.is_empty() {
        Glob::any()
    } else {
        Glob::literal(text)
    }
}

/// Whether it matches one text only.
pub(super) fn is_literal(glob: &Glob) -> bool {
    glob.tokens().iter().all(|t| matches!(t, Token::Char(_)))
}

/// The literal text that a pattern begins with.
pub(super) fn head(glob: &Glob) -> String {
    glob.tokens()
        .iter()
        .map_while(|t| match t {
            Token::Char(c) => Some(*c),
            _ => None,
        })
        .collect()
}

/// The tokens as a pattern.
pub(super) fn glob(tokens: &[Token]) -> Glob {
    let mut glob = Glob::literal("");
    tokens.iter().for_each(|t| glob.push(*t));
    glob
}

/// Cuts a pattern at a character.
pub(super) fn split(pattern: &Glob, at: char) -> Vec<Glob> {
    pattern
        .tokens()
        .split(|t| *t == Token::Char(at))
        .map(glob)
        .collect()
}

/// The parts of an ARN pattern: partition, service, region, account, resource; `None` where it is none.
pub(super) fn arn_parts(pattern: &Glob) -> Option<[Glob; 5]> {
    if !head(pattern).starts_with("arn:") {
        return None;
    }
    let mut parts = pattern
        .tokens()
        .splitn(6, |t| *t == Token::Char(':'))
        .skip(1)
        .map(glob);
    Some([
        parts.next()?,
        parts.next()?,
        parts.next()?,
        parts.next()?,
        parts.next()?,
    ])
}

/// Whether what is open begins within an ARN before its resource, so that the text names a resource anywhere.
pub(super) fn is_cut_arn(pattern: &Glob) -> bool {
    let known = head(pattern);
    let begins = !known.is_empty() && "arn:".starts_with(&*known);
    let is_open = pattern.tokens().get(known.chars().count()) == Some(&Token::Any);
    // Behind the first characters that are counted there may be any number.
    let runs_on = known.starts_with("arn:") && pattern.tokens().contains(&Token::Any);
    (begins && is_open || runs_on) && arn_parts(pattern).is_none()
}

/// Whether what is open stands before a colon, which no name of these types holds: the text is the end of an ARN.
pub(super) fn is_tail_of_arn(text: &Glob) -> bool {
    let tokens = text.tokens();
    tokens.first() == Some(&Token::Any) && tokens.contains(&Token::Char(':'))
}

/// Puts an ARN pattern together.
pub(super) fn arn(
    partition: &Glob,
    service: &str,
    region: &Glob,
    account: &Glob,
    resource: &Glob,
) -> Glob {
    let mut glob = Glob::literal("arn:");
    glob.extend(partition);
    glob.extend(&Glob::literal(&format!(":{service}:")));
    glob.extend(region);
    glob.push(Token::Char(':'));
    glob.extend(account);
    glob.push(Token::Char(':'));
    glob.extend(resource);
    glob
}

/// The patterns one after the other.
pub(super) fn join(parts: &[&Glob]) -> Glob {
    let mut joined = Glob::literal("");
    parts.iter().for_each(|p| joined.extend(p));
    joined
}
