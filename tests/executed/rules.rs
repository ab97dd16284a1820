//! Random Choice rules on values of the input and what is made of the same or other values behind them, with inputs of few
//! words, so that guards often hold.

use serde_json::{Value as Json, json};

use crate::dice::Dice;

const QUEUE: &str = "https://sqs.us-east-1.amazonaws.com/123456789012/q";
const INPUTS: usize = 8;
const WORDS: &[&str] = &[
    "x", "y", "z", "x-y", "y-x", "x-", "-x", "X", "xx", "job-x", "", "x*", "job-*",
];
const TIMES: &[&str] = &["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "x"];

/// The same few values over and over, so that guard and use meet.
const TEXTS: &[&str] = &[
    "$.a",
    "$['a']",
    "$.b",
    "$['a.b']",
    "$.a.b",
    "$.o.w",
    "$.o['w']",
    "$['o'].k",
    "$.o.a.b",
    "$.l[0].w",
    "$.l[1].w",
    "$.l[0]['k']",
    "$.names[0]",
    "$.names[1]",
    "$$.Execution.Input.a",
    "$$.Execution.Input.o.w",
    "$v",
    "$o.w",
    "$.c.p[0]",
    "$.c.p[1]",
    "$.c.u[0]",
    "$.c.u[1]",
    "$.c.f",
    "$.c.g",
    "$.c.j.w",
    "$.c.j.k",
    "$.c.m.w",
    "$.c.m.k",
    "$.t",
];
const NUMBERS: &[&str] = &["$.n", "$.l[0].n", "$.c.n", "$.i"];
const TRUTHS: &[&str] = &["$.flag", "$.c.in", "$.c.in", "$is"];

pub struct Maker {
    pub dice: Dice,
    /// What this case is about most of the time.
    text: &'static str,
}

impl Maker {
    fn word(&mut self) -> &'static str {
        self.dice.pick(WORDS)
    }

    fn some(&mut self) -> &'static str {
        if self.dice.roll(4) == 0 {
            self.dice.pick(TEXTS)
        } else {
            self.text
        }
    }

    fn object(&mut self) -> Json {
        let mut all = json!({"w": self.word(), "k": self.word(), "n": self.dice.roll(3)});
        if self.dice.roll(6) == 0 {
            all["w"] = Json::Null;
        }
        all
    }

    fn input(&mut self) -> Json {
        let mut all = json!({
            "a": self.word(), "b": self.word(), "a.b": self.word(), "n": self.dice.roll(4), "i": self.dice.roll(2),
            "flag": self.dice.roll(2) == 0, "t": self.dice.pick(TIMES), "o": self.object(),
            "names": [self.word(), self.word()], "l": [self.object(), self.object()], "e": self.object(),
            "json": json!({"w": self.word(), "k": self.word()}).to_string(),
        });
        all["o"]["a"] = json!({"b": self.word()});
        match self.dice.roll(12) {
            0 => all["a"] = json!({"b": self.word()}),
            1 => all["a"] = Json::Null,
            2 => all["a"] = json!(self.dice.roll(3)),
            3 => all["a"] = json!([self.word()]),
            4 => all["o"]["w"] = json!(true),
            5 => all["n"] = json!(self.word()),
            6 => {
                all.as_object_mut().map(|o| o.remove("a"));
            }
            _ => {}
        }
        all
    }

    fn rule(&mut self, depth: u64) -> Json {
        if depth > 0 {
            let next = depth - 1;
            match self.dice.roll(8) {
                0 | 1 => return json!({"And": [self.rule(next), self.rule(next)]}),
                2 | 3 => return json!({"Or": [self.rule(next), self.rule(next)]}),
                4 | 5 => return json!({"Not": self.rule(next)}),
                _ => {}
            }
        }
        let variable = self.some();
        match self.dice.roll(20) {
            0..=5 => json!({"Variable": variable, "StringEquals": self.word()}),
            6 => json!({"Variable": variable, "StringEqualsPath": self.dice.pick(TEXTS)}),
            7 => json!({"Variable": variable, "StringEqualsPath": "$lit"}),
            8 => json!({"Variable": "$lit", "StringEqualsPath": variable}),
            9 | 10 => {
                let pattern = self
                    .dice
                    .pick(&["x*", "*-x", "*", "x", "job-*", "x-*y", "x\\*", "*x*", "y"]);
                json!({"Variable": variable, "StringMatches": pattern})
            }
            11 => {
                let name = self.dice.pick(&[
                    "StringLessThan",
                    "StringGreaterThan",
                    "StringLessThanEquals",
                    "StringGreaterThanEquals",
                ]);
                json!({"Variable": variable, name: self.word()})
            }
            12 => json!({"Variable": variable, "IsPresent": self.dice.roll(2) == 0}),
            13 => {
                let name = self.dice.pick(&[
                    "IsNull",
                    "IsString",
                    "IsNumeric",
                    "IsBoolean",
                    "IsTimestamp",
                ]);
                json!({"Variable": variable, name: self.dice.roll(3) > 0})
            }
            14 => json!({"Variable": self.dice.pick(NUMBERS), "NumericEquals": self.dice.roll(3)}),
            15 => {
                let name = self
                    .dice
                    .pick(&["NumericLessThan", "NumericGreaterThanEquals"]);
                json!({"Variable": self.dice.pick(NUMBERS), name: self.dice.roll(3)})
            }
            16 => {
                json!({"Variable": self.dice.pick(NUMBERS), "NumericEqualsPath": self.dice.pick(NUMBERS)})
            }
            17 => json!({"Variable": "$.t", "TimestampEquals": TIMES[0]}),
            _ => {
                json!({"Variable": self.dice.pick(TRUTHS), "BooleanEquals": self.dice.roll(3) > 0})
            }
        }
    }

    /// A value behind the rules.
    fn usage(&mut self) -> String {
        let text = self.some();
        match self.dice.roll(10) {
            0 => format!("States.Format('p-{{}}', {text})"),
            1 => format!("States.Format('{{}}-{{}}', {text}, {})", self.some()),
            2 => format!("States.Array({text}, 'x')"),
            3 => format!(
                "States.ArrayGetItem(States.Array({text}, {}), 0)",
                self.some()
            ),
            4 => self
                .dice
                .pick(&[
                    "$", "$.o", "$.l", "$.names", "$.c", "$.c.j", "$.c.m", "$.c.p", "$.n",
                ])
                .to_owned(),
            5 => format!("States.ArrayGetItem(States.StringSplit({text}, '-'), 0)"),
            _ => text.to_owned(),
        }
    }

    fn task(&mut self) -> Json {
        json!({"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": true,
            "Parameters": {"QueueUrl": QUEUE, "MessageBody": {"X.$": self.usage()}}})
    }
}

/// A workflow of rules and its inputs.
pub fn guarded(seed: u64) -> Json {
    let mut dice = Dice::of(seed);
    let text = dice.pick(TEXTS);
    let mut maker = Maker { dice, text };
    let contains = match maker.some() {
        made if made.starts_with("$.c") || made.starts_with("$v") || made.starts_with("$o") => {
            "$.b"
        }
        text => text,
    };
    let made = json!({
        "in.$": format!("States.ArrayContains(States.Array('x', 'y'), {contains})"),
        "f.$": "States.Format('j-{}', $.b)",
        "g.$": "States.Format('{}', $.o.k)",
        "n.$": "States.ArrayLength($.names)",
        "p.$": "States.StringSplit($.b, '-')",
        "q.$": "States.ArrayPartition($.names, 1)",
        "u.$": "States.ArrayUnique($.names)",
        "j.$": "States.StringToJson($.json)",
        "m.$": "States.JsonMerge($.o, $.e, false)",
    });
    let mut states = json!({"C": {
        "Type": "Pass", "Parameters": made, "ResultPath": "$.c", "Next": "K",
        "Assign": {"v.$": "$$.Execution.Input.o.k", "o.$": "$$.Execution.Input.o", "lit": "x", "is.$": "$$.Execution.Input.flag"},
    }});
    let depth = maker.dice.roll(3);
    let mut first = maker.rule(depth);
    first["Next"] = json!("T1");
    let mut choices = vec![first];
    let two = maker.dice.roll(2) == 0;
    if two {
        let mut second = maker.rule(1);
        second["Next"] = json!("K2");
        choices.push(second);
        let mut third = maker.rule(1);
        third["Next"] = json!("T3");
        states["K2"] = json!({"Type": "Choice", "Choices": [third], "Default": "T4"});
        states["T3"] = maker.task();
        states["T4"] = maker.task();
    }
    states["K"] = json!({"Type": "Choice", "Choices": choices, "Default": "T2"});
    states["T1"] = maker.task();
    states["T2"] = maker.task();
    let inputs: Vec<Json> = (0..INPUTS).map(|_| maker.input()).collect();
    json!({"name": "x-y", "definition": {"StartAt": "C", "States": states}, "inputs": inputs})
}
