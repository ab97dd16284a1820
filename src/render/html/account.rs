//! The account's picture: who begins which workflow, with which role it acts, and what callers reach through it.

use std::collections::BTreeMap;

use super::markup::Markup;
use super::{Told, counted};
use crate::entry_points::{Fill, Kind};
use crate::facts::entry::Entry;
use crate::finding::Counts;
use crate::render::escape;
use crate::severity::Severity;

/// Workflows that are drawn.
const MAX_WORKFLOWS: usize = 40;
/// Principals of one workflow that are drawn one by one.
const MAX_PRINCIPALS: usize = 2;
/// Places that callers of one workflow reach that are drawn.
const MAX_REACHES: usize = 3;

const COLUMN: i32 = 250;
const BOX: i32 = 190;
const ROW: i32 = 34;
const TOP: i32 = 40;
/// What stands over the columns.
const HEADINGS: [&str; 4] = ["Begun by", "Workflow", "Acts as", "A caller reaches"];

/// A box.
#[derive(Default)]
struct Item {
    label: String,
    class: &'static str,
    /// The rows of the workflows that it belongs to, for its place.
    rows: Vec<usize>,
    y: i32,
}

#[derive(Default)]
struct Column {
    items: Vec<Item>,
    by_label: BTreeMap<String, usize>,
}

impl Column {
    fn add(&mut self, label: &str, class: &'static str, row: usize) -> usize {
        let next = self.items.len();
        let at = *self.by_label.entry(label.to_owned()).or_insert(next);
        if at == next {
            self.items.push(Item {
                label: label.to_owned(),
                class,
                ..Item::default()
            });
        }
        if let Some(item) = self.items.get_mut(at) {
            item.rows.push(row);
        }
        at
    }

    /// Places its items near the rows that they belong to, and gives the height.
    fn place(&mut self) -> i32 {
        let mut order: Vec<usize> = (0..self.items.len()).collect();
        order.sort_by_key(|at| {
            let rows = self.items.get(*at).map_or(&[][..], |item| &item.rows);
            (rows.iter().sum::<usize>() * 1000).checked_div(rows.len())
        });
        let mut y = TOP;
        for at in order {
            if let Some(item) = self.items.get_mut(at) {
                item.y = y;
                y += ROW;
            }
        }
        y
    }

    fn middle(&self, at: usize) -> i32 {
        self.items.get(at).map_or(0, |item| item.y) + ROW / 2 - 4
    }
}

/// A line: from a column's item to the next column's.
struct Line {
    column: usize,
    from: usize,
    to: usize,
    way: bool,
}

/// The section.
pub fn section(page: &mut Markup, ordered: &[Told<'_>]) {
    page.open("section", &[("aria-labelledby", &"account")]);
    page.element("h2", &[("id", &"account")], "Account");
    let drawn = ordered.get(..MAX_WORKFLOWS).unwrap_or(ordered);
    if drawn.len() < ordered.len() {
        let text = format!(
            "The {MAX_WORKFLOWS} worst of {}.",
            counted(ordered.len(), "workflow")
        );
        page.element("p", &[("class", &"quiet")], &text);
    }
    if drawn.is_empty() {
        page.element("p", &[], "There is no workflow.");
    } else {
        draw(page, drawn);
        words(page, drawn);
    }
    page.close();
}

fn draw(page: &mut Markup, drawn: &[Told<'_>]) {
    let mut columns: [Column; 4] = Default::default();
    let mut lines = Vec::new();
    for (row, told) in drawn.iter().enumerate() {
        connect(&mut columns, &mut lines, row, told);
    }
    let height = columns.iter_mut().map(Column::place).max().unwrap_or(TOP);
    let width = COLUMN * 3 + BOX;
    page.open(
        "div",
        &[
            ("class", &"canvas"),
            ("role", &"region"),
            ("tabindex", &0),
            ("aria-label", &"Picture of the account"),
        ],
    );
    page.open(
        "svg",
        &[
            ("role", &"img"),
            ("aria-labelledby", &"account-title account-desc"),
            ("viewBox", &format!("-2 0 {} {height}", width + 4)),
            ("width", &(width + 4)),
            ("height", &height),
        ],
    );
    page.element(
        "title",
        &[("id", &"account-title")],
        "Workflows, what begins them, their roles, and what callers reach",
    );
    page.element(
        "desc",
        &[("id", &"account-desc")],
        "The list below says the same in words.",
    );
    let mut x = 0;
    for heading in HEADINGS {
        page.element(
            "text",
            &[("class", &"heading"), ("x", &x), ("y", &20)],
            heading,
        );
        x += COLUMN;
    }
    for line in &lines {
        let (Some(left), Some(right)) = (columns.get(line.column), columns.get(line.column + 1))
        else {
            continue;
        };
        draw_line(page, line, left.middle(line.from), right.middle(line.to));
    }
    let mut x = 0;
    for column in &columns {
        column
            .items
            .iter()
            .for_each(|item| draw_item(page, item, x));
        x += COLUMN;
    }
    page.close();
    page.close();
}

fn draw_line(page: &mut Markup, line: &Line, from: i32, to: i32) {
    let mut left = BOX;
    for _ in 0..line.column {
        left += COLUMN;
    }
    let right = left + COLUMN - BOX;
    let middle = left + (COLUMN - BOX) / 2;
    let class = if line.way { "edge way" } else { "edge" };
    let path = format!("M{left} {from}C{middle} {from} {middle} {to} {right} {to}");
    page.empty("path", &[("class", &class), ("d", &path)]);
}

fn draw_item(page: &mut Markup, item: &Item, x: i32) {
    page.open("g", &[("class", &format!("state {}", item.class))]);
    page.element("title", &[], &item.label);
    page.empty(
        "rect",
        &[
            ("x", &x),
            ("y", &item.y),
            ("width", &BOX),
            ("height", &(ROW - 8)),
            ("rx", &5),
        ],
    );
    page.element(
        "text",
        &[("class", &"left"), ("x", &(x + 8)), ("y", &(item.y + 17))],
        &cut(&item.label),
    );
    page.close();
}

fn cut(label: &str) -> String {
    let label = escape::line(label);
    match label.char_indices().nth(26) {
        None => label,
        Some((at, _)) => format!("{}…", label.split_at(at).0),
    }
}

fn connect(columns: &mut [Column; 4], lines: &mut Vec<Line>, row: usize, told: &Told<'_>) {
    let workflow = &told.assessment.workflow;
    let [begun, workflows, roles, reached] = columns;
    let worst = Counts::of(&told.assessment.findings).worst();
    let class = if worst >= Some(Severity::High) {
        "way"
    } else {
        ""
    };
    // Two workflows of one name, from two files, are two boxes.
    let key = format!("{}\u{0}{}", workflow.name, told.index);
    let at = workflows.add(&key, class, row);
    if let Some(item) = workflows.items.get_mut(at) {
        item.label.clone_from(&workflow.name);
    }
    let reaches = reaches(told);
    for beginning in beginnings(&told.assessment.entry_points) {
        let from = begun.add(&beginning.label, beginning.class, row);
        lines.push(Line {
            column: 0,
            from,
            to: at,
            way: !reaches.is_empty() && beginning.chooses,
        });
    }
    let Some(role) = &workflow.role else {
        return;
    };
    let to = roles.add(role.name(), "", row);
    lines.push(Line {
        column: 1,
        from: at,
        to,
        way: !reaches.is_empty(),
    });
    for reach in reaches.iter().take(MAX_REACHES) {
        let end = reached.add(reach, "sink", row);
        lines.push(Line {
            column: 2,
            from: to,
            to: end,
            way: true,
        });
    }
}

fn reaches(told: &Told<'_>) -> Vec<String> {
    let open = told.assessment.findings.iter().filter(|f| f.is_open());
    let mut all: Vec<String> = open.filter_map(|f| f.reach().map(str::to_owned)).collect();
    all.sort();
    all.dedup();
    all
}

/// What begins a workflow.
struct Beginning {
    label: String,
    class: &'static str,
    /// Whether whoever is behind it chooses something of the input.
    chooses: bool,
}

impl Beginning {
    fn of(entry: &Entry, label: String) -> Self {
        Self {
            label,
            class: if entry.public { "public" } else { "" },
            chooses: entry.input != Fill::Constant,
        }
    }
}

/// What begins a workflow: principals one by one only where there are few.
fn beginnings(entries: &[Entry]) -> Vec<Beginning> {
    let (principals, others): (Vec<&Entry>, Vec<&Entry>) =
        entries.iter().partition(|e| e.kind == Kind::Principal);
    let of_other = |e: &&Entry| Beginning::of(e, format!("{} {}", e.kind.word(), e.name));
    let mut all: Vec<Beginning> = others.iter().map(of_other).collect();
    match principals.as_slice() {
        [first, .., _] if principals.len() > MAX_PRINCIPALS => {
            all.push(Beginning::of(first, counted(principals.len(), "principal")));
        }
        few => all.extend(
            few.iter()
                .map(|e| Beginning::of(e, last(&e.name).to_owned())),
        ),
    }
    all
}

fn last(arn: &str) -> &str {
    arn.rsplit(['/', ':']).next().unwrap_or(arn)
}

fn words(page: &mut Markup, drawn: &[Told<'_>]) {
    page.open("details", &[]);
    page.element("summary", &[], "The account as a list");
    page.open("ul", &[]);
    for told in drawn {
        let workflow = &told.assessment.workflow;
        let begun = beginnings(&told.assessment.entry_points).into_iter();
        let begun: Vec<String> = begun.map(|beginning| beginning.label).collect();
        let mut text = workflow.name.clone();
        if !begun.is_empty() {
            text.push_str(&format!(", begun by {}", begun.join(", ")));
        }
        if let Some(role) = &workflow.role {
            text.push_str(&format!(", acts as {}", role.name()));
        }
        let reaches = reaches(told);
        if !reaches.is_empty() {
            text.push_str(&format!(", a caller reaches {}", reaches.join(", ")));
        }
        page.element("li", &[], &text);
    }
    page.close();
    page.close();
}
