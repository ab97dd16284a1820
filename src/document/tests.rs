use proptest::prelude::*;
use serde_json::json;

use super::*;

fn document(text: &str, notation: Notation) -> Document {
    Document::parse(PathBuf::from("f"), text.to_owned(), notation).unwrap()
}

/// The text that a pointer's value stands in, and that its key does.
fn written(document: &Document, pointer: &str) -> (String, Option<String>) {
    let node = document.node.find(&at(pointer)).unwrap();
    let text = |span: Span| document.text.get(span.start..span.end).unwrap().to_owned();
    (text(node.value), node.key.map(text))
}

fn at(pointer: &str) -> Pointer {
    let tokens = pointer.split('/').skip(1);
    tokens.fold(Pointer::root(), |pointer, token| pointer.key(token))
}

#[test]
fn places_of_json_are_those_of_its_text() {
    let text = "{\"é\": [1, {\"a\\n\": \"x\"}],\r\n \"b\": {}, \"b\": true}";
    let document = document(text, Notation::Json);
    assert_eq!(
        written(&document, "/é"),
        (
            "[1, {\"a\\n\": \"x\"}]".to_owned(),
            Some("\"é\"".to_owned())
        )
    );
    assert_eq!(written(&document, "/é/1/a\n").0, "\"x\"");
    assert_eq!(written(&document, "/é/0"), ("1".to_owned(), None));
    assert_eq!(written(&document, "/b").0, "true");
    assert_eq!(document.issues.len(), 1);
}

#[test]
fn places_of_yaml_are_those_of_its_text() {
    let text = "é: &x\n  - 1\n  - {a: 'it''s', b: [c]}\n\n# note\nd: >-\n  folded\n  text\n\ne: *x\n<<: {m: 1}\nf: !Sub \"${A}\"\n";
    let document = document(text, Notation::Yaml);
    assert_eq!(
        written(&document, "/é/1"),
        ("{a: 'it''s', b: [c]}".to_owned(), None)
    );
    assert_eq!(
        written(&document, "/é/1/a"),
        ("'it''s'".to_owned(), Some("a".to_owned()))
    );
    assert_eq!(
        written(&document, "/é").0,
        "&x\n  - 1\n  - {a: 'it''s', b: [c]}"
    );
    assert_eq!(
        written(&document, "/d"),
        (">-\n  folded\n  text".to_owned(), Some("d".to_owned()))
    );
    // What an alias stands for is written where its anchor is, under a key of its own.
    assert_eq!(written(&document, "/e/1/b/0").0, "c");
    assert_eq!(written(&document, "/e").1.as_deref(), Some("e"));
    assert_eq!(written(&document, "/m").1.as_deref(), Some("m"));
    assert_eq!(written(&document, "/f/Fn::Sub").0, "\"${A}\"");
    assert_eq!(document.value["e"][1]["a"], json!("it's"));
}

#[test]
fn a_fault_says_what_and_where() {
    for (text, notation, line, part) in [
        (
            "{\"a\": 1,\n",
            Notation::Json,
            1,
            "the object that begins in line 1 has no end",
        ),
        (
            "{\n \"a\": [1,\n",
            Notation::Json,
            2,
            "the array that begins in line 2 has no end",
        ),
        (
            "{\"a\": 1,\n}",
            Notation::Json,
            2,
            "a comma stands before the end of the object",
        ),
        (
            "[1,\n]",
            Notation::Json,
            2,
            "a comma stands before the end of the array",
        ),
        ("{\n // no\n}", Notation::Json, 2, "no comments"),
        ("{\"a\": /* no */ 1}", Notation::Json, 1, "no comments"),
        ("{}\n{}", Notation::Json, 2, "a second value"),
        ("{'a': 1}", Notation::Json, 1, "double quotes"),
        ("{a: 1}", Notation::Json, 1, "double quotes"),
        ("{\"a\" 1}", Notation::Json, 1, "`:`"),
        ("{\"a\": 1 \"b\": 2}", Notation::Json, 1, "`,` or `}`"),
        ("{\"a\": \"x\n\"}", Notation::Json, 1, "line break"),
        ("{\n\"a\": \"x", Notation::Json, 2, "no end"),
        ("{\"a\": \"\\q\"}", Notation::Json, 1, "escape"),
        ("{\"a\": 01}", Notation::Json, 1, "number"),
        ("{\"a\": True}", Notation::Json, 1, "value"),
        ("<html>", Notation::Json, 1, "HTML"),
        ("a:\n\tb: 1\n", Notation::Yaml, 2, "tabs"),
        ("a: [1,\nb: 2\n", Notation::Yaml, 2, ""),
        (
            "a: 1\n---\nb: 2\n",
            Notation::Yaml,
            2,
            "second YAML document",
        ),
    ] {
        let fault = read(text, notation, Keep::Positions).fault.expect(text);
        assert_eq!(
            lines::place(text, fault.at).line,
            line,
            "{text:?}: {fault:?}"
        );
        assert!(fault.message.contains(part), "{text:?}: {fault:?}");
    }
}

#[test]
fn an_end_of_a_document_without_another_is_no_fault() {
    for text in [
        "---\na: 1\n",
        "a: 1\n---\n",
        "a: 1\n...\n",
        "a: 1\n--- # nothing\n\n# more\n",
    ] {
        assert_eq!(
            read(text, Notation::Yaml, Keep::ValuesOnly).fault,
            None,
            "{text:?}"
        );
    }
}

/// Where a pointer into the definition that is a string at `/d` leads: the text of the line from there.
fn inside(text: &str, notation: Notation, pointer: &str) -> String {
    let mut sources = Sources::default();
    sources.add(document(text, notation));
    let place = Place {
        file: PathBuf::from("f"),
        pointer: at("/d"),
    };
    let found = sources.locate(&place, &at(pointer)).unwrap();
    let document = sources.document(&PathBuf::from("f")).unwrap();
    let line = document.lines.line(&document.text, found.line).unwrap();
    line.chars().skip(found.column - 1).collect()
}

#[test]
fn places_inside_a_text_lead_to_the_file() {
    let json = r#"{"d": "{\"a\": {\n  \"\u00e9\\\"\": [1, \"x\"]}}"}"#;
    assert!(inside(json, Notation::Json, "/a").starts_with(r#"\"a\": {"#));
    assert!(inside(json, Notation::Json, "/a/é\"/1").starts_with(r#"\"x\"]"#));
    let block = "d: |\n    {\n      \"a\": {\"b\": 1}\n    }\n";
    assert_eq!(inside(block, Notation::Yaml, "/a/b"), "\"b\": 1}");
    let sub = "d: !Sub\n  - |-\n    {\"a\": {\"b\": \"${X}\"},\n     \"c\": 2}\n  - X: 1\n";
    assert_eq!(inside(sub, Notation::Yaml, "/c"), "\"c\": 2}");
    let folded = "d: >\n  {\"a\":\n   1,\n   \"b c\": 2}\n";
    assert_eq!(inside(folded, Notation::Yaml, "/b c"), "\"b c\": 2}");
    let quoted = "d: '{\"a\": 1, \"it''s\": 2}'\n";
    assert_eq!(inside(quoted, Notation::Yaml, "/it's"), "\"it''s\": 2}'");
    let join = r#"{"d": {"Fn::Join": ["", ["{\"a\": \"", {"Ref": "X"}, "\", \"b\": 1}"]]}}"#;
    assert_eq!(inside(join, Notation::Json, "/b"), r#"\"b\": 1}"]]}}"#);
    // What cannot be followed is at the nearest thing around it.
    assert!(inside(r#"{"d": "no definition"}"#, Notation::Json, "/a").starts_with("\"d\""));
}

#[test]
fn no_nesting_is_too_deep_for_the_stack() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = open.repeat(1_000_000);
        assert!(read(&deep, Notation::Json, Keep::Positions).fault.is_some());
        let closed = format!("{deep}1{}", close.repeat(1_000_000));
        let found = read(&closed, Notation::Json, Keep::Positions);
        assert_eq!((found.fault, found.issues.len()), (None, 1));
    }
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((".{0,4}", inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Every span holds exactly what the value under it is.
fn spans_fit(document: &Document, value: &Value, node: &Node) {
    let text = document.text.get(node.value.start..node.value.end).unwrap();
    assert_eq!(serde_json::from_str::<Value>(text).unwrap(), *value);
    match (value, &node.inner) {
        (Value::Array(items), Inner::Items(nodes)) => {
            assert_eq!(items.len(), nodes.len());
            items
                .iter()
                .zip(nodes)
                .for_each(|(v, n)| spans_fit(document, v, n));
        }
        (Value::Object(members), Inner::Members(nodes)) => {
            assert_eq!(members.len(), nodes.len());
            for ((key, value), (name, node)) in members.iter().zip(nodes) {
                assert_eq!(key, name);
                spans_fit(document, value, node);
            }
        }
        (_, Inner::Leaf) => {}
        other => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn json_is_read_as_serde_json_reads_it(value in json_value(), pretty in any::<bool>()) {
        let text = if pretty { format!("{value:#}") } else { value.to_string() };
        let value: Value = serde_json::from_str(&text).unwrap();
        let document = document(&text, Notation::Json);
        prop_assert_eq!(&document.value, &value);
        spans_fit(&document, &document.value, &document.node);
    }

    #[test]
    fn what_serde_json_refuses_is_a_fault_and_nothing_else_is(
        value in json_value(),
        cut in any::<proptest::sample::Index>(),
        with in proptest::option::of(prop::char::any()),
    ) {
        let text: Vec<char> = value.to_string().chars().collect();
        let at = cut.index(text.len());
        let mut changed: String = text.iter().take(at).collect();
        if let Some(c) = with {
            changed.push(c);
            changed.extend(text.iter().skip(at + 1));
        }
        prop_assume!(!changed.starts_with('\u{feff}'));
        let ours = read(&changed, Notation::Json, Keep::Positions);
        let theirs = serde_json::from_str::<Value>(&changed);
        prop_assert_eq!(ours.fault.is_none(), theirs.is_ok(), "{:?}: {:?} {:?}", changed, ours.fault, theirs);
        if let Some(fault) = ours.fault {
            prop_assert!(fault.at <= changed.len() && changed.is_char_boundary(fault.at));
        }
    }

    #[test]
    fn no_text_ends_the_reader(text in "\\PC*|[\\[\\]{},:\"'a1 \\n|>&*!#-]{0,60}", positions in any::<bool>()) {
        let keep = if positions { Keep::Positions } else { Keep::ValuesOnly };
        for notation in [Notation::Json, Notation::Yaml] {
            let found = read(&text, notation, keep);
            prop_assert_eq!(found.value, read(&text, notation, Keep::ValuesOnly).value);
        }
    }
}

#[test]
fn brackets_and_quotes_may_stand_further_left_than_their_key() {
    let text = "Resources:\n  Key:\n    Type: T # {\n    Properties:\n      Policy: {\n        \"a\": [1, # one\n   2],\n  \"b\": \"x y\"\n}\n      Text: \"{\n    \\\"q\\\": 1\n    }\"\n      Block: |\n        keep {\n          this \"as\" it is\n  Other: ü\n";
    let read = super::read(text, Notation::Yaml, Keep::Positions);
    assert_eq!(read.fault, None);
    let properties = &read.value["Resources"]["Key"]["Properties"];
    assert_eq!(
        properties["Policy"],
        serde_json::json!({"a": [1, 2], "b": "x y"})
    );
    let inner: serde_json::Value =
        serde_json::from_str(properties["Text"].as_str().unwrap()).unwrap();
    assert_eq!(inner["q"], 1);
    assert_eq!(properties["Block"], "keep {\n  this \"as\" it is\n");
    assert_eq!(read.value["Resources"]["Other"], "ü");
    let pointer = ["Resources", "Key", "Properties", "Policy", "b"];
    let pointer = pointer.iter().fold(Pointer::root(), |p, key| p.key(key));
    let span = read.node.find(&pointer).unwrap().value;
    assert_eq!(text.get(span.start..span.end), Some("\"x y\""));
    // What is wrong all the same stays wrong.
    assert!(
        super::read("a:\n  b: {\nc: 1\n", Notation::Yaml, Keep::ValuesOnly)
            .fault
            .is_some()
    );
}

#[test]
fn an_element_is_replaced_or_removed_and_nothing_else_moves() {
    let one =
        json!({"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::b/*"});
    let two = json!({"Effect": "Deny", "Action": "*", "Resource": "*"});
    let compact = "{\"Statement\": [{\"a\": 1},  {\"b\": 2}] }";
    let pretty =
        "{\r\n\t\"Statement\": [\r\n\t\t{\r\n\t\t\t\"a\": 1\r\n\t\t},\r\n\t\t{ \"b\": 2 } ]\r\n}";
    let block = "# kept\nStatement:\n  - a: 1 # why\n    c: |\n      x\n  # about b\n  - b: 2\nOther: [1,   2]\n";
    let flow = "Statement: [{a: 1}, {b: 2}]\n";
    for (text, notation) in [
        (compact, Notation::Json),
        (pretty, Notation::Json),
        (block, Notation::Yaml),
        (flow, Notation::Yaml),
    ] {
        for index in 0..2 {
            for with in [vec![], vec![one.clone()], vec![one.clone(), two.clone()]] {
                let document = document(text, notation);
                let edit =
                    edit::replace_element(&document, &at("/Statement"), index, &with).unwrap();
                let after = edit::apply(text, vec![edit.clone()]).unwrap();
                let mut expected = document.value.clone();
                let all = expected["Statement"].as_array_mut().unwrap();
                all.splice(index..=index, with.iter().cloned());
                let read = read(&after, notation, Keep::Positions);
                assert_eq!((read.fault, read.value), (None, expected), "{after}");
                assert!(
                    after.starts_with(text.get(..edit.range.start).unwrap())
                        && after.ends_with(text.get(edit.range.end..).unwrap())
                );
            }
        }
    }
}

#[test]
fn a_member_is_added_in_the_way_that_its_object_is_written() {
    let added = |text: &str, notation: Notation| {
        let document = Document::parse("x".into(), text.to_owned(), notation).unwrap();
        let at = crate::loc::Pointer::root().key("a");
        let edit = edit::insert_member(&document, &at, "n", &serde_json::json!({"k": "v"}))?;
        let text = edit::apply(text, vec![edit]).unwrap();
        let read = Document::parse("x".into(), text.clone(), notation).unwrap();
        assert_eq!(read.value["a"]["n"]["k"], "v", "{text}");
        Some(text)
    };
    for (text, notation, expected) in [
        (
            "{\"a\": {\"b\": 1}}",
            Notation::Json,
            "{\"a\": {\"n\": {\"k\":\"v\"}, \"b\": 1}}",
        ),
        (
            "{\r\n  \"a\": {\r\n    \"b\": 1\r\n  }\r\n}",
            Notation::Json,
            "{\r\n  \"a\": {\r\n    \"n\": {\r\n      \"k\": \"v\"\r\n    },\r\n    \"b\": 1\r\n  }\r\n}",
        ),
        (
            "a:\n  b: 1 # c\n",
            Notation::Yaml,
            "a:\n  n:\n    k: v\n  b: 1 # c\n",
        ),
        (
            "a: {b: 1}\n",
            Notation::Yaml,
            "a: {\"n\": {\"k\":\"v\"}, b: 1}\n",
        ),
    ] {
        assert_eq!(added(text, notation).as_deref(), Some(expected));
    }
    assert_eq!(added("{\"a\": {}}", Notation::Json), None);
    assert_eq!(added("{\"a\": {\"n\": 1}}", Notation::Json), None);
}

#[test]
fn an_alias_that_stands_for_nothing_is_told() {
    // Of what is still open, of what is nowhere, and of what was too large to keep.
    let fault = |text: &str| read(text, Notation::Yaml, Keep::Positions).fault;
    for circle in [
        "a: &x\n  b: *x\n",
        "a: &x [1, [*x]]\n",
        "a: &x\n  b: &y {c: *x}\n  d: *y\n",
    ] {
        let said = fault(circle).unwrap().message;
        assert!(said.contains("inside of what it names"), "{circle}: {said}");
    }
    assert!(fault("a: *x\n").is_some());
    for good in ["a: &x 1\nb: *x\n", "a: &x [&y 1, *y]\nb: *x\n"] {
        let read = read(good, Notation::Yaml, Keep::Positions);
        assert!(read.fault.is_none() && read.issues.is_empty(), "{good}");
    }
    let large = format!("a: &x [{}]\nb: *x\n", "1,".repeat(1 << 20));
    let read = read(&large, Notation::Yaml, Keep::ValuesOnly);
    let told = read.issues.iter().map(|i| (i.pointer.as_str(), i.message));
    let told: Vec<_> = told.collect();
    assert_eq!(
        told,
        [("/b", "the aliases grow too large; they are not read")]
    );
}
