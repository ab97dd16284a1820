//! Expressions of both query languages over what is there for sure.

use super::{Maker, TEXTS};

impl Maker {
    pub(super) fn place(&mut self) -> String {
        let known = self.known.clone();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        self.dice.pick(&known).to_owned()
    }

    pub(super) fn text(&mut self) -> String {
        let path = self.dice.pick(TEXTS);
        self.read(path)
    }

    pub(super) fn read(&self, path: &str) -> String {
        if self.jsonata {
            format!("$states.input.{path}")
        } else {
            format!("$.{path}")
        }
    }

    fn leaf(&mut self) -> String {
        if !self.variables.is_empty() && self.dice.roll(4) == 0 {
            let names = self.variables.clone();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            return format!("${}", self.dice.pick(&names));
        }
        match self.dice.roll(12) {
            0 if self.jsonata => "$states.context.Execution.Name".to_owned(),
            0 => "$$.Execution.Name".to_owned(),
            1 if self.jsonata => "$states.context.Execution.Input.a".to_owned(),
            1 => "$$.Execution.Input.b".to_owned(),
            _ => {
                let path = self.place();
                self.read(&path)
            }
        }
    }

    pub(super) fn expression(&mut self, depth: u64) -> String {
        if depth == 0 {
            return self.leaf();
        }
        if self.jsonata {
            self.jsonata_expression(depth - 1)
        } else {
            self.jsonpath_expression(depth - 1)
        }
    }

    fn jsonpath_expression(&mut self, depth: u64) -> String {
        match self.dice.roll(14) {
            0 => format!("States.Format('p-{{}}/{{}}', {}, 'q')", self.text()),
            1 => format!("States.Array({}, 'x')", self.expression(depth)),
            2 => format!(
                "States.ArrayGetItem(States.Array({}, 'x'), {})",
                self.text(),
                self.dice.roll(2)
            ),
            3 => format!("States.StringSplit({}, '/')", self.text()),
            4 => format!("States.JsonToString({})", self.leaf()),
            5 => "States.StringToJson($.json)".to_owned(),
            6 => format!("States.Base64Encode({})", self.text()),
            7 => format!("States.Hash({}, 'SHA-256')", self.text()),
            8 => "States.JsonMerge($.o, $.items[0], false)".to_owned(),
            9 => "States.MathAdd($.n, 2)".to_owned(),
            10 => self
                .dice
                .pick(&[
                    "$.items[*].n",
                    "$.list[0:1]",
                    "$..z",
                    "$.items[?(@.t=='x')].n",
                    "$.list[*]",
                    "$.o.*",
                ])
                .to_owned(),
            11 => "States.ArrayLength($.list)".to_owned(),
            12 => "$".to_owned(),
            _ => self.leaf(),
        }
    }

    fn jsonata_expression(&mut self, depth: u64) -> String {
        match self.dice.roll(26) {
            0 => format!("'p-' & {}", self.text()),
            1 => format!("[{}, 'x'][{}]", self.text(), self.dice.roll(2)),
            2 => format!("{{'k': {}, 'l': 'x'}}.k", self.expression(depth)),
            3 => format!(
                "({} = 'red' ? {} : 'other')",
                self.text(),
                self.expression(depth)
            ),
            4 => format!("({0} in ['red', 'blue'] ? {0} : 'none')", self.text()),
            5 => format!("$uppercase({})", self.text()),
            6 => format!("$substring({}, 0, 4)", self.text()),
            7 => format!("$split({}, '/')[0]", self.text()),
            8 => format!("$join([{}, 'x'], '-')", self.text()),
            9 => "$map($states.input.items, function($i){ $i.n & '!' })".to_owned(),
            10 => "$states.input.items[t='x'].n".to_owned(),
            11 => "$filter($states.input.list, function($v){ $v != 'z' })".to_owned(),
            12 => format!(
                "$reduce($states.input.list, function($x, $y){{ $x & $y }}, {})",
                self.text()
            ),
            13 => format!(
                "$merge([$states.input.o, {{'x': {}}}])",
                self.expression(depth)
            ),
            14 => "$lookup({'red': 'one', 'blue': 'two'}, $states.input.mode)".to_owned(),
            15 => format!("($x := {}; $y := 'lit'; $x & $y)", self.text()),
            16 => format!("($f := function($v){{ 'g' & $v }}; $f({}))", self.text()),
            17 => format!("{} ~> $lowercase()", self.text()),
            18 => "$keys($states.input.o)".to_owned(),
            19 => "$states.input.items.{'m': n}".to_owned(),
            20 => "$each($states.input.o, function($v, $k){ $k })".to_owned(),
            21 => "$states.input.items^(>n)[0].n".to_owned(),
            22 => "$append($states.input.list, ['x'])".to_owned(),
            23 => format!("$replace({}, 'MARK', 'MARK2')", self.text()),
            24 => "$states.input.o.*".to_owned(),
            _ => self.leaf(),
        }
    }
}
