use super::*;
use crate::config::Config;

#[test]
fn everything_that_can_be_set() {
    let config = Config::parse(
        r#"
[baseline]
first-sight = false
principals = ["arn:aws:iam::123456789012:role/deploy-*"]
stacks = ["orders-prod"]
[owner-topics]
payments = "arn:aws:sns:eu-west-1:123456789012:payments-alerts"
[accounts]
role = "security/reader"
external-id = "s3cret:id"
ids = ["210987654321"]
"#,
    )
    .unwrap();
    assert!(!config.baseline.first_sight);
    assert_eq!(
        config.baseline.principals[0].as_str(),
        "arn:aws:iam::123456789012:role/deploy-*"
    );
    assert_eq!(config.baseline.stacks, ["orders-prod"]);
    assert_eq!(config.owner_topics["payments"].region(), "eu-west-1");
    assert_eq!(config.accounts.role, "security/reader");
    assert_eq!(config.accounts.external_id.as_deref(), Some("s3cret:id"));
    assert_eq!(config.accounts.ids, ["210987654321"]);
    let some = Config::parse("[baseline]\nstacks = [\"a\"]\n[accounts]\nids = []").unwrap();
    assert!(
        some.baseline.first_sight,
        "what is not set keeps its default"
    );
    assert_eq!(some.accounts.role, "stepwarden-reader");
}

#[test]
fn what_stands_above_an_account_is_handed_over_as_a_file() {
    let with = |id: &str, text: &str| {
        Config::parse(&format!(
            "[accounts.organization-policies]\n{id} = '''{text}'''\n"
        ))
        .map_err(|error| error.to_string())
    };
    let levels = r#"{"levels": [
        {"target": "r-ab12", "serviceControlPolicies": [{"Statement": []}]}]}"#;
    let config = with("210987654321", levels).unwrap();
    let above = &config.accounts.organization_policies["210987654321"];
    assert_eq!(above.levels[0].target, "r-ab12");
    for (id, text, says) in [
        ("21098765432", levels, "twelve digits"),
        ("210987654321", "{", "not JSON"),
        ("210987654321", r#"{"Levels": []}"#, "no `levels`"),
    ] {
        let error = with(id, text).unwrap_err();
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn what_is_not_understood_is_named_with_its_line() {
    for (text, line, part) in [
        (
            "[baseline]\nfirst-site = true",
            2,
            "did you mean `first-sight`?",
        ),
        ("[baseline]\nfirst-sight = \"yes\"", 2, "true or false"),
        (
            "[baseline]\nprincipals = [\n\"*\"]",
            3,
            "no pattern of a principal",
        ),
        (
            "[baseline]\nprincipals = [\"arn:aws:iam::*:role/x\"]",
            2,
            "the account in full",
        ),
        (
            "[baseline]\nprincipals = [\"arn:aws:s3:::bucket\"]",
            2,
            "no pattern of a principal",
        ),
        (
            "[baseline]\nstacks = [\"arn:aws:cloudformation:x\"]",
            2,
            "is no stack name",
        ),
        (
            "[owner-topics]\npayments = \"payments-alerts\"",
            2,
            "is no topic",
        ),
        (
            "[owner-topics]\npayments = \"arn:aws:sns:eu-west-1:123456789012:t:sub-id\"",
            2,
            "is no topic",
        ),
        (
            "[owner-topics]\npayments = \"arn:aws:sqs:eu-west-1:123456789012:q\"",
            2,
            "is no topic",
        ),
        (
            "[accounts]\nrole = \"arn:aws:iam::123456789012:role/x\"",
            2,
            "is no role name",
        ),
        ("[accounts]\nids = [\"12\"]", 2, "12 digits"),
        ("[accounts]\nexternal-id = \"a b\"", 2, "an external id has"),
        (
            "[accounts]\nexternalid = \"ab\"",
            2,
            "did you mean `external-id`?",
        ),
        ("baselines = 1", 1, "did you mean `baseline`?"),
    ] {
        let error = Config::parse(text).unwrap_err();
        assert_eq!(error.line, line, "{text:?}: {error}");
        assert!(error.message.contains(part), "{text:?}: {error}");
    }
}

#[test]
fn a_wildcard_crosses_no_slash_and_no_colon() {
    let pattern = ArnPattern::parse("arn:aws:iam::123456789012:role/*").unwrap();
    let fits = |arn: &str| pattern.matches(&Arn::parse(arn).unwrap());
    assert!(fits("arn:aws:iam::123456789012:role/deploy"));
    assert!(!fits("arn:aws:iam::123456789012:role/path/deploy"));
    assert!(!fits("arn:aws:iam::123456789012:user/deploy"));
    assert!(!fits("arn:aws:sts::123456789012:role/deploy"));
}
