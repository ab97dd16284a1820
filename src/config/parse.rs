//! Reading `stepwarden.toml`. Whatever is not understood is an error: a misspelt suppression that is quietly dropped, or a
//! misspelt severity that is quietly kept, would be found out too late.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Config, SuppressionEntry, service};
use crate::rule_id::{RULE_IDS, RuleId};
use crate::severity::Severity;
use crate::suggest::did_you_mean;

/// What is wrong with a configuration, and in which line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct ConfigError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong and what to do, in one line.
    pub message: String,
}

const KEYS: [&str; 13] = [
    "trusted-accounts",
    "sensitive-tags",
    "min-log-retention-days",
    "owner-tags",
    "default-owner",
    "severity",
    "disabled-rules",
    "tag-suppressible",
    "suppress",
    "lambda-chain",
    "baseline",
    "owner-topics",
    "accounts",
];

/// A message and the byte offset that it is about.
pub(super) type Fault = (usize, String);
pub(super) type Value<'a> = Spanned<DeValue<'a>>;

impl Config {
    /// Reads a configuration; what it does not set keeps its default.
    ///
    /// # Errors
    /// The first thing that is not understood: TOML syntax, an unknown key, rule or severity, a bad date or account id.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let fail = |(offset, message): Fault| ConfigError {
            line: 1 + text.bytes().take(offset).filter(|b| *b == b'\n').count(),
            message,
        };
        let table = DeTable::parse(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            fail((offset, error.message().replace('\n', " ")))
        })?;
        let mut config = Self::default();
        for (key, value) in table.get_ref() {
            set(&mut config, key, value).map_err(fail)?;
        }
        Ok(config)
    }
}

fn set(
    config: &mut Config,
    key: &Spanned<std::borrow::Cow<'_, str>>,
    value: &Value<'_>,
) -> Result<(), Fault> {
    match key.get_ref().as_ref() {
        "trusted-accounts" => config.trusted_accounts = each(value, account)?,
        "sensitive-tags" => {
            config.sensitive_tags = entries(value)?
                .map(|(key, values)| Ok((key.get_ref().to_string(), each(values, text)?)))
                .collect::<Result<_, Fault>>()?;
        }
        "min-log-retention-days" => config.min_log_retention_days = number(value)?,
        "owner-tags" => config.owner_tags = each(value, text)?,
        "default-owner" => config.default_owner = text(value)?,
        "severity" => {
            for (key, value) in entries(value)? {
                let id = rule(key.get_ref(), key.span().start)?;
                let (word, why) = with_reason(value, "severity")?;
                let severity = severity(word)?;
                if severity < Severity::Critical && why.is_none() {
                    let said = format!("{{ severity = \"{severity}\", reason = \"…\" }}");
                    return Err(unreasoned(id, "has another severity", value, &said));
                }
                config.severities.insert(id, severity);
                config.reasons.extend(why.map(|why| (id, why)));
            }
        }
        "disabled-rules" => {
            for (id, why) in each(value, switched_off)? {
                config.reasons.insert(id, why);
                config.disabled_rules.push(id);
            }
        }
        "tag-suppressible" => config.tag_suppressible = each(value, tag_suppressible)?,
        "suppress" => config.suppressions = each(value, suppression)?,
        "lambda-chain" => {
            for (key, value) in entries(value)? {
                match key.get_ref().as_ref() {
                    "min" => config.lambda_chain_min = number(value)? as usize,
                    "percent" => config.lambda_chain_percent = percent(value)?,
                    other => return Err(unknown(other, key.span().start, &["min", "percent"])),
                }
            }
        }
        "baseline" => config.baseline = service::baseline(value)?,
        "owner-topics" => config.owner_topics = service::owner_topics(value)?,
        "accounts" => config.accounts = service::accounts(value)?,
        other => return Err(unknown(other, key.span().start, &KEYS)),
    }
    Ok(())
}

/// A value by itself, or as this member of a table beside a `reason`.
fn with_reason<'v, 'i>(
    value: &'v Value<'i>,
    member: &str,
) -> Result<(&'v Value<'i>, Option<String>), Fault> {
    if value.get_ref().as_table().is_none() {
        return Ok((value, None));
    }
    let (mut named, mut why) = (None, None);
    for (key, value) in entries(value)? {
        match key.get_ref().as_ref() {
            "reason" => why = Some(text(value)?),
            name if name == member => named = Some(value),
            other => return Err(unknown(other, key.span().start, &[member, "reason"])),
        }
    }
    let missing = || (value.span().start, format!("`{member}` is missing"));
    Ok((named.ok_or_else(missing)?, why))
}

fn switched_off(value: &Value<'_>) -> Result<(RuleId, String), Fault> {
    let (named, why) = with_reason(value, "rule")?;
    let id = rule(&text(named)?, named.span().start)?;
    match why {
        Some(why) => Ok((id, why)),
        None => {
            let said = format!("{{ rule = \"{id}\", reason = \"…\" }}");
            Err(unreasoned(id, "is switched off", value, &said))
        }
    }
}

/// What silences or softens a rule is answered for by somebody.
fn unreasoned(id: RuleId, what: &str, value: &Value<'_>, said: &str) -> Fault {
    let why = format!("`{id}` {what} without a reason, which every report tells: write `{said}`");
    (value.span().start, why)
}

/// No tag silences the rule that tells of tags.
fn tag_suppressible(value: &Value<'_>) -> Result<RuleId, Fault> {
    let id = rule(&text(value)?, value.span().start)?;
    if id == "suppression" {
        let why = "a tag cannot suppress `suppression`, which tells of tags";
        return Err((value.span().start, why.to_owned()));
    }
    Ok(id)
}

pub(super) fn unknown(key: &str, at: usize, known: &[&str]) -> Fault {
    let hint = match did_you_mean(key, known.iter().copied()) {
        none if none.is_empty() => format!("; known are {}", known.join(", ")),
        hint => hint,
    };
    (at, format!("unknown key `{key}`{hint}"))
}

pub(super) fn expected(value: &Value<'_>, what: &str) -> Fault {
    let kind = value.get_ref().type_str();
    let article = match kind.starts_with(['a', 'i']) {
        true => "an",
        false => "a",
    };
    let message = format!("expected {what}, not {article} {kind}");
    (value.span().start, message)
}

pub(super) fn entries<'v, 'i>(
    value: &'v Value<'i>,
) -> Result<impl Iterator<Item = (&'v Spanned<std::borrow::Cow<'i, str>>, &'v Value<'i>)>, Fault> {
    let table = value.get_ref().as_table();
    Ok(table.ok_or_else(|| expected(value, "a table"))?.iter())
}

pub(super) fn each<T>(
    value: &Value<'_>,
    read: impl Fn(&Value<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let array = value.get_ref().as_array();
    array
        .ok_or_else(|| expected(value, "an array"))?
        .iter()
        .map(read)
        .collect()
}

pub(super) fn text(value: &Value<'_>) -> Result<String, Fault> {
    match value.get_ref().as_str() {
        Some(text) if !text.trim().is_empty() => Ok(text.to_owned()),
        Some(_) => Err((
            value.span().start,
            "expected a text that is not empty".to_owned(),
        )),
        None => Err(expected(value, "a text in quotes")),
    }
}

fn number(value: &Value<'_>) -> Result<u32, Fault> {
    let integer = value.get_ref().as_integer();
    integer
        .and_then(|i| u32::from_str_radix(i.as_str(), i.radix()).ok())
        .ok_or_else(|| expected(value, "a whole number from 0"))
}

fn percent(value: &Value<'_>) -> Result<usize, Fault> {
    match number(value)? {
        share @ 0..=100 => Ok(share as usize),
        more => Err((
            value.span().start,
            format!("`{more}` is no percentage from 0 to 100"),
        )),
    }
}

pub(super) fn account(value: &Value<'_>) -> Result<String, Fault> {
    let id = text(value)?;
    if id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(id);
    }
    Err((
        value.span().start,
        format!("`{id}` is no account id of 12 digits"),
    ))
}

fn severity(value: &Value<'_>) -> Result<Severity, Fault> {
    let word = text(value)?;
    Severity::from_word(&word).ok_or_else(|| {
        let words = Severity::WORST_FIRST.map(Severity::word);
        let hint = did_you_mean(&word, words);
        (
            value.span().start,
            format!("`{word}` is no severity ({}){hint}", words.join(", ")),
        )
    })
}

fn rule(id: &str, at: usize) -> Result<RuleId, Fault> {
    if let Some(known) = RuleId::parse(id) {
        return Ok(known);
    }
    let hint = match did_you_mean(id, RULE_IDS.iter().map(|id| id.as_str())) {
        none if none.is_empty() => "; `stepwarden rules` lists them".to_owned(),
        hint => hint,
    };
    Err((at, format!("unknown rule `{id}`{hint}")))
}

fn suppression(value: &Value<'_>) -> Result<SuppressionEntry, Fault> {
    const FIELDS: [&str; 7] = [
        "rule",
        "workflow",
        "reason",
        "until",
        "state",
        "fingerprint",
        "principal",
    ];
    const NEEDED: &str = "rule, workflow, reason, until";
    for (key, _) in entries(value)? {
        if !FIELDS.contains(&key.get_ref().as_ref()) {
            return Err(unknown(key.get_ref(), key.span().start, &FIELDS));
        }
    }
    let field = |name: &str| {
        let table = value.get_ref().as_table();
        table.and_then(|t| t.get(name)).ok_or_else(|| {
            (
                value.span().start,
                format!("a suppression needs `{name}` (and {NEEDED})"),
            )
        })
    };
    let narrowed = |name: &str| field(name).ok().map(text).transpose();
    let named = field("rule")?;
    Ok(SuppressionEntry {
        rule: rule(&text(named)?, named.span().start)?,
        workflow: text(field("workflow")?)?,
        reason: text(field("reason")?)?,
        until: day(field("until")?)?,
        state: narrowed("state")?,
        fingerprint: narrowed("fingerprint")?,
        principal: narrowed("principal")?,
    })
}

/// `2027-01-31`, with or without quotes.
fn day(value: &Value<'_>) -> Result<String, Fault> {
    let written = match value.get_ref() {
        DeValue::Datetime(date) => date.to_string(),
        _ => text(value)?,
    };
    // TOML's own dates are checked for days that the month does not have.
    let parsed = written.parse::<toml::value::Datetime>();
    match parsed {
        Ok(date) if date.date.is_some() && date.time.is_none() => Ok(written),
        _ => Err((
            value.span().start,
            format!("`{written}` is no day such as 2027-01-31"),
        )),
    }
}
