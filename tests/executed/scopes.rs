//! Maps, Parallels, errors and loops: scopes of their own with chains in them, and ways that go round.

use super::{Json, Maker, NO_QUEUE, json};

/// What every scope's input holds, so that the same steps can be made in it.
const SHARED: &[&str] = &[
    "b", "mode", "path", "json", "o", "items", "list", "n", "flag",
];

impl Maker {
    /// A scope with a chain of steps in it.
    fn scope(&mut self, tag: &str, steps: usize) -> Json {
        let mut inner = Self {
            dice: self.dice.clone(),
            jsonata: self.jsonata,
            states: serde_json::Map::new(),
            order: Vec::new(),
            known: self.known.clone(),
            variables: self.variables.clone(),
            prefix: self.named(&format!("s{}{tag}", self.order.len())),
            depth: self.depth + 1,
        };
        for _ in 0..steps {
            inner.step();
        }
        self.dice = inner.dice.clone();
        json!({"StartAt": inner.order[0], "States": inner.linked()})
    }

    /// What ends a scope that refuses.
    pub(super) fn refusal(&self) -> Json {
        match (self.order.len() % 3, self.jsonata) {
            (0, true) => json!({"Type": "Fail", "Error": "No", "Cause": "{% $states.input.b %}"}),
            (0, false) => json!({"Type": "Fail", "Error": "No", "CausePath": "$.b"}),
            _ => json!({"Type": "Fail", "Error": "No", "Cause": "refused"}),
        }
    }

    /// A catcher that keeps the error beside the input under this name.
    fn catcher(&self, result: &str) -> Json {
        if self.jsonata {
            json!([{"ErrorEquals": ["States.ALL"], "Output": format!("{{% $merge([$states.input, {{'{result}': $states.errorOutput}}]) %}}")}])
        } else {
            json!([{"ErrorEquals": ["States.ALL"], "ResultPath": format!("$.{result}")}])
        }
    }

    /// Keeps a result beside the input, or lets the input through.
    fn keep(&mut self, state: &mut Json, result: &str) {
        let drops = self.dice.roll(3) == 0;
        if !self.jsonata {
            state["ResultPath"] = if drops {
                Json::Null
            } else {
                json!(format!("$.{result}"))
            };
        } else if drops {
            state["Output"] = json!("{% $states.input %}");
        } else {
            state["Output"] = json!(format!(
                "{{% $merge([$states.input, {{'{result}': $states.result}}]) %}}"
            ));
        }
        if self.dice.roll(3) == 0 {
            let name = self.named(&format!("v{}", self.order.len()));
            let (key, value) = match (self.jsonata, self.dice.roll(2)) {
                (true, 0) => (name.clone(), "{% $states.result[0] %}"),
                (true, _) => (name.clone(), "{% $states.input.a %}"),
                (false, 0) => (format!("{name}.$"), "$[0]"),
                (false, _) => (format!("{name}.$"), "$$.Execution.Input.b"),
            };
            state["Assign"] = json!({key: value});
            self.variables.push(name);
        }
    }

    pub(super) fn map(&mut self) {
        let at = self.order.len();
        let result = format!("m{at}");
        let steps = usize::try_from(1 + self.dice.roll(2)).unwrap();
        let selected: serde_json::Map<String, Json> = SHARED
            .iter()
            .map(|name| match self.jsonata {
                true => (
                    (*name).to_owned(),
                    json!(format!("{{% $states.input.{name} %}}")),
                ),
                false => (format!("{name}.$"), json!(format!("$.{name}"))),
            })
            .collect();
        let mut selector = Json::Object(selected);
        let item = self.dice.pick(&["n", "t"]);
        if self.jsonata {
            selector["a"] = json!(format!("{{% $states.context.Map.Item.Value.{item} %}}"));
        } else {
            selector["a.$"] = json!(format!("$$.Map.Item.Value.{item}"));
        }
        let known = self.known.clone();
        self.known
            .retain(|path| super::PATHS.contains(&path.as_str()));
        let inside = self.scope("i", steps);
        self.known = known;
        let mut state = json!({"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": inside, "ItemSelector": selector});
        if self.jsonata {
            state["Items"] = json!("{% $states.input.items %}");
        } else {
            state["ItemsPath"] = json!("$.items");
        }
        self.keep(&mut state, &result);
        if self.dice.roll(3) > 0 {
            state["Catch"] = self.catcher(&format!("e{at}"));
        }
        self.add(state);
    }

    pub(super) fn parallel(&mut self) {
        let at = self.order.len();
        let result = format!("q{at}");
        let steps = |maker: &mut Self| usize::try_from(1 + maker.dice.roll(2)).unwrap();
        let branches: Vec<Json> = ["x", "y"]
            .into_iter()
            .map(|tag| {
                let steps = steps(self);
                self.scope(tag, steps)
            })
            .collect();
        let mut state = json!({"Type": "Parallel", "Branches": branches});
        self.keep(&mut state, &result);
        if self.dice.roll(3) > 0 {
            state["Catch"] = self.catcher(&format!("e{at}"));
        }
        self.add(state);
    }

    /// Takes the elements of a list one after the other, and uses those that pass a test.
    pub(super) fn worklist(&mut self) {
        let at = self.order.len();
        let [count, current] = ["i", "w"].map(|name| self.named(&format!("{name}{at}")));
        let literal = self.dice.pick(&["MARK-l0", "MARK-l1", "other"]);
        let (start, take, test, again, used) = if self.jsonata {
            (
                json!({count.clone(): 0}),
                json!({current.clone(): format!("{{% $states.input.list[${count}] %}}"), count.clone(): format!("{{% ${count} + 1 %}}")}),
                json!({"Condition": format!("{{% ${current} = '{literal}' %}}")}),
                json!({"Condition": format!("{{% ${count} < 2 %}}")}),
                ("f0".to_owned(), json!(format!("{{% ${current} %}}"))),
            )
        } else {
            (
                json!({count.clone(): 0}),
                json!({format!("{current}.$"): format!("States.ArrayGetItem($.list, ${count})"), format!("{count}.$"): format!("States.MathAdd(${count}, 1)")}),
                json!({"Variable": format!("${current}"), "StringEquals": literal}),
                json!({"Variable": format!("${count}"), "NumericLessThan": 2}),
                ("f0.$".to_owned(), json!(format!("${current}"))),
            )
        };
        self.add(json!({"Type": "Pass", "Assign": start}));
        let take = self.add(json!({"Type": "Pass", "Assign": take}));
        let (mut test, mut again) = (test, again);
        let beyond = self.named(&format!("s{}", self.order.len() + 2));
        let missed = self.dice.roll(4) == 0;
        test["Next"] = json!(self.named(&format!("s{}", self.order.len() + 1)));
        let default = if missed {
            test["Next"].clone()
        } else {
            json!(beyond)
        };
        self.add(json!({"Type": "Choice", "Choices": [test], "Default": default}));
        let mut sink = self.sink(true);
        let field = if self.jsonata {
            "Arguments"
        } else {
            "Parameters"
        };
        sink[field]["MessageBody"] = json!({used.0: used.1});
        self.add(sink);
        again["Next"] = json!(take);
        self.add(json!({"Type": "Choice", "Choices": [again]}));
    }

    /// A task that fails, and whose error goes on beside the input.
    pub(super) fn failing(&mut self) {
        let result = format!("e{}", self.order.len());
        let mut state = self.sink(true);
        let field = if self.jsonata {
            "Arguments"
        } else {
            "Parameters"
        };
        state[field]["QueueUrl"] = json!(NO_QUEUE);
        state["Catch"] = if self.jsonata {
            json!([{"ErrorEquals": ["States.ALL"], "Output": format!("{{% $merge([$states.input, {{'{result}': $states.errorOutput.Error}}]) %}}")}])
        } else {
            json!([{"ErrorEquals": ["States.ALL"], "ResultPath": format!("$.{result}")}])
        };
        // A wait of a second that not every run should take.
        if self.dice.roll(24) == 0 {
            state["Retry"] =
                json!([{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}]);
        }
        self.add(state);
        self.known.push(result);
    }

    /// Goes round twice, adding to a value.
    pub(super) fn repeat(&mut self) {
        let at = self.order.len();
        let (count, text) = (format!("c{at}"), format!("t{at}"));
        let read = self.text();
        let (start, body, test) = if self.jsonata {
            let merge = |fields: String| json!({"Type": "Pass", "Output": format!("{{% $merge([$states.input, {{{fields}}}]) %}}")});
            (
                merge(format!("'{count}': 0, '{text}': ''")),
                merge(format!(
                    "'{count}': $states.input.{count} + 1, '{text}': $states.input.{text} & {read}"
                )),
                json!({"Condition": format!("{{% $states.input.{count} < 2 %}}")}),
            )
        } else {
            (
                json!({"Type": "Pass", "Result": {"n": 0, "t": ""}, "ResultPath": format!("$.{count}")}),
                json!({"Type": "Pass", "ResultPath": format!("$.{count}"), "Parameters": {
                    "n.$": format!("States.MathAdd($.{count}.n, 1)"),
                    "t.$": format!("States.Format('{{}}{{}}', $.{count}.t, {read})")}}),
                json!({"Variable": format!("$.{count}.n"), "NumericLessThan": 2}),
            )
        };
        self.add(start);
        let body = self.add(body);
        let mut test = test;
        test["Next"] = json!(body);
        self.add(json!({"Type": "Choice", "Choices": [test]}));
        self.known.push(count);
        if self.jsonata {
            self.known.push(text);
        }
    }
}
