use proptest::prelude::*;

use super::*;
use crate::expr::{MAX_DEPTH, MAX_HEIGHT};

/// The expression with every operator's operands in brackets, to see what binds tighter.
fn shape(text: &str) -> String {
    fn show(expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Binary(op, l, r) => format!("({} {} {})", show(l), op.symbol(), show(r)),
            ExprKind::Dot(l, r) => format!("({}.{})", show(l), show(r)),
            ExprKind::Filter(l, r) => format!("{}[{}]", show(l), show(r)),
            ExprKind::Negate(x) => format!("(-{})", show(x)),
            ExprKind::Bind(name, x) => format!("(${name} := {})", show(x)),
            ExprKind::Conditional(a, b, c) => {
                let other = c
                    .as_ref()
                    .map_or(String::new(), |c| format!(" : {}", show(c)));
                format!("({} ? {}{other})", show(a), show(b))
            }
            _ => expr.to_string(),
        }
    }
    show(&parse(text).unwrap())
}

#[test]
fn operators_bind_as_in_the_reference_implementation() {
    for (text, expected) in [
        ("1 + 2 * 3 - 4", "((1 + (2 * 3)) - 4)"),
        ("$a & $b & $c", "(($a & $b) & $c)"),
        ("a or b and c = d", "(a or (b and (c = d)))"),
        ("-a.b + 1", "((-(a.b)) + 1)"),
        ("a.b[0].c", "((a.b[0]).c)"),
        ("$a in [1] and $b", "(($a in [1]) and $b)"),
        ("$a ~> $f = 1", "(($a ~> $f) = 1)"),
        ("$a := $b := 1", "($a := ($b := 1))"),
        ("$a := b ? c : d", "($a := (b ? c : d))"),
        ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
        ("a ? b ? c : d", "(a ? (b ? c : d))"),
        // Words that are operators are names where an operand is due.
        (
            "and or or and in in in",
            "(`and` or (`or` and (`in` in `in`)))",
        ),
        ("a / b / c", "((a / b) / c)"),
        ("* * *", "(* * *)"),
        ("a % %", "(a % %)"),
    ] {
        assert_eq!(shape(text), expected, "{text}");
    }
}

#[test]
fn the_whole_grammar_parses_and_prints_the_same() {
    for text in [
        "null",
        "true",
        "1.5",
        "\"a\\n\\\"b\"",
        "/a[/]b/im",
        "$",
        "$$",
        "`a b`",
        "*",
        "**",
        "a.%.b",
        "a[]",
        "a[b = 1]",
        "$states.input.a{b: $sum(c), \"d\": e}",
        "a^(b, c.d)",
        "a@$x.b#$i.c",
        "[1, 2 .. 5, a]",
        "{}",
        "()",
        "(a; $b := 1; c)",
        "function($a, $b){$a + $b}",
        "function(){1}(2)",
        "$f(?, 1)",
        "$map(a, function($v){$v.b})",
        "|a.b | {\"c\": 1}, [\"d\"] |",
        "|$ | {} |",
        "a ~> $f() ~> |b | {} |",
        "a ?: b",
        "a ?? b",
        "-1",
        "a ? b",
        "$a[-1]",
        "a.`b c`.d",
        "a.\"b`c\".d",
        "function($a)<s-:n>{$a}",
        "a.(b; c)",
        "a.[b]",
        "a.{\"b\": c}",
    ] {
        let expr = parse(text).unwrap_or_else(|e| panic!("{text}: {e:?}"));
        assert_eq!(expr.to_string(), text);
    }
}

#[test]
fn spellings_that_print_otherwise() {
    for (text, printed) in [
        ("λ($a)<s-:n>{ $a }", "function($a)<s-:n>{$a}"),
        ("a.\"b c\".'d'", "a.`b c`.d"),
        ("\"a b\".'c'[0]", "`a b`.c[0]"),
        ("\"a b\"[0]", "\"a b\"[0]"),
        ("/* note */ a /* b */ . /**/ b", "a.b"),
        ("'it' & \"\\u0041\\ud83d\\ude00\"", "\"it\" & \"A😀\""),
        ("a^(<b, >c)", "a^(b, c)"),
        ("1e3", "1000"),
        ("[a..b]", "[a .. b]"),
    ] {
        assert_eq!(parse(text).unwrap().to_string(), printed, "{text}");
    }
}

#[test]
fn what_the_reference_implementation_refuses() {
    for text in [
        "",
        " ",
        "1 +",
        "a b",
        "(a",
        "[a",
        "{a}",
        "{\"a\": }",
        "\"a",
        "'it\\'s'",
        "\"\\x\"",
        "\"\\u12\"",
        "`a",
        "/a",
        "//",
        "/* a",
        "a := 1",
        "1 := 2",
        "a.1",
        "null.a",
        "1[0].a",
        "a{b: c}[0]",
        "a{b: c}{d: e}",
        "a@b",
        "function(a){1}",
        "function($a)",
        "a ** b",
        "a..b",
        "a !b",
        "~a",
        "$a $b",
        "[1,]",
        "{\"a\": 1,}",
        "$f(1",
        "a^b",
        "a^()",
        "|a|",
        "1e999",
        "a ? : b",
        "01",
        "a)",
    ] {
        assert!(parse(text).is_err(), "{text:?} {:?}", parse(text));
    }
}

#[test]
fn spans_and_errors_know_their_places() {
    let text = " $a & $states.input.b ";
    let ExprKind::Binary(BinaryOp::Concat, left, right) = parse(text).unwrap().kind else {
        panic!("no concatenation");
    };
    assert_eq!(text.get(left.span.start..left.span.end).unwrap(), "$a");
    assert_eq!(
        text.get(right.span.start..right.span.end).unwrap(),
        "$states.input.b"
    );
    assert_eq!(parse("$a + )").unwrap_err().at, 5);
}

#[test]
fn chains_and_nests_end_before_the_stack_does() {
    let chain = |n: usize, with: &str| vec!["a"; n].join(with);
    assert!(parse(&chain(MAX_HEIGHT - 1, " & ")).is_ok());
    assert!(parse(&chain(10_000, ".")).is_err());
    for text in [
        chain(10_000, "&"),
        chain(10_000, "?"),
        "-".repeat(100_000),
        "(".repeat(100_000),
        "[".repeat(100_000),
        "{".repeat(100_000),
        "$f(".repeat(100_000),
        "a[".repeat(100_000),
        "$a:=".repeat(100_000),
        "a?b:".repeat(100_000),
        "|".repeat(100_000),
        "function(){".repeat(100_000),
        format!("a{}", "[]".repeat(100_000)),
    ] {
        assert!(parse(&text).is_err(), "{}", text.get(..20).unwrap());
    }
    let brackets = |n: usize| format!("{}a{}", "(".repeat(n), ")".repeat(n));
    assert!(parse(&brackets(MAX_DEPTH)).is_ok());
    assert!(parse(&brackets(MAX_DEPTH + 1)).is_err());
}

fn reads(text: &str) -> Vec<(String, String)> {
    let expr = parse(text).unwrap();
    let reads = expr.reads().into_iter();
    reads
        .map(|r| {
            let mut way = vec![r.variable];
            way.extend(r.path);
            (
                text.get(r.span.start..r.span.end).unwrap().to_owned(),
                way.join("/"),
            )
        })
        .collect()
}

#[test]
fn reads_are_what_comes_from_outside() {
    let of = |text: &str| {
        reads(text)
            .into_iter()
            .map(|(_, way)| way)
            .collect::<Vec<_>>()
    };
    assert_eq!(of("$states.input.a.b[0].c"), ["states/input/a/b/c"]);
    assert_eq!(of("$a & $uppercase($b.c) ~> $trim"), ["a", "b/c"]);
    assert_eq!(
        of("$states.input.items[id = $wanted].name"),
        ["states/input/items/name", "wanted"]
    );
    assert_eq!(of("($x := $y.z; $x & $x)"), ["y/z"]);
    assert_eq!(
        of("$map($items, function($v, $i){ $v.a & $outer })"),
        ["items", "outer"]
    );
    assert_eq!(
        of("($f := function($n){ $n > 1 ? $f($n - 1) : 1 }; $f($count1))"),
        ["count1"]
    );
    assert_eq!(of("$states.input.(a & b)"), ["states/input"]);
    assert_eq!(of("($x := 1; $x) & $x"), ["x"]);
    assert_eq!(
        of("{\"k\": $a, $b: [$c, $d..$e]}"),
        ["a", "b", "c", "d", "e"]
    );
}

#[test]
fn a_read_knows_its_place() {
    assert_eq!(
        reads("'x' & $states.input.`a b`"),
        [(
            "$states.input.`a b`".to_owned(),
            "states/input/a b".to_owned()
        )]
    );
}

proptest! {
    #[test]
    fn what_parses_prints_to_the_same(text in "([$]?[ab]|[0-9]|[.&*/%?:;,=<>|@#^~!\"'`-]|[(){}\\[\\]]| |and|in|function|:=|\\.\\.|é){0,24}") {
        if let Ok(expr) = parse(&text) {
            let printed = expr.to_string();
            let again = parse(&printed);
            prop_assert!(again.is_ok(), "{printed:?} {again:?}");
            prop_assert_eq!(again.unwrap().to_string(), printed);
            expr.reads();
        }
    }
}
