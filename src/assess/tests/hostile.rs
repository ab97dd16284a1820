//! Definitions that ask for far more than their size.

use serde_json::{Map, Value, json};

use super::denial::{Kind, Poison, Told};

/// The same numbers from the same seed.
pub(super) struct Dice {
    state: u64,
    /// Whether sizes are those of an attack, or a fortieth of them.
    full: bool,
}

impl Dice {
    pub(super) fn new(kind: &str, seed: u64, full: bool) -> Self {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03;
        for byte in kind.bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
        Self {
            state: state | 1,
            full,
        }
    }

    fn next(&mut self) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state >> 16).unwrap()
    }

    /// From `least` to `most`, both included.
    pub(super) fn upto(&mut self, least: usize, most: usize) -> usize {
        least + self.next() % (most - least + 1)
    }

    /// A size: from `least` up to `most` of an attack.
    pub(super) fn size(&mut self, least: usize, most: usize) -> usize {
        let most = if self.full {
            most
        } else {
            (most / 40).max(least)
        };
        self.upto(least, most)
    }

    pub(super) fn pick<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.next() % of.len()]
    }

    pub(super) fn often(&mut self, percent: usize) -> bool {
        self.next() % 100 < percent
    }
}

pub(super) const TRUST: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"#;

pub(super) fn allow(resource: Value) -> Value {
    json!({"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": resource})
}

pub(super) fn policy(statements: &[Value]) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

pub(super) fn any() -> String {
    policy(&[allow(json!("*"))])
}

pub(super) fn task(path: &str) -> Value {
    json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName.$": path}, "End": true})
}

pub(super) fn chosen_task(path: &str) -> Value {
    json!({"StartAt": "T", "States": {"T": task(path)}})
}

pub(super) fn of(definition: impl ToString, told: Told) -> Poison {
    Poison {
        definition: definition.to_string(),
        policies: vec![any()],
        trust: TRUST.to_owned(),
        versions: Vec::new(),
        told,
        principal: false,
    }
}

/// States one after the other, and the task at their end.
pub(super) fn chain(count: usize, mut step: impl FnMut(usize) -> Value, last: Value) -> Value {
    let mut states = Map::new();
    for i in 0..count {
        let mut state = step(i);
        state["Next"] = json!(if i + 1 < count {
            format!("s{}", i + 1)
        } else {
            "T".to_owned()
        });
        states.insert(format!("s{i}"), state);
    }
    states.insert("T".to_owned(), last);
    json!({"StartAt": "s0", "States": states})
}

fn guarded(rule: Value, path: &str) -> Value {
    let mut rule = rule;
    rule["Next"] = json!("T");
    json!({"StartAt": "C", "States": {"C": {"Type": "Choice", "Choices": [rule], "Default": "F"}, "F": {"Type": "Fail"}, "T": task(path)}})
}

pub(super) fn expression(text: &str) -> Value {
    json!({"QueryLanguage": "JSONata", "StartAt": "T", "States": {"T": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": format!("{{% {text} %}}")}}}})
}

/// Arrays, merges and partitions of copies.
fn doubled_by_intrinsics(d: &mut Dice) -> Poison {
    let copies = vec!["$.x"; d.upto(2, 30)].join(",");
    let mut text = d
        .pick(&[
            "States.Array(#)",
            "States.Array(States.Array(#),$.x)",
            "States.ArrayUnique(States.Array(#))",
            "States.ArrayPartition(States.Array(#),2)",
            "States.JsonMerge($.x,$.y,false)",
            "States.StringToJson(States.JsonToString($.x))",
        ])
        .replace('#', &copies);
    if d.often(50) {
        text = text.replacen("$.x", &text, 1);
    }
    let n = d.size(5, 200);
    // What is merged is an object and has no first item.
    let depth = match text.starts_with("States.JsonMerge") {
        true => 0,
        false => d.upto(0, n),
    };
    of(
        chain(
            n,
            |_| json!({"Type": "Pass", "Parameters": {"x.$": text, "y.$": "$.x"}}),
            task(&format!("$.x{}", "[0]".repeat(depth))),
        ),
        Told::Somehow,
    )
}

/// Objects with copies of the whole input, and variables of them.
fn doubled_by_fields(d: &mut Dice) -> Poison {
    let (n, wide) = (d.size(5, 300), d.upto(2, 40));
    let root = d.pick(&[
        "$",
        "$.f0",
        "$['f0','f1']",
        "$..f0",
        "$.*",
        "$$.Execution.Input",
        "$v",
    ]);
    let assigned = d.often(50);
    let step = |i: usize| {
        let fields: Map<String, Value> = (0..wide)
            .map(|j| {
                (
                    format!("f{j}.$"),
                    json!(if j % 2 == 0 { "$" } else { root }),
                )
            })
            .collect();
        let mut state = json!({"Type": "Pass", "Parameters": fields});
        if assigned {
            state["Assign"] = json!({"v": {"a.$": if i == 0 { "$" } else { "$v" }, "b.$": if i == 0 { "$" } else { "$v" }}});
        }
        state
    };
    let depth = d.upto(0, n);
    let last = d.pick(&[".f", "..f", ".*", "[*]"]);
    of(
        chain(n, step, task(&format!("${}{last}", ".f0".repeat(depth)))),
        Told::Somehow,
    )
}

/// Values that a JSONata expression makes of two copies of the last one.
fn doubled_by_jsonata(d: &mut Dice) -> Poison {
    let form = d.pick(&[
        "{'a':#,'b':#}",
        "$merge([#,#,{'k':#}])",
        "[#,#,#]",
        "$append(#,#)",
        "# ~> |$|{'a':#}|",
        "$map(#,function($x){[$x,#]})",
        "$reduce([#,#],function($p,$c){[$p,$c,$p]})",
        "$zip(#,#,#)",
        "#.*.**",
        "$string(#)&$string(#)",
        "$each(#,function($x,$k){#})",
        "$replace($string(#),'a',$string(#))",
        "(#=#?#:[#,#])",
        "$split($string(#),$string(#))",
        "function($q){[$q,$q]}(#)",
    ]);
    let n = d.size(5, 400);
    let name = |i: usize| {
        if i == 0 {
            "$states.input".to_owned()
        } else {
            format!("$v{}", i - 1)
        }
    };
    let steps: String = (0..n)
        .map(|i| format!("$v{i}:={};", form.replace('#', &name(i))))
        .collect();
    of(expression(&format!("({steps}$v{})", n - 1)), Told::Somehow)
}

/// Functions that call themselves, or make functions.
fn recursive(d: &mut Dice) -> Poison {
    let n = d.size(2, 200);
    let composed: String = (1..60)
        .map(|i| format!("$d{i}:=$c($d{},$d{});", i - 1, i - 1))
        .collect();
    let all = [
        "($f:=function($x){$f([$x,$x])};$f($states.input))".to_owned(),
        "($y:=function($f){$f($f)};$y($y))".to_owned(),
        format!("($f:=function($n){{$n=0?$states.input:[$f($n-1),$f($n-1)]}};$f({n}))"),
        format!(
            "($c:=function($f,$g){{function($x){{$f($g($x))}}}};$d0:=function($x){{[$x,$x]}};{composed}$d59($states.input))"
        ),
    ];
    let at = d.upto(0, all.len() - 1);
    of(expression(&all[at]), Told::Somehow)
}

/// Nesting, of expressions and of intrinsic functions.
fn deep_expressions(d: &mut Dice) -> Poison {
    let pairs = [
        ("(", ")"),
        ("[", "]"),
        ("{'a':", "}"),
        ("$string(", ")"),
        ("-", ""),
        ("function($x){", "}"),
        ("true?", ""),
        ("$a.", ""),
        ("$a~>", ""),
        ("$a[", "]"),
        ("$a^(", ")"),
        ("'a'&", ""),
        ("**.", ""),
        ("%.", ""),
        ("States.Array(", ")"),
        ("States.Format('{}',", ")"),
        ("States.Hash(", ")"),
    ];
    let at = d.upto(0, pairs.len() - 1);
    let (open, close) = pairs[at];
    let n = d.size(50, 400_000 / (open.len() + close.len()));
    if open.starts_with("States") {
        return of(
            chosen_task(&format!("{}$.x{}", open.repeat(n), close.repeat(n))),
            Told::Somehow,
        );
    }
    of(
        expression(&format!(
            "{}$states.input{}",
            open.repeat(n),
            close.repeat(n)
        )),
        Told::Somehow,
    )
}

/// Long reference paths of every kind of step, wherever one may stand.
fn deep_paths(d: &mut Dice) -> Poison {
    let step = d.pick(&[
        ".a",
        "[0]",
        "['a']",
        "..a",
        ".*",
        "[*]",
        "[?(@.a==1)]",
        "[0:1]",
        "['a','b']",
        "[-1]",
        "[?((@.a))]",
    ]);
    let n = d.size(10, 400_000 / step.len());
    let path = format!("${}", step.repeat(n));
    let field = d.pick(&[
        "InputPath",
        "OutputPath",
        "ResultPath",
        "Variable",
        "Parameters",
        "ItemsPath",
    ]);
    let definition = match field {
        "Parameters" => chosen_task(&path),
        "Variable" => guarded(
            json!({"Variable": path, "StringMatches": "s*"}),
            if d.often(50) { &path } else { "$.x" },
        ),
        "ItemsPath" => {
            json!({"StartAt": "M", "States": {"M": {"Type": "Map", "ItemsPath": path, "ItemProcessor": chosen_task("$"), "End": true}}})
        }
        field => {
            json!({"StartAt": "P", "States": {"P": {"Type": "Pass", field: path, "Next": "T"}, "T": task("$")}})
        }
    };
    of(definition, Told::Somehow)
}

fn rule(d: &mut Dice, depth: usize) -> Value {
    let x = format!("$.x{}", d.upto(0, 3));
    match (depth, d.pick(&["And", "Or", "Not"])) {
        (0, _) => match d.upto(0, 4) {
            0 => json!({"Variable": x, "StringMatches": format!("*a*b*{}", d.upto(0, 99))}),
            1 => json!({"Variable": x, "IsPresent": true}),
            2 => json!({"Variable": x, "StringEquals": d.upto(0, 9).to_string()}),
            3 => json!({"Variable": x, "StringEqualsPath": "$.x1"}),
            _ => json!({"Variable": x, "NumericLessThan": 3}),
        },
        (_, "Not") => json!({"Not": rule(d, depth - 1)}),
        (_, either) => {
            json!({either: (0..d.upto(1, 4)).map(|_| rule(d, depth - 1)).collect::<Vec<_>>()})
        }
    }
}

/// Trees of conditions.
fn trees_of_guards(d: &mut Dice) -> Poison {
    let depth = d.size(2, 8).max(2);
    of(guarded(rule(d, depth), "$.x0"), Told::Either)
}

/// Conditions in JSONata, one after the other.
fn long_conditions(d: &mut Dice) -> Poison {
    let (n, either) = (d.size(50, 8000), d.pick(&[" and ", " or "]));
    let one = d.pick(&[
        "$states.input.f=\"a#\"",
        "$contains($states.input.f,\"a#\")",
        "$match($states.input.f,/^a#.*$/)",
        "$states.input.f in [\"a#\",\"b\"]",
    ]);
    let all: Vec<String> = (0..n).map(|i| one.replace('#', &i.to_string())).collect();
    let condition = format!("{{% {} %}}", all.join(either));
    let mut definition = expression("$states.input.f");
    let states = definition["States"].as_object_mut().unwrap();
    states.insert("C".to_owned(), json!({"Type": "Choice", "Choices": [{"Condition": condition, "Next": "T"}], "Default": "F"}));
    states.insert("F".to_owned(), json!({"Type": "Fail"}));
    definition["StartAt"] = json!("C");
    of(definition, Told::Either)
}

pub(super) const KINDS: &[Kind] = &[
    ("doubled-by-intrinsics", doubled_by_intrinsics),
    ("doubled-by-fields", doubled_by_fields),
    ("doubled-by-jsonata", doubled_by_jsonata),
    ("recursive", recursive),
    ("deep-expressions", deep_expressions),
    ("deep-paths", deep_paths),
    ("trees-of-guards", trees_of_guards),
    ("long-conditions", long_conditions),
];
