//! One value of every kind that the conditions on a key can tell apart.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::rc::Rc;

use super::Atom;
use crate::glob::{Class, Glob, Shape, Step, Token, cells};
use crate::iam::condition::{Test, arn_segments};
use crate::iam::context::{can_have_several, is_always_present, is_boolean};
use crate::iam::typed::{self, Cidr};
use crate::iam::{Condition, Context, Policy, Template};

/// A key's values in one request; `None` where it is absent.
pub(super) type Value = Option<Vec<String>>;

/// Keys, in lower case, that may have several values.
pub(in crate::iam) type Several<'a> = Rc<BTreeSet<&'a str>>;

/// The keys that can have several values and that some condition of the policies compares as sets, be it about other requests than the one in question.
pub(in crate::iam) fn several<'a>(policies: impl Iterator<Item = &'a Policy>) -> Several<'a> {
    let statements = policies.flat_map(|p| &p.statements);
    let sets = statements
        .flat_map(|s| &s.conditions)
        .filter(|c| c.is_multivalued());
    let keys = sets.map(|c| c.lower.as_str());
    Rc::new(keys.filter(|key| can_have_several(key)).collect())
}

/// Up to this many single values, every set of them is tried for a key with several values; beyond, every pair.
const MAX_SUBSETS_OF: usize = 7;

/// At most this many values are read off a text that a variable stands in.
const MAX_READINGS: usize = 12;

/// For each key, the values to try.
pub(super) fn of(
    keys: &[String],
    atoms: &[Atom<'_>],
    known: &Context,
    several: &BTreeSet<&str>,
) -> Vec<Vec<Value>> {
    let conditions: Vec<&Condition> = atoms
        .iter()
        .filter_map(|atom| match atom {
            Atom::Condition(condition) => Some(*condition),
            _ => None,
        })
        .collect();
    let mut texts: Vec<BTreeSet<String>> = keys.iter().map(|_| BTreeSet::new()).collect();
    let varies = |atom: &Atom<'_>| match atom {
        Atom::Condition(condition) => condition.values.iter().any(Template::has_variables),
        Atom::Resource(..) => true,
        Atom::Free(_) => false,
    };
    if atoms.iter().any(varies) {
        through_variables(keys, atoms, &conditions, &mut texts, known);
    }
    let mut all = Vec::new();
    for (key, extra) in keys.iter().zip(texts) {
        let own: Vec<&Condition> = conditions
            .iter()
            .copied()
            .filter(|c| c.lower == *key)
            .collect();
        let mut singles = singles(key, &own, known, &extra);
        if !is_boolean(key) {
            singles.extend(extra);
        }
        let set = several.contains(key.as_str())
            || can_have_several(key) && own.iter().any(|c| c.is_multivalued());
        let mut values: Vec<Value> = sets(singles, set).into_iter().map(Some).collect();
        if !is_always_present(key) {
            values.push(None);
        }
        all.push(values);
    }
    all
}

/// The values alone, or every set of them.
fn sets(singles: BTreeSet<String>, several: bool) -> Vec<Vec<String>> {
    let singles: Vec<String> = singles.into_iter().collect();
    let mut out: Vec<Vec<String>> = singles.iter().map(|s| vec![s.clone()]).collect();
    if !several {
        return out;
    }
    if singles.len() <= MAX_SUBSETS_OF {
        for mask in 1_u32..(1 << singles.len()) {
            if mask.count_ones() > 1 {
                let chosen = singles
                    .iter()
                    .enumerate()
                    .filter(|(i, _)| mask & (1 << i) != 0);
                out.push(chosen.map(|(_, s)| s.clone()).collect());
            }
        }
    } else {
        for (i, first) in singles.iter().enumerate() {
            for second in singles.iter().skip(i + 1) {
                out.push(vec![first.clone(), second.clone()]);
            }
        }
        out.push(singles);
    }
    out
}

/// Values that bring out every combination of truths of conditions on this key alone, each of them once more beside the
/// texts that matter elsewhere.
fn singles(
    key: &str,
    conditions: &[&Condition],
    known: &Context,
    elsewhere: &BTreeSet<String>,
) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    if is_boolean(key) {
        out.extend(["true".to_owned(), "false".to_owned()]);
        return out;
    }
    let mut shapes = Vec::new();
    let (mut numbers, mut dates, mut ranges) = (Vec::new(), Vec::new(), Vec::new());
    for condition in conditions {
        for value in &condition.values {
            let Some(template) = settled(value, known) else {
                continue;
            };
            let text = || template.text(&|_| None);
            match condition.operator.test {
                Test::Numeric(_) => numbers.extend(text().as_deref().and_then(typed::number)),
                Test::Date(_) => dates.extend(text().as_deref().and_then(typed::instant)),
                Test::Ip => ranges.extend(text().as_deref().and_then(Cidr::parse)),
                Test::Bool => out.extend(["true".to_owned(), "false".to_owned()]),
                Test::Null => {}
                _ => shapes.extend(shape(condition.operator.test, &template)),
            }
        }
    }
    out.extend(around_numbers(numbers));
    out.extend(around_dates(dates));
    if !ranges.is_empty() {
        let outside = [IpAddr::from([0, 0, 0, 0]), IpAddr::from([0_u16; 8])];
        let edges = ranges.into_iter().flat_map(Cidr::edges).chain(outside);
        out.extend(edges.map(|ip| ip.to_string()));
    }
    if !shapes.is_empty() || out.is_empty() {
        let exactly =
            |text: &String| Shape(text.chars().map(|c| Step::One(Class::Char(c))).collect());
        let beside: Vec<Shape> = elsewhere.iter().take(MAX_READINGS).map(exactly).collect();
        if !beside.is_empty() {
            let all: Vec<Shape> = shapes.iter().cloned().chain(beside).collect();
            out.extend(cells(&all).into_iter().flatten().map(|cell| cell.witness));
        }
        out.extend(witnesses(&shapes));
    }
    out
}

/// The template with the variables filled in that are known; `None` where one is not, or has no value.
fn settled(template: &Template, known: &Context) -> Option<Template> {
    if !template.has_variables() {
        return Some(template.clone());
    }
    let open = |key: &str| known.get(&key.to_ascii_lowercase()).is_none();
    if template.variables().any(|v| open(&v.key)) {
        return None;
    }
    template.filled(
        &|key| match known.get(&key.to_ascii_lowercase()).flatten() {
            Some([value]) => Some(value.as_str()),
            _ => None,
        },
    )
}

fn shape(test: Test, template: &Template) -> Option<Shape> {
    let nothing = |_: &str| None;
    match test {
        Test::StringEquals => {
            let text = template.text(&nothing)?;
            Some(Shape(
                text.chars().map(|c| Step::One(Class::Char(c))).collect(),
            ))
        }
        Test::StringEqualsIgnoreCase => {
            let text = template.text(&nothing)?;
            Some(Shape(
                text.chars().map(|c| Step::One(Class::AnyCase(c))).collect(),
            ))
        }
        Test::StringLike => Some(Shape::from(&template.glob(&nothing)?)),
        Test::Arn => Some(arn_shape(&arn_segments(&template.glob(&nothing)?)?)),
        _ => None,
    }
}

/// Wildcards stay within their segment, but for the last one.
fn arn_shape(segments: &[Glob]) -> Shape {
    let mut steps = Vec::new();
    for (i, segment) in segments.iter().enumerate() {
        if i > 0 {
            steps.push(Step::One(Class::Char(':')));
        }
        let open = if i == 5 { Class::Any } else { Class::NotColon };
        steps.extend(segment.tokens().iter().map(|token| match token {
            Token::Char(c) => Step::One(Class::Char(*c)),
            Token::One => Step::One(open),
            Token::Any => Step::Many(open),
            Token::Within => Step::Many(Class::NotColon),
        }));
    }
    Shape(steps)
}

/// A text of every combination; beyond the automaton's bound, one text inside each pattern and one outside all.
fn witnesses(shapes: &[Shape]) -> Vec<String> {
    let plain = |shape: &Shape| -> Option<String> {
        let mut chars = shape.0.iter();
        chars
            .by_ref()
            .map(|step| match step {
                Step::One(Class::Char(c)) => Some(*c),
                _ => None,
            })
            .collect()
    };
    let literals: Option<Vec<String>> = shapes.iter().map(plain).collect();
    if let Some(mut texts) = literals {
        let mut other = "other".to_owned();
        while texts.contains(&other) {
            other.push('~');
        }
        texts.push(other);
        return texts;
    }
    if let Some(cells) = cells(shapes) {
        return cells.into_iter().map(|cell| cell.witness).collect();
    }
    let simple = shapes.iter().map(|shape| {
        let steps = shape.0.iter().filter_map(|step| match step {
            Step::One(Class::Char(c) | Class::AnyCase(c)) => Some(*c),
            Step::One(_) => Some('x'),
            Step::Many(_) => None,
        });
        steps.collect()
    });
    simple.chain(["other~".to_owned()]).collect()
}

/// Each number, and one between, below and above.
fn around_numbers(mut numbers: Vec<f64>) -> Vec<String> {
    numbers.sort_by(f64::total_cmp);
    let ends = numbers.first().map(|n| n - 1.0).into_iter();
    let ends = ends.chain(numbers.last().map(|n| n + 1.0));
    let between = numbers.iter().zip(numbers.iter().skip(1));
    let between = between.map(|(a, b)| a.midpoint(*b));
    numbers
        .iter()
        .copied()
        .chain(ends)
        .chain(between)
        .map(|n| n.to_string())
        .collect()
}

/// Each point in time, and one just before and after, as epoch seconds.
fn around_dates(dates: Vec<i64>) -> Vec<String> {
    let near = dates.into_iter().flat_map(|d| [d - 1, d, d + 1]);
    near.map(|millis| {
        let sign = if millis < 0 { "-" } else { "" };
        let millis = millis.unsigned_abs();
        format!("{sign}{}.{:03}", millis / 1000, millis % 1000)
    })
    .collect()
}

/// Values that keys take because a variable stands for one of them: for the variable, what a text it stands in would
/// make of it, and something of its own; for the key that is compared, what the variable's values would make.
fn through_variables(
    keys: &[String],
    atoms: &[Atom<'_>],
    conditions: &[&Condition],
    texts: &mut [BTreeSet<String>],
    known: &Context,
) {
    let position = |key: &str| keys.iter().position(|k| k.eq_ignore_ascii_case(key));
    let constants: Vec<BTreeSet<String>> = keys
        .iter()
        .map(|key| {
            let own = conditions.iter().copied().filter(|c| c.lower == *key);
            singles(key, &own.collect::<Vec<_>>(), known, &BTreeSet::new())
        })
        .collect();
    for (i, (set, constants)) in texts.iter_mut().zip(&constants).enumerate() {
        set.extend(constants.iter().cloned());
        set.insert(format!("{i}~other"));
    }
    for atom in atoms {
        if let Atom::Resource(spec, resource) = atom {
            for pattern in spec.patterns() {
                add(texts, read_off(&pattern.template, resource, &position));
            }
        }
    }
    // Twice, so that a value goes from one key through a second to a third; a longer chain is not seen.
    for _ in 0..2 {
        for condition in conditions {
            let compared = position(&condition.lower);
            for value in condition.values.iter().filter(|v| v.has_variables()) {
                let own = known.get(&condition.lower).flatten().unwrap_or_default();
                let tried = compared.and_then(|i| texts.get(i).cloned());
                for text in own.iter().chain(tried.iter().flatten()) {
                    add(texts, read_off(value, text, &position));
                }
                if let Some(own) = compared {
                    let made = filled_values(condition, value, texts, &position, known);
                    add(texts, made.into_iter().map(|text| (own, text)).collect());
                }
            }
        }
    }
}

fn add(texts: &mut [BTreeSet<String>], found: Vec<(usize, String)>) {
    for (i, text) in found {
        if let Some(set) = texts.get_mut(i) {
            set.insert(text);
        }
    }
}

/// Values that fit a template with its variables filled in: each variable by one value after the other, the others by
/// their first; at last without any, so that their defaults stand.
fn filled_values(
    condition: &Condition,
    template: &Template,
    texts: &[BTreeSet<String>],
    position: &impl Fn(&str) -> Option<usize>,
    known: &Context,
) -> Vec<String> {
    let chosen: Vec<Vec<&String>> = texts.iter().map(|t| t.iter().collect()).collect();
    let rounds = template.variables().filter_map(|v| position(&v.key));
    let rounds = rounds.filter_map(|i| chosen.get(i)).map(Vec::len).max();
    let mut out = Vec::new();
    for round in 0..=rounds.unwrap_or(0) {
        let filled = template.filled(&|key| match position(key) {
            Some(i) => {
                let values = chosen.get(i).filter(|_| Some(round) != rounds)?;
                values.get(round).or(values.first()).map(|v| v.as_str())
            }
            None => match known.get(&key.to_ascii_lowercase()).flatten() {
                Some([value]) => Some(value.as_str()),
                _ => None,
            },
        });
        let shape = filled.and_then(|t| shape(condition.operator.test, &t));
        out.extend(shape.map(|s| witnesses(&[s])).unwrap_or_default());
    }
    out
}

/// What the variables of a pattern may stand for where it matches the text.
fn read_off(
    template: &Template,
    text: &str,
    position: &impl Fn(&str) -> Option<usize>,
) -> Vec<(usize, String)> {
    let readings = template.readings(text, MAX_READINGS).into_iter();
    readings
        .filter_map(|(key, value)| position(&key).map(|i| (i, value)))
        .collect()
}
