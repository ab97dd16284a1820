use super::*;

fn read(text: &str) -> (Policy, Vec<Problem>) {
    policy("p", &Document(text.to_owned()))
}

const PLAIN: &str = r#"{"Version":"2012-10-17","Statement":{"Sid":"A b","Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;

#[test]
fn url_encoded_documents_are_the_same_documents() {
    let mut encoded = String::new();
    for byte in PLAIN.bytes() {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    let (plain, none) = read(PLAIN);
    let (decoded, also_none) = read(&encoded);
    assert_eq!((none, also_none), (vec![], vec![]));
    assert_eq!(decoded.statements[0].raw, plain.statements[0].raw);
    assert_eq!(decoded.statements[0].sid.as_deref(), Some("A b"));
    // A percent sign of plain JSON is only one.
    let (policy, problems) = read(&PLAIN.replace("A b", "%41"));
    assert_eq!(problems, []);
    assert_eq!(policy.statements[0].sid.as_deref(), Some("%41"));
}

#[test]
fn nothing_unreadable_is_silent() {
    let statement =
        |fields: &str| format!(r#"{{"Version": "2012-10-17", "Statement": [{{{fields}}}]}}"#);
    let deep = "[".repeat(100_000);
    let long = " ".repeat(json::MAX_BYTES + 1);
    for text in [
        "",
        "%7B%2",
        "%FF",
        "[]",
        "{}",
        r#"{"Version": "2013-01-01", "Statement": []}"#,
        r#"{"Statement": "x"}"#,
        r#"{"Statement": [7]}"#,
        &deep,
        &long,
        &statement(r#""Action": "*", "Resource": "*""#),
        &statement(r#""Effect": "deny", "Action": "*", "Resource": "*""#),
        &statement(r#""Effect": "Deny", "Resource": "*""#),
        &statement(r#""Effect": "Deny", "Action": "*""#),
        &statement(r#""Effect": "Deny", "Action": [], "Resource": "*""#),
        &statement(r#""Effect": "Deny", "Action": ["*", 1], "Resource": "*""#),
        &statement(r#""Effect": "Deny", "Action": "*", "NotAction": "*", "Resource": "*""#),
        &statement(r#""Effect": "Deny", "Action": "*", "Resource": "*", "Resource": "*""#),
        &statement(r#""Effect": "Deny", "Action": "*", "Resource": "*", "Conditon": {}"#),
        &statement(r#""Effect": "Deny", "Action": "*", "Resource": "*", "Principal": "*""#),
        &statement(
            r#""Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"StringIs": {"k": "v"}}"#,
        ),
        &statement(
            r#""Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"IpAddress": {"k": "10/8"}}"#,
        ),
    ] {
        let (policy, problems) = read(text);
        let shown: String = text.chars().take(90).collect();
        assert!(problems.iter().any(|p| p.blind), "{shown}");
        assert_eq!(policy.unreadable.len(), 1, "{shown}");
        assert_eq!(policy.statements.len(), 0, "{shown}");
    }
}

#[test]
fn what_is_only_odd_is_still_evaluated() {
    let twice = r#"{"Statement": [{"Sid": "S", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}, {"Sid": "S", "Effect": "Deny", "Action": "s3:Put*", "Resource": "*"}]}"#;
    let (policy, problems) = read(twice);
    assert_eq!(policy.statements.len(), 2);
    assert_eq!(problems.len(), 1);
    assert!(!problems[0].blind);
    assert_eq!(problems[0].statement, Some(1));
}
