//! How services name their resources in requests, where that is not the name in the ARN: queue URLs, secret names,
//! aliases, families without revision, partial ARNs (API references of the services).

use super::Home;
use super::models::model;
use super::objects::{is_url, object_url};
use super::pattern::{arn, arn_parts, glob, head, is_literal, is_tail_of_arn, join, or_any, split};
use crate::catalog;
use crate::glob::{Glob, Token};

/// What a parameter's text names.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Named {
    /// The resource by its name, at home or elsewhere.
    Name {
        /// The name as it stands in the ARN.
        name: Glob,
        /// Its region, where that is not the workflow's own.
        region: Option<Glob>,
        /// Its account, where that is not the workflow's own.
        account: Option<Glob>,
    },
    /// The whole resource ARN.
    Arn(Glob),
    /// Something behind which a resource stands that the definition does not name: every resource of the type.
    Behind,
}

/// A log group is asked for with `:*` after its name by most actions, without it by those on tags; the reference has one
/// type for both (CloudWatch Logs API Reference, `LogGroup`: `arn` and `logGroupArn`).
pub(super) fn other_spelling(resource: &Glob) -> Option<Glob> {
    let text = resource.as_literal()?;
    let group = text.splitn(6, ':').nth(5)?.strip_prefix("log-group:")?;
    let plain = text.starts_with("arn:") && !group.is_empty() && !group.contains(':');
    plain.then(|| join(&[resource, &Glob::parse(":*")]))
}

/// An ARN of the catalog's, in the workflow's own partition.
pub(super) fn of_the_catalog(text: &Glob, home: &Home) -> Named {
    let rest = strip(text, "arn:aws:");
    let partition = or_any(&home.partition);
    Named::Arn(join(&[
        &Glob::literal("arn:"),
        &partition,
        &Glob::literal(":"),
        &rest,
    ]))
}

pub(super) fn name(name: Glob) -> Named {
    Named::Name {
        name,
        region: None,
        account: None,
    }
}

fn placed(region: Glob, account: Glob, name: Glob) -> Named {
    Named::Name {
        name,
        region: Some(region),
        account: Some(account),
    }
}

pub(super) fn strip(text: &Glob, prefix: &str) -> Glob {
    if head(text).starts_with(prefix) {
        glob(
            text.tokens()
                .get(prefix.chars().count()..)
                .unwrap_or_default(),
        )
    } else {
        text.clone()
    }
}

/// What the text of a parameter names; `last` tells whether it fills the last variable of the type's template.
pub(super) fn read(service: &str, kind: &str, last: bool, text: &Glob, home: &Home) -> Vec<Named> {
    let one = |named| vec![named];
    if is_malformed_arn(text) {
        return one(Named::Behind);
    }
    match (service, kind) {
        ("sqs", "queue") => one(queue(text)),
        ("kms", "key") => one(key(text)),
        ("kms", "alias") => one(arn_or(text, |t| name(strip(t, "alias/")))),
        ("lambda", _) if kind.starts_with("function") => one(function(text)),
        ("secretsmanager", "secret") => one(secret(text)),
        ("ecs", "task-definition") => one(task_definition(text)),
        ("s3", "object") if is_url(text) => one(object_url(text, home)),
        ("s3", "object") if last => one(name(text.clone())),
        ("s3", "object" | "bucket") => one(s3(text, kind, home)),
        ("ssm", "parameter") => one(arn_or(text, |t| name(strip(t, "/")))),
        ("ssm", "document" | "automation-definition") => one(document(text)),
        ("codebuild", "project" | "report-group") => one(build(text, kind)),
        ("bedrock", "foundation-model") => model(text, home),
        ("states", "execution") if !last => one(execution_of(text)),
        ("states", "statemachine") => one(arn_or(&authorized_as(text), |t| name(t.clone()))),
        ("ses", "identity") if last => sender(text),
        ("glue", "catalog") => one(glue_catalog(text, home)),
        ("execute-api", _) if !last => one(endpoint(text)),
        ("execute-api", _) => one(name(strip(text, "/"))),
        _ if last => one(arn_or(text, |t| name(t.clone()))),
        _ => one(container(text)),
    }
}

/// Whether the text begins as an ARN, is known whole, and is none: too few parts, or the type word of a resource where the
/// account stands (IAM User Guide, "Amazon Resource Names").
pub(super) fn is_malformed_arn(text: &Glob) -> bool {
    if !is_literal(text) || !head(text).starts_with("arn:") {
        return false;
    }
    let Some([_, service, _, account, _]) = arn_parts(text) else {
        return true;
    };
    let (service, account) = (head(&service), head(&account));
    let is_type_word = |arn: &str| {
        let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
        let word = resource.split([':', '/', '$']).next().unwrap_or_default();
        word == account
    };
    let known = catalog::resource_types(&service);
    !account.is_empty() && known.iter().any(|t| is_type_word(t.arn))
}

/// An ARN as the calls on it are authorized: on a workflow's version or alias, as the workflow (Step Functions Developer
/// Guide, "Authorization for versions and aliases").
pub(super) fn authorized_as(text: &Glob) -> Glob {
    let Some([_, service, _, _, resource]) = arn_parts(text) else {
        return text.clone();
    };
    let parts = split(&resource, ':');
    match parts.as_slice() {
        [kind, _, _, ..] if head(&service) == "states" && head(kind) == "stateMachine" => {
            let qualifier: usize = parts.iter().skip(2).map(|p| p.tokens().len() + 1).sum();
            let kept = text.tokens().len().saturating_sub(qualifier);
            glob(text.tokens().get(..kept).unwrap_or_default())
        }
        _ => text.clone(),
    }
}

/// The version or alias that a workflow's ARN ends with.
pub(super) fn qualifier(text: &Glob) -> Option<Glob> {
    let whole = authorized_as(text);
    let rest = text.tokens().get(whole.tokens().len() + 1..)?;
    (!rest.is_empty()).then(|| glob(rest))
}

/// A sender is an identity by its address or by its domain, whichever is verified; a name may stand before the address
/// (Amazon SES Developer Guide, "Verified identities").
fn sender(text: &Glob) -> Vec<Named> {
    if arn_parts(text).is_some() {
        return vec![Named::Arn(text.clone())];
    }
    let Some(literal) = text.as_literal() else {
        // Part of an address tells neither: any identity may be the one.
        return vec![match split(text, '@').as_slice() {
            [_, domain] if domain.as_literal().is_some() => name(join(&[&Glob::any(), domain])),
            _ => name(Glob::any()),
        }];
    };
    let address = literal
        .rsplit_once('<')
        .map_or(literal.as_str(), |(_, rest)| rest.trim_end_matches('>'))
        .trim();
    let mut found = vec![name(Glob::literal(address))];
    if let Some((_, domain)) = address.rsplit_once('@') {
        found.push(name(Glob::literal(domain)));
    }
    found
}

/// The Data Catalog of an account is named by the account (AWS Glue Developer Guide, "Specifying AWS Glue resource ARNs").
fn glue_catalog(text: &Glob, home: &Home) -> Named {
    let is_account = |t: &str| t.len() == 12 && t.bytes().all(|b| b.is_ascii_digit());
    if arn_parts(text).is_some() {
        return Named::Arn(text.clone());
    }
    let parts = split(text, ':');
    match parts.as_slice() {
        [only] if only.as_literal().is_some_and(|t| is_account(&t)) => Named::Arn(arn(
            &or_any(&home.partition),
            "glue",
            &or_any(&home.region),
            only,
            &Glob::literal("catalog"),
        )),
        [account, catalog] => placed(or_any(&home.region), account.clone(), catalog.clone()),
        _ => name(text.clone()),
    }
}

fn arn_or(text: &Glob, otherwise: impl Fn(&Glob) -> Named) -> Named {
    if arn_parts(text).is_some() || is_tail_of_arn(text) {
        Named::Arn(text.clone())
    } else {
        otherwise(text)
    }
}

/// A container may be named by its own ARN: its last word is the name.
fn container(text: &Glob) -> Named {
    let Some([_, _, region, account, resource]) = arn_parts(text) else {
        return name(text.clone());
    };
    let last = resource
        .tokens()
        .rsplit(|t| matches!(t, Token::Char('/' | ':')))
        .next()
        .map_or_else(Glob::any, glob);
    placed(region, account, last)
}

/// `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME` in any partition, and the older `REGION.queue.amazonaws.com`.
fn queue(text: &Glob) -> Named {
    if arn_parts(text).is_some() {
        return Named::Arn(text.clone());
    }
    let parts = split(text, '/');
    let [scheme, _, host, account, queue] = parts.as_slice() else {
        return match parts.as_slice() {
            // A URL whose host is open names a queue anywhere.
            [only]
                if !head(only).is_empty()
                    && "https:".starts_with(&*head(only))
                    && !is_literal(only) =>
            {
                Named::Behind
            }
            [only] => name(only.clone()),
            _ => Named::Behind,
        };
    };
    if !head(scheme).starts_with("http") {
        return Named::Behind;
    }
    let labels = split(host, '.');
    let region = match labels.as_slice() {
        [sqs, region, ..] if head(sqs) == "sqs" || head(sqs) == "sqs-fips" => region.clone(),
        [region, queue, ..] if head(queue) == "queue" => region.clone(),
        [queue, ..] if head(queue) == "queue" => Glob::literal("us-east-1"),
        _ => Glob::any(),
    };
    placed(region, account.clone(), queue.clone())
}

fn key(text: &Glob) -> Named {
    match arn_parts(text) {
        Some([_, _, _, _, resource]) if head(&resource).starts_with("alias/") => Named::Behind,
        Some(_) => Named::Arn(text.clone()),
        None if head(text).starts_with("alias/") => Named::Behind,
        None => name(text.clone()),
    }
}

/// A name, `name:qualifier`, `ACCOUNT:function:name[:qualifier]` or an ARN.
fn function(text: &Glob) -> Named {
    if arn_parts(text).is_some() {
        return Named::Arn(text.clone());
    }
    let parts = split(text, ':');
    if let [account, word, rest @ ..] = parts.as_slice()
        && head(word) == "function"
        && !rest.is_empty()
    {
        let mut function = Glob::literal("");
        for (index, part) in rest.iter().enumerate() {
            if index > 0 {
                function.push(Token::Char(':'));
            }
            function.extend(part);
        }
        return Named::Name {
            name: function,
            region: None,
            account: Some(account.clone()),
        };
    }
    name(text.clone())
}

/// AWS ends a secret's ARN with a hyphen and six characters of its own; requests may leave them out.
fn secret(text: &Glob) -> Named {
    let random = Glob::parse("-??????");
    let is_whole = |tokens: &[Token]| {
        matches!(tokens, [.., Token::Char('-'), a, b, c, d, e, f]
            if [a, b, c, d, e, f].iter().all(|t| matches!(t, Token::Char(x) if x.is_ascii_alphanumeric())))
    };
    let open = text.tokens().last().is_some_and(|t| *t == Token::Any);
    if arn_parts(text).is_some() {
        if open || is_whole(text.tokens()) {
            return Named::Arn(text.clone());
        }
        return Named::Arn(join(&[text, &random]));
    }
    if open {
        return name(text.clone());
    }
    name(join(&[text, &random]))
}

/// A family stands for its revisions.
fn task_definition(text: &Glob) -> Named {
    let revisions = Glob::parse(":*");
    if let Some([_, _, _, _, resource]) = arn_parts(text) {
        let has_revision = resource.tokens().contains(&Token::Char(':'));
        return Named::Arn(if has_revision || resource.is_any() {
            text.clone()
        } else {
            join(&[text, &revisions])
        });
    }
    if text.tokens().contains(&Token::Char(':')) || text.tokens().last() == Some(&Token::Any) {
        name(text.clone())
    } else {
        name(join(&[text, &revisions]))
    }
}

/// A bucket's name, its or an access point's ARN, `s3://bucket/key`, or `bucket/key` of a copy's source.
fn s3(text: &Glob, kind: &str, home: &Home) -> Named {
    let empty = Glob::literal("");
    let whole = |rest: &Glob| Named::Arn(arn(&or_any(&home.partition), "s3", &empty, &empty, rest));
    if let Some([_, _, _, _, resource]) = arn_parts(text) {
        let access_point = head(&resource).starts_with("accesspoint");
        return match (access_point, kind) {
            (true, "object") => Named::Arn(join(&[text, &Glob::parse("/object/*")])),
            (true, _) => Named::Arn(text.clone()),
            (false, _) => name(resource),
        };
    }
    let path = strip(&strip(text, "s3://"), "/");
    if path == *text && !text.tokens().contains(&Token::Char('/')) || kind == "bucket" {
        return name(split(&path, '/').swap_remove(0));
    }
    whole(&path)
}

/// AWS's own documents stand in no account, or in accounts of AWS's.
fn document(text: &Glob) -> Named {
    if arn_parts(text).is_some() {
        return Named::Arn(text.clone());
    }
    let account = head(text).starts_with("AWS-").then(Glob::any);
    Named::Name {
        name: text.clone(),
        region: None,
        account,
    }
}

/// A build's id is `project:uuid`; a report's ARN is `report/group:uuid`.
fn build(text: &Glob, kind: &str) -> Named {
    let (place, id) = match arn_parts(text) {
        Some([_, _, region, account, resource]) => {
            let id = split(&resource, '/').pop().unwrap_or_else(Glob::any);
            (Some((region, account)), id)
        }
        None => (None, text.clone()),
    };
    let project = split(&id, ':').swap_remove(0);
    if project.tokens().is_empty() || kind.is_empty() {
        return Named::Behind;
    }
    match place {
        Some((region, account)) => placed(region, account, project),
        None => name(project),
    }
}

/// The executions of a workflow: its name without version or alias.
fn execution_of(text: &Glob) -> Named {
    let Some([_, _, region, account, resource]) = arn_parts(text) else {
        return name(text.clone());
    };
    match split(&resource, ':').as_slice() {
        [_, machine, ..] => placed(region, account, machine.clone()),
        _ => placed(region, account, Glob::any()),
    }
}

/// `ID.execute-api.REGION.amazonaws.com`
fn endpoint(text: &Glob) -> Named {
    let host = strip(text, "https://");
    let labels = split(&host, '.');
    match labels.as_slice() {
        [id, word, region, ..] if head(word).starts_with("execute-api") => Named::Name {
            name: id.clone(),
            region: Some(region.clone()),
            account: None,
        },
        _ => name(host),
    }
}
