use std::collections::BTreeSet;

use super::*;
use crate::posture::{
    By, Chosen, Names, OutsidePosture, Permission, Permissions, ReachPosture, SinkWord,
    StartersPosture, TargetPosture,
};
use crate::reach::Class;

fn grants(resources: &[&str]) -> Posture {
    let permission = |resource: &&str| Permission {
        actions: Names::Only(BTreeSet::from(["s3:GetObject".to_owned()])),
        resources: Names::Only(BTreeSet::from([(*resource).to_owned()])),
        conditions: BTreeSet::new(),
    };
    Posture {
        grants: Some(Permissions {
            allows: resources.iter().map(permission).collect(),
            ..Permissions::default()
        }),
        ..Posture::default()
    }
}

fn keys(old: &Posture, new: &Posture) -> Vec<String> {
    widened(old, new).into_iter().map(|w| w.key).collect()
}

#[test]
fn what_is_hidden_on_one_side_is_no_drift_and_what_is_hidden_now_is_a_gap() {
    let (known, blank) = (grants(&["arn:aws:s3:::a/*"]), Posture::default());
    assert_eq!(
        (keys(&blank, &known), keys(&known, &blank)),
        (vec![], vec![])
    );
    assert_eq!(narrowed(&known, &blank), []);
    assert_eq!(gaps(&blank, &known), []);
    let gaps = gaps(&known, &blank);
    assert_eq!(
        (gaps.len(), gaps[0].input),
        (1, crate::gap::Input::Baseline)
    );
}

#[test]
fn a_key_stays_while_other_things_widen() {
    let old = grants(&["arn:aws:s3:::a/*"]);
    let one = keys(&old, &grants(&["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"]));
    let two = keys(
        &old,
        &grants(&["arn:aws:s3:::c/*", "arn:aws:s3:::b/*", "arn:aws:s3:::a/*"]),
    );
    assert_eq!((one.len(), two.len()), (1, 2));
    assert!(two.contains(&one[0]));
}

#[test]
fn what_widens_on_one_side_and_narrows_on_another_is_both() {
    let (old, new) = (grants(&["arn:aws:s3:::a/*"]), grants(&["arn:aws:s3:::b/*"]));
    assert_eq!(widened(&old, &new).len(), 1);
    let narrower = narrowed(&old, &new);
    assert_eq!(narrower.len(), 1);
    assert_eq!(
        narrower[0].text,
        "no longer grants `s3:GetObject` on `arn:aws:s3:::a/*`"
    );
}

#[test]
fn of_two_new_grants_the_wider_is_told() {
    let old = grants(&["arn:aws:s3:::a/*"]);
    let new = grants(&["arn:aws:s3:::b/*", "arn:aws:s3:::b/x/*", "arn:aws:s3:::b/y"]);
    assert_eq!(
        keys(&old, &new),
        ["grant `s3:getobject` on `arn:aws:s3:::b/*`"]
    );
}

fn reach(class: Class, patterns: &[&str], by: By) -> Posture {
    Posture {
        reach: Some(vec![ReachPosture {
            kind: SinkWord::Target,
            action: "lambda:InvokeFunction".to_owned(),
            class: Some(class),
            patterns: patterns.iter().map(|p| (*p).to_owned()).collect(),
            by,
            severity: Severity::Medium,
        }]),
        ..Posture::default()
    }
}

#[test]
fn a_reach_widens_in_class_in_pattern_and_in_who_decides() {
    let part = reach(Class::Part, &["f:media-*"], By::External);
    for (new, wider) in [
        (reach(Class::Part, &["f:media-*"], By::External), false),
        (
            reach(Class::List, &["f:media-a", "f:media-b"], By::External),
            false,
        ),
        (reach(Class::Any, &["f:media-*"], By::External), true),
        (reach(Class::Part, &["f:other-*"], By::External), true),
        (reach(Class::List, &["f:other"], By::External), true),
        (reach(Class::Part, &["f:media-*"], By::Caller), true),
    ] {
        assert_eq!(!widened(&part, &new).is_empty(), wider, "{new:?}");
    }
    let caller = reach(Class::Part, &["f:media-*"], By::Caller);
    assert_eq!(keys(&caller, &part), Vec::<String>::new());
}

#[test]
fn a_target_chosen_at_run_time_widens_a_named_one_and_not_the_other_way_round() {
    let targets = |resource: &str, chosen| Posture {
        targets: Some(vec![TargetPosture {
            action: "lambda:InvokeFunction".to_owned(),
            resource: resource.to_owned(),
            chosen,
            foreign: None,
        }]),
        ..Posture::default()
    };
    let one = targets(
        "arn:aws:lambda:eu-west-1:123456789012:function:a",
        Chosen::Static,
    );
    let any = targets("arn:aws:lambda:*:*:function:*", Chosen::RunTime);
    assert_eq!(widened(&one, &any)[0].severity, Severity::Medium);
    assert_eq!(widened(&any, &one), []);
}

#[test]
fn a_new_way_from_outside_weighs_as_the_rule_about_it() {
    let starters = |outside: BTreeSet<OutsidePosture>| Posture {
        starters: Some(StartersPosture {
            principals: Vec::new(),
            admins: BTreeSet::new(),
            outside,
            severity: Severity::Medium,
        }),
        ..Posture::default()
    };
    let way = |anyone| OutsidePosture {
        who: "any principal of account 999999999999".to_owned(),
        becomes: "arn:aws:iam::123456789012:role/Open".to_owned(),
        anyone,
    };
    let none = starters(BTreeSet::new());
    let some = starters(BTreeSet::from([way(false)]));
    assert_eq!(widened(&none, &some)[0].severity, Severity::High);
    assert_eq!(
        widened(&none, &starters(BTreeSet::from([way(true)])))[0].severity,
        Severity::Critical
    );
    assert_eq!(widened(&some, &none), []);
}

#[test]
fn since_is_kept_as_the_interface_writes_it() {
    let sweep = Since::Sweep {
        sweep: "2026-11-24T03:00:00Z".to_owned(),
    };
    let text = serde_json::to_string(&sweep).unwrap();
    assert_eq!(text, "{\"sweep\":\"2026-11-24T03:00:00Z\"}");
    assert_eq!(serde_json::from_str::<Since>(&text).unwrap(), sweep);
}

mod entry_points {
    use super::*;
    use crate::entry_points::{Authorization, Fill, Kind};
    use crate::posture::EntryPosture;

    fn route(authorization: Authorization, input: Fill) -> EntryPosture {
        let public = matches!(authorization, Authorization::None | Authorization::ApiKey);
        EntryPosture {
            kind: Kind::RestApi,
            name: "POST /orders of shop".to_owned(),
            authorization: Some(authorization),
            public,
            input,
            severity: if public {
                Severity::Medium
            } else {
                Severity::Low
            },
        }
    }

    fn begun(entries: Vec<EntryPosture>) -> Posture {
        Posture {
            entries: Some(entries),
            ..Posture::default()
        }
    }

    fn told(old: Vec<EntryPosture>, new: Vec<EntryPosture>) -> Vec<(Severity, String)> {
        let widened = widened(&begun(old), &begun(new)).into_iter();
        widened.map(|w| (w.severity, w.text)).collect()
    }

    #[test]
    fn an_entry_point_that_is_gone_or_asks_for_more_is_no_drift() {
        let (open, signed) = (
            route(Authorization::None, Fill::Whole),
            route(Authorization::Iam, Fill::Whole),
        );
        let less = route(Authorization::None, Fill::Part);
        for (old, new) in [
            (vec![open.clone()], vec![]),
            (vec![open.clone()], vec![open.clone()]),
            (vec![open.clone()], vec![signed.clone()]),
            (vec![open.clone()], vec![less]),
            // Two things that keep callers out alike.
            (
                vec![signed.clone()],
                vec![route(Authorization::Authorizer, Fill::Whole)],
            ),
            // What is not understood was counted as whole.
            (vec![open], vec![route(Authorization::None, Fill::Unknown)]),
        ] {
            assert_eq!(told(old, new), []);
        }
        assert_eq!(told(vec![], vec![]), []);
        assert_eq!(keys(&Posture::default(), &begun(vec![signed])), [""; 0]);
    }

    #[test]
    fn a_new_entry_point_is_told_with_who_is_let_in() {
        let open = told(vec![], vec![route(Authorization::None, Fill::Whole)]);
        assert_eq!(
            open,
            [(
                Severity::Medium,
                "lets anybody begin an execution through POST /orders of shop (rest-api, no authorizer), which the baseline did not".to_owned()
            )]
        );
        let signed = told(vec![], vec![route(Authorization::Iam, Fill::Whole)]);
        assert_eq!(signed.first().map(|(s, _)| *s), Some(Severity::Low));
    }

    #[test]
    fn a_removed_authorizer_is_told_with_what_was_there() {
        for before in [
            Authorization::Authorizer,
            Authorization::Iam,
            Authorization::ResourcePolicy,
        ] {
            let found = told(
                vec![route(before, Fill::Whole)],
                vec![route(Authorization::None, Fill::Whole)],
            );
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].0, Severity::Medium);
            assert!(
                found[0].1.contains("; in the baseline POST /orders"),
                "{found:?}"
            );
        }
        let key = told(
            vec![route(Authorization::ApiKey, Fill::Whole)],
            vec![route(Authorization::None, Fill::Whole)],
        );
        assert_eq!(key.len(), 1);
    }

    #[test]
    fn more_of_the_input_is_told_beside_who_is_let_in() {
        let found = told(
            vec![route(Authorization::Iam, Fill::Constant)],
            vec![route(Authorization::Iam, Fill::Whole)],
        );
        assert_eq!(
            found,
            [(
                Severity::Low,
                "takes the whole input from POST /orders of shop (rest-api, with IAM); in the baseline a constant input".to_owned()
            )]
        );
        let both = keys(
            &begun(vec![route(Authorization::Iam, Fill::Part)]),
            &begun(vec![route(Authorization::None, Fill::Whole)]),
        );
        assert_eq!(
            both,
            [
                "entry rest-api POST /orders of shop authorization",
                "entry rest-api POST /orders of shop input"
            ]
        );
    }
}
