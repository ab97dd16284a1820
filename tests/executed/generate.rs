//! Workflows made from a seed: a chain of steps that write, move, guard, fan out and call, over a marked input.

use serde_json::{Value as Json, json};

use crate::dice::Dice;

mod express;
mod scopes;

/// Stands in every text of the input that only the caller can have brought.
pub const MARK: &str = "MARK";

const QUEUE: &str = "https://sqs.us-east-1.amazonaws.com/123456789012/q";
const NO_QUEUE: &str = "https://sqs.us-east-1.amazonaws.com/123456789012/none";

/// One case: definition, input, execution name.
pub fn workflow(seed: u64, jsonata: bool) -> Json {
    let mut maker = Maker {
        dice: Dice::of(seed),
        jsonata,
        states: serde_json::Map::new(),
        order: Vec::new(),
        known: PATHS.iter().map(|p| (*p).to_owned()).collect(),
        variables: Vec::new(),
        prefix: String::new(),
        depth: 0,
    };
    for _ in 0..4 {
        maker.step();
    }
    let mut definition = json!({"StartAt": maker.order[0], "States": maker.linked()});
    if jsonata {
        definition["QueryLanguage"] = json!("JSONata");
    }
    json!({
        "name": "MARK-name",
        "definition": definition,
        "input": {
            "a": "MARK-a", "b": "MARK-b", "mode": "red", "n": 3, "flag": seed.is_multiple_of(2),
            "path": "MARK-p/MARK-q", "json": "{\"j\": \"MARK-j\"}",
            "o": {"x": "MARK-ox", "y": {"z": "MARK-oyz"}},
            "items": [{"n": "MARK-i0", "t": "x"}, {"n": "MARK-i1", "t": "y"}],
            "list": ["MARK-l0", "MARK-l1"],
        },
    })
}

const PATHS: &[&str] = &[
    "a",
    "b",
    "mode",
    "path",
    "o",
    "o.x",
    "o.y.z",
    "items",
    "list",
    "n",
    "items[0].n",
    "list[1]",
];
const TEXTS: &[&str] = &[
    "a",
    "b",
    "mode",
    "path",
    "o.x",
    "o.y.z",
    "items[0].n",
    "list[1]",
];

struct Maker {
    dice: Dice,
    jsonata: bool,
    states: serde_json::Map<String, Json>,
    order: Vec<String>,
    /// Paths of the document that are there for sure.
    known: Vec<String>,
    variables: Vec<String>,
    /// Before the names of the states and variables of one scope.
    prefix: String,
    /// How many Maps and Parallels are around it.
    depth: usize,
}

impl Maker {
    fn linked(&self) -> Json {
        let mut states = self.states.clone();
        let done = self.named("done");
        for (i, name) in self.order.iter().enumerate() {
            let next = self.order.get(i + 1);
            let state = states.get_mut(name).unwrap().as_object_mut().unwrap();
            let target = next.map_or(done.as_str(), String::as_str);
            let choice = state["Type"] == "Choice";
            let field = if choice { "Default" } else { "Next" };
            if !state.contains_key(field) {
                state.insert(field.to_owned(), json!(target));
            }
            for list in ["Choices", "Catch"] {
                for rule in state
                    .get_mut(list)
                    .and_then(Json::as_array_mut)
                    .into_iter()
                    .flatten()
                {
                    if rule.get("Next").is_none() {
                        rule["Next"] = json!(target);
                    }
                }
            }
        }
        states.insert(done, json!({"Type": "Succeed"}));
        if self.depth > 0 {
            states.insert(self.named("no"), self.refusal());
        }
        Json::Object(states)
    }

    fn named(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn add(&mut self, state: Json) -> String {
        let name = self.named(&format!("s{}", self.order.len()));
        self.states.insert(name.clone(), state);
        self.order.push(name.clone());
        name
    }

    fn step(&mut self) {
        match self.dice.roll(13) {
            0 | 1 => self.write(),
            2 => self.overwrite(),
            3 => self.assign(),
            4 | 5 => self.guard(),
            6 if self.depth < 2 => self.map(),
            7 | 8 if self.depth < 2 => self.parallel(),
            9 => self.failing(),
            10 => self.repeat(),
            11 => self.worklist(),
            _ => {}
        }
        let state = self.sink(true);
        self.add(state);
    }

    /// A task that is given some values, and lets the input through.
    fn sink(&mut self, outer: bool) -> Json {
        let fields: Vec<(String, Json)> = (0..3).map(|i| self.member(&format!("f{i}"))).collect();
        let body: serde_json::Map<String, Json> = fields.into_iter().collect();
        let resource = "arn:aws:states:::sqs:sendMessage";
        let arguments = json!({"QueueUrl": QUEUE, "MessageBody": body});
        let keep = outer || self.dice.roll(2) == 0;
        let mut state = json!({"Type": "Task", "Resource": resource});
        if self.jsonata {
            state["Arguments"] = arguments;
            if keep {
                state["Output"] = json!("{% $states.input %}");
            }
        } else {
            state["Parameters"] = arguments;
            if keep {
                state["ResultPath"] = Json::Null;
            }
        }
        state
    }

    /// A member of a template with a computed value.
    fn member(&mut self, name: &str) -> (String, Json) {
        let text = self.expression(2);
        if self.jsonata {
            (name.to_owned(), json!(format!("{{% {text} %}}")))
        } else {
            (format!("{name}.$"), json!(text))
        }
    }

    /// Writes a computed value beside the input.
    fn write(&mut self) {
        let name = format!("w{}", self.order.len());
        let (key, value) = self.member("v");
        let state = if self.jsonata {
            let value = value
                .as_str()
                .unwrap()
                .trim_matches(|c| "{% }".contains(c))
                .to_owned();
            let wrapped = format!(
                "{{% $merge([$states.input, {{'{name}': {{'v': {}}}}}]) %}}",
                balanced(&value)
            );
            json!({"Type": "Pass", "Output": wrapped})
        } else {
            json!({"Type": "Pass", "Parameters": {key: value}, "ResultPath": format!("$.{name}")})
        };
        self.add(state);
        self.known.push(name);
    }

    /// A literal in the place of what the caller sent.
    fn overwrite(&mut self) {
        let field = self.dice.pick(&["a", "b", "mode"]);
        self.overwrite_field(field);
    }

    fn overwrite_field(&mut self, field: &str) {
        let state = if self.jsonata {
            json!({"Type": "Pass", "Output": format!("{{% $merge([$states.input, {{'{field}': 'fixed'}}]) %}}")})
        } else {
            json!({"Type": "Pass", "Result": "fixed", "ResultPath": format!("$.{field}")})
        };
        self.add(state);
    }

    fn assign(&mut self) {
        let name = self.named(&format!("v{}", self.order.len()));
        let (key, value) = self.member(&name);
        let state = json!({"Type": "Pass", "Assign": {key: value}});
        self.add(state);
        self.variables.push(name);
    }

    /// A test whose two ways both lead on, or whose default ends the run.
    fn guard(&mut self) {
        let field = self.dice.pick(&["mode", "a", "o.x"]);
        let literal = self.dice.pick(&["red", "blue", "MARK-a"]);
        let rule = if self.jsonata {
            let read = self.read(field);
            let test = match self.dice.roll(8) {
                6 => format!("$substring({read}, 0, 3) = 'MAR'"),
                7 => format!("$uppercase({read}) in ['RED', 'MARK-A']"),
                0 => format!("{read} = '{literal}'"),
                1 => format!("{read} in ['{literal}', 'green', 'red']"),
                2 => format!("$not({read} = '{literal}')"),
                3 => format!("$contains({read}, /^(red|MARK-[a-z]+)$/)"),
                4 => format!("{read} = 'red' or $states.input.flag"),
                _ => format!("$exists({read}) and $states.input.n > 2"),
            };
            json!({"Condition": format!("{{% {test} %}}")})
        } else {
            let test = |op: &str, value: &str| json!({"Variable": format!("$.{field}"), op: value});
            match self.dice.roll(7) {
                6 => {
                    let (at, list) = (self.order.len(), format!("States.Array('{literal}')"));
                    let call = format!("States.ArrayContains({list}, $.{field})");
                    self.add(json!({"Type": "Pass", "ResultPath": format!("$.k{at}"), "Parameters": {"is.$": call}}));
                    json!({"Variable": format!("$.k{at}.is"), "BooleanEquals": true})
                }
                0 => test("StringEquals", literal),
                1 => json!({"Or": [test("StringEquals", literal), test("StringEquals", "red")]}),
                2 => json!({"Not": test("StringEquals", literal)}),
                3 => test("StringMatches", "MARK-*"),
                4 => {
                    json!({"And": [test("StringGreaterThan", "A"), {"Variable": "$.n", "NumericEquals": 3}]})
                }
                _ => json!({"Variable": format!("$.{field}"), "IsPresent": true}),
            }
        };
        let mut state = json!({"Type": "Choice", "Choices": [rule]});
        let away = if self.depth > 0 { "no" } else { "done" };
        let mut assigned = None;
        let default = self.dice.roll(4);
        match default {
            0 => state["Default"] = json!(self.named(away)),
            1 => state["Choices"][0]["Next"] = json!(self.named(away)),
            2 => {
                let beyond = format!("s{}", self.order.len() + 2);
                state["Choices"][0]["Next"] = json!(self.named(&beyond));
            }
            _ => {}
        }
        // The engine passes over what a rule of a JSONPath Choice assigns: only where its default leads on, too, is it the same.
        if self.dice.roll(4) == 0 && (self.jsonata || default != 0) {
            let name = self.named(&format!("r{}", self.order.len()));
            let (key, value) = self.member(&name);
            state["Choices"][0]["Assign"] = json!({key: value});
            let (key, value) = self.member(&name);
            state["Assign"] = json!({key: value});
            assigned = Some(name);
        }
        self.add(state);
        self.variables.extend(assigned);
        if default == 2 {
            self.overwrite_field(field);
            self.add(json!({"Type": "Pass"}));
        }
    }
}

/// Gives back the closing parts that trimming the braces took.
fn balanced(text: &str) -> String {
    let count = |c| text.matches(c).count();
    let mut out = text.to_owned();
    out.push_str(&"}".repeat(count('{').saturating_sub(count('}'))));
    let open = out
        .matches('(')
        .count()
        .saturating_sub(out.matches(')').count());
    out.push_str(&")".repeat(open));
    out
}
