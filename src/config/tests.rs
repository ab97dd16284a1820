use super::*;

#[test]
fn everything_that_can_be_set() {
    let config = Config::parse(
        r#"
trusted-accounts = ["210987654321"]
min-log-retention-days = 30
owner-tags = ["squad"]
default-owner = "platform"
disabled-rules = [{ rule = "tracing-off", reason = "traced by the mesh" }]
sensitive-tags = { Data = ["secret"] }
severity = { logging-off = "critical" }
lambda-chain = { min = 5, percent = 80 }
[[suppress]]
rule = "logging-off"
workflow = "sandbox-*"
reason = "no data"
until = 2028-02-29
"#,
    )
    .unwrap();
    assert_eq!(config.trusted_accounts, ["210987654321"]);
    assert_eq!(config.min_log_retention_days, 30);
    assert_eq!(
        (config.owner_tags.as_slice(), config.default_owner.as_str()),
        (&["squad".to_owned()][..], "platform")
    );
    assert_eq!(config.disabled_rules, ["tracing-off"]);
    assert_eq!(config.sensitive_tags["Data"], ["secret"]);
    assert_eq!(
        config.severities[&RuleId::known("logging-off")],
        Severity::Critical
    );
    assert_eq!(
        (config.lambda_chain_min, config.lambda_chain_percent),
        (5, 80)
    );
    assert_eq!(config.suppressions[0].until, "2028-02-29");
}

#[test]
fn nothing_set_is_the_default() {
    let (empty, default) = (Config::parse("# nothing\n").unwrap(), Config::default());
    assert_eq!(format!("{empty:?}"), format!("{default:?}"));
}

#[test]
fn what_is_not_understood_is_named_with_its_line() {
    let entry = |until: &str| {
        format!(
            "\n[[suppress]]\nrule = \"logging-off\"\nworkflow = \"*\"\nreason = \"r\"\nuntil = {until}\n"
        )
    };
    for (text, line, part) in [
        ("a = ", 1, ""),
        ("\nowner-tag = []", 2, "did you mean `owner-tags`?"),
        ("zzz = 1", 1, "known are"),
        (
            "disabled-rules = [\n\"loging-off\"]",
            2,
            "did you mean `logging-off`?",
        ),
        (
            "[severity]\nlogging-off = \"hihg\"",
            2,
            "did you mean `high`?",
        ),
        ("[severity]\nnonsense = \"high\"", 2, "stepwarden rules"),
        (
            "disabled-rules = [\n\"tracing-off\"]",
            2,
            "write `{ rule = \"tracing-off\", reason = \"…\" }`",
        ),
        (
            "disabled-rules = [\n{ rule = \"tracing-off\" }]",
            2,
            "without a reason",
        ),
        (
            "[severity]\ntainted-target = \"info\"",
            2,
            "write `{ severity = \"info\", reason = \"…\" }`",
        ),
        (
            "[severity]\n\ntainted-target = { severity = \"high\" }",
            3,
            "without a reason",
        ),
        ("trusted-accounts = [\"12345\"]", 1, "12 digits"),
        (
            "trusted-accounts = \"123456789012\"",
            1,
            "expected an array",
        ),
        ("min-log-retention-days = -1", 1, "whole number"),
        ("lambda-chain = { percent = 101 }", 1, "percentage"),
        ("default-owner = \"\"", 1, "not empty"),
        (
            "\n[[suppress]]\nrule = \"logging-off\"",
            2,
            "needs `workflow`",
        ),
        (&entry("\"2027-02-30\""), 6, "is no day"),
        (&entry("\"tomorrow\""), 6, "is no day"),
        (&entry("2027-02-01T10:00:00Z"), 6, "is no day"),
        ("[[suppress]]\nrules = \"x\"", 2, "did you mean `rule`?"),
    ] {
        let error = Config::parse(text).unwrap_err();
        assert_eq!(error.line, line, "{text:?}: {error}");
        assert!(error.message.contains(part), "{text:?}: {error}");
        assert!(!error.message.contains('\n'), "{text:?}: {error}");
    }
}

#[test]
fn the_documented_example_is_what_the_documentation_says() {
    let page = include_str!("../../docs/configuration.md");
    let example = page
        .split("```toml\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let config = Config::parse(example).unwrap();
    assert_eq!(config.suppressions.len(), 1);
    for key in [
        "trusted-accounts",
        "sensitive-tags",
        "min-log-retention-days",
        "owner-tags",
        "default-owner",
        "severity",
        "disabled-rules",
        "suppress",
        "lambda-chain",
        "baseline",
        "owner-topics",
        "accounts",
    ] {
        assert!(example.contains(key), "{key}");
    }
}
