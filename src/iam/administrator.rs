//! Who is, in effect, an administrator: all of IAM, with which the rest can be had, after denies and boundary.

use super::evaluate::StatementRef;
use super::layers::Layer;
use super::sets::{Coverage, coverage};
use super::{ActionSpec, Authority, Context, Effect, Policy, ResourceSpec, Statement};
use crate::arn::Arn;
use crate::catalog;
use crate::glob::Glob;

/// The actions with which a principal gives itself every other permission: whoever keeps one of them over every role or
/// user is an administrator, whatever else is denied.
const SELF_GRANTS: [(&str, Kind); 4] = [
    ("iam:PutRolePolicy", Kind::Role),
    ("iam:AttachRolePolicy", Kind::Role),
    ("iam:PutUserPolicy", Kind::User),
    ("iam:AttachUserPolicy", Kind::User),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Role,
    User,
}

/// The statement that makes the holder of these policies an administrator: unconditionally allowed every action of IAM on
/// everything, or on every role or user of its account, by one statement or several, after denies and boundary.
/// `known` is what is known of its requests.
pub fn administrator(authority: &Authority, holder: &Arn, known: &Context) -> Option<StatementRef> {
    let known = &authority.known_of(known.clone().or(Context::of_calls_to_iam(holder)));
    let (partition, account) = (holder.partition(), holder.account());
    let account = if account.is_empty() { "*" } else { account };
    let all = |kind: &str| Glob::parse(&format!("arn:{partition}:iam::{account}:{kind}/*"));
    [(Kind::Role, all("role")), (Kind::User, all("user"))]
        .iter()
        .find_map(|(kind, everyone)| {
            let by = all_of_iam(authority, everyone)?;
            let keeps = SELF_GRANTS.iter().any(|(action, of)| {
                of == kind
                    && matches!(
                        coverage(authority, action, everyone, known),
                        Coverage::Full | Coverage::Partial
                    )
            });
            keeps.then_some(by)
        })
}

/// The first statement of those that together allow every action of IAM on all of these resources without a condition.
fn all_of_iam(authority: &Authority, everyone: &Glob) -> Option<StatementRef> {
    let statements = authority.identity.iter().flat_map(|policy| {
        let all = policy.statements.iter();
        all.map(move |statement| (&**policy, statement))
    });
    let wide: Vec<(&Policy, &Statement)> = statements
        .filter(|(_, s)| s.effect == Effect::Allow && s.conditions.is_empty())
        .filter(|(_, s)| s.resources.covers(everyone) && concerns_iam(&s.actions))
        .collect();
    let (policy, first) = wide.first()?;
    let specs: Vec<&ActionSpec> = wide.iter().map(|(_, s)| &s.actions).collect();
    is_all_of_iam(&specs).then(|| StatementRef {
        policy: policy.name.clone(),
        statement: first.index,
        sid: first.sid.clone(),
        layer: Layer::Identity,
        target: None,
    })
}

fn concerns_iam(actions: &ActionSpec) -> bool {
    let iam = Glob::parse("iam:*");
    match actions {
        ActionSpec::Only(patterns) => patterns.iter().any(|p| p.glob().overlaps(&iam)),
        ActionSpec::AllBut(patterns) => !patterns.iter().any(|p| p.glob().includes(&iam)),
    }
}

/// Whether these together are about every action of IAM that there is.
fn is_all_of_iam(specs: &[&ActionSpec]) -> bool {
    let pattern = Glob::parse("iam:?*");
    let whole = |spec: &&ActionSpec| match spec {
        ActionSpec::Only(patterns) => patterns.iter().any(|p| p.glob().includes(&pattern)),
        ActionSpec::AllBut(patterns) => !patterns.iter().any(|p| p.glob().overlaps(&pattern)),
    };
    specs.iter().any(whole)
        || catalog::actions_matching(&pattern)
            .all(|info| specs.iter().any(|spec| spec.matches(&info.name())))
}

impl ResourceSpec {
    /// Whether it is about every resource of this pattern, whatever its variables stand for.
    pub fn covers(&self, resources: &Glob) -> bool {
        let fixed = |patterns: &[super::ResourcePattern]| -> Vec<Glob> {
            let fixed = patterns.iter().filter(|p| !p.template.has_variables());
            fixed.map(super::ResourcePattern::widest).collect()
        };
        match self {
            Self::Only(patterns) => resources.covered_by(&fixed(patterns)),
            Self::AllBut(patterns) => {
                let mut taken = patterns.iter().map(super::ResourcePattern::widest);
                !taken.any(|t| t.includes(resources) || is_most_of(&t, resources))
            }
            Self::Unstated => true,
        }
    }
}

/// Whether what is taken out is a whole pattern of them, not one by name: `role/app-*` may be all that there are.
fn is_most_of(taken: &Glob, resources: &Glob) -> bool {
    taken.overlaps(resources) && taken.as_literal().is_none()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::iam::parse;
    use crate::snapshot::Document;

    fn is_admin(statements: &str, boundary: Option<&str>) -> bool {
        let read = |text: &str| {
            let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{text}]}}"#);
            let (policy, problems) = parse::policy("p", &Document(text));
            assert_eq!(problems, []);
            Arc::new(policy)
        };
        let authority = Authority {
            identity: vec![read(statements)],
            boundary: boundary.map(read),
            ..Authority::default()
        };
        let holder = Arn::parse("arn:aws:iam::123456789012:role/r").unwrap();
        administrator(&authority, &holder, &Context::new()).is_some()
    }

    fn allow(rest: &str) -> String {
        format!(r#"{{"Effect": "Allow", {rest}}}"#)
    }

    #[test]
    fn an_administrator_is_seen_in_every_spelling() {
        for rest in [
            r#""Action": "*", "Resource": "*""#,
            r#""Action": "*:*", "Resource": "*""#,
            r#""Action": ["s3:Get*", "**"], "Resource": ["arn:aws:s3:::b", "arn:aws:*"]"#,
            r#""Action": "iam:*", "Resource": "arn:*""#,
            r#""Action": "*", "Resource": "*:*""#,
            r#""Action": "i?m:*", "Resource": "arn:aws:iam::*:role/*""#,
            r#""Action": "*", "Resource": "arn:aws:iam::123456789012:role/*""#,
            r#""Action": "iam:*", "Resource": "arn:aws:iam::123456789012:*""#,
            r#""Action": "iam:*", "Resource": "arn:aws:iam::*""#,
            r#""Action": "iam:*", "Resource": ["arn:aws:iam::123456789012:user/*", "arn:aws:iam::123456789012:group/*"]"#,
            r#""Action": "iam:*", "NotResource": "arn:aws:s3:::b""#,
            r#""NotAction": "s3:*", "Resource": "*""#,
            r#""Action": ["iam:A*", "iam:C*", "iam:D*", "iam:E*", "iam:G*", "iam:L*", "iam:P*", "iam:R*", "iam:S*", "iam:T*", "iam:U*"], "Resource": "*""#,
        ] {
            assert!(is_admin(&allow(rest), None), "{rest}");
        }
        let two = [
            allow(
                r#""Action": ["iam:A*", "iam:C*", "iam:D*", "iam:E*", "iam:G*", "iam:L*"], "Resource": "*""#,
            ),
            allow(
                r#""NotAction": ["iam:A*", "iam:C*", "iam:D*", "iam:E*", "iam:G*", "iam:L*"], "Resource": "*""#,
            ),
        ];
        assert!(is_admin(&two.join(","), None));
    }

    #[test]
    fn others_are_none() {
        for rest in [
            r#""Action": "s3:*", "Resource": "*""#,
            r#""Action": "*", "Resource": "arn:aws:s3:::*""#,
            r#""Action": "*", "Resource": "arn:aws:iam::123456789012:role/app-*""#,
            r#""Action": "*", "Resource": "arn:aws:iam::210987654321:role/*""#,
            r#""Action": "*", "Resource": "arn:aws:*:eu-west-1:*:*""#,
            r#""Action": ["iam:Get*", "iam:List*", "iam:PassRole"], "Resource": "*""#,
            r#""NotAction": ["iam:*", "organizations:*"], "Resource": "*""#,
            r#""Action": "*", "NotResource": "arn:aws:iam::*""#,
            r#""Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}"#,
        ] {
            assert!(!is_admin(&allow(rest), None), "{rest}");
        }
    }

    #[test]
    fn denies_and_the_boundary_count() {
        let all = allow(r#""Action": "*", "Resource": "*""#);
        let deny = |rest: &str| format!(r#"{all}, {{"Effect": "Deny", {rest}}}"#);
        assert!(is_admin(
            &deny(r#""Action": "iam:CreateUser", "Resource": "*""#),
            None
        ));
        assert!(is_admin(
            &deny(r#""Action": "iam:*", "Resource": "arn:aws:iam::*:role/protected""#),
            None
        ));
        assert!(!is_admin(
            &deny(r#""Action": "iam:*", "Resource": "*""#),
            None
        ));
        assert!(!is_admin(
            &deny(r#""NotAction": "s3:*", "Resource": "*""#),
            None
        ));
        assert!(!is_admin(
            &deny(
                r#""Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}"#
            ),
            None
        ));
        assert!(is_admin(&all, Some(&all)));
        assert!(!is_admin(
            &all,
            Some(&allow(r#""Action": "s3:*", "Resource": "*""#))
        ));
        assert!(!is_admin(
            &all,
            Some(&allow(r#""NotAction": "iam:*", "Resource": "*""#))
        ));
    }
}
