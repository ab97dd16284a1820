use proptest::prelude::*;

use super::*;

#[test]
fn all_eighteen_functions_are_known_with_their_arguments() {
    for text in [
        "States.Array()",
        "States.Array(1, 'a', $.b, null, true, -2.5e3)",
        "States.ArrayPartition($.a, 4)",
        "States.ArrayContains($.a, 'x')",
        "States.ArrayRange(1, 9, 2)",
        "States.ArrayGetItem($.a, 5)",
        "States.ArrayLength($.a)",
        "States.ArrayUnique($.a)",
        "States.Base64Encode('x')",
        "States.Base64Decode($.x)",
        "States.Hash($.a, 'SHA-1')",
        "States.JsonMerge($.a, $.b, false)",
        "States.StringToJson($.a)",
        "States.JsonToString($$)",
        "States.MathRandom(1, 999)",
        "States.MathRandom(1, 999, 7)",
        "States.MathAdd($.a, -1)",
        "States.StringSplit($.a, ',')",
        "States.UUID()",
        "States.Format('{}', $name)",
    ] {
        assert!(parse(text).is_ok(), "{text}: {:?}", parse(text));
    }
}

#[test]
fn misuse_is_told() {
    for (text, message) in [
        ("States.Nothing()", "no intrinsic function `States.Nothing`"),
        ("States.UUID(1)", "takes at most 0 arguments"),
        ("States.MathAdd(1)", "takes at least 2 arguments"),
        ("States.Format('a'", "expected `,` or `)`"),
        ("States.Format('a)", "closing `'` is missing"),
        ("States.Format(\"a\")", "expected a path"),
        ("States.Array(1,)", "expected a path"),
        ("States.UUID() x", "unexpected `x`"),
        ("Format('a')", "expected an intrinsic function"),
    ] {
        let error = parse(text).unwrap_err();
        assert!(error.message.contains(message), "{text}: {}", error.message);
    }
}

#[test]
fn paths_in_arguments_end_where_the_argument_does() {
    let call = parse("States.Format('{},{}', $.a[?(@.b == ',)')].c, $$.Execution.Name)").unwrap();
    let reads: Vec<(usize, &str)> = call
        .reads()
        .into_iter()
        .map(|(at, p)| (at, p.text.as_str()))
        .collect();
    assert_eq!(
        reads,
        [(23, "$.a[?(@.b == ',)')].c"), (46, "$$.Execution.Name")]
    );
}

#[test]
fn reads_know_their_places_in_nested_calls() {
    let text = "States.Array('$.no', States.Format('it\\'s {}', $.a), $.a, States.UUID(), $v)";
    let call = parse(text).unwrap();
    let reads = call.reads();
    assert_eq!(reads.len(), 3);
    for (at, path) in reads {
        assert!(
            text.get(at..).unwrap().starts_with(&path.text),
            "{at} {}",
            path.text
        );
    }
}

#[test]
fn an_escaped_brace_is_no_hole() {
    let call = parse(r"States.Format('\{\}{}/\'{}\\', $.a, $.b)").unwrap();
    assert_eq!(
        call.format_pieces().unwrap(),
        [
            Piece::Literal("{}".to_owned()),
            Piece::Hole,
            Piece::Literal("/'".to_owned()),
            Piece::Hole,
            Piece::Literal("\\".to_owned()),
        ]
    );
    assert_eq!(parse("States.Format($.a)").unwrap().format_pieces(), None);
}

#[test]
fn nesting_ends_at_ten() {
    let nest = |n: usize| format!("{}1{}", "States.Array(".repeat(n), ")".repeat(n));
    assert!(parse(&nest(MAX_NESTING)).is_ok());
    assert!(parse(&nest(MAX_NESTING + 1)).is_err());
    assert!(parse(&nest(200_000)).is_err());
}

proptest! {
    #[test]
    fn no_text_breaks_the_parser(text in "(States\\.(Array|Format|UUID)|[$.,()'\\\\{}a-c0-9 é\\[\\]-]){0,30}") {
        if let Ok(call) = parse(&text) {
            for (at, path) in call.reads() {
                prop_assert!(call.text.get(at..).unwrap().starts_with(&path.text));
            }
        }
    }
}
