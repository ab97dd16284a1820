//! A workflow's states as a picture: what begins where, what leads where, and on it the way of what a caller decides.

mod boxes;

use super::layout::Point;
use super::markup::Markup;
use crate::graph::{Edge, Graph, Node, When};
use crate::render::marks::{Mark, Marks};
use boxes::{Boxes, HEADER, LINE, START};

/// The picture. `id` is unique on the page; `name` is the workflow's.
pub fn picture(page: &mut Markup, graph: &Graph, marks: &Marks, id: &str, name: &str) {
    let boxes = Boxes::of(graph, marks);
    let size = boxes.size();
    let (width, height) = (size.width + 6, size.height + 6);
    let (title, desc) = (format!("{id}-title"), format!("{id}-desc"));
    let labels = format!("{title} {desc}");
    page.open(
        "div",
        &[
            ("class", &"canvas"),
            ("role", &"region"),
            ("tabindex", &0),
            ("aria-label", &format!("Picture of the states of {name}")),
        ],
    );
    page.open(
        "svg",
        &[
            ("role", &"img"),
            ("aria-labelledby", &labels),
            ("viewBox", &format!("-3 -3 {width} {height}")),
            ("width", &width),
            ("height", &height),
        ],
    );
    page.element("title", &[("id", &title)], &format!("States of {name}"));
    page.element("desc", &[("id", &desc)], &described(graph, marks));
    let mut open = vec![(0, Point::default())];
    while let Some((scope, origin)) = open.pop() {
        draw(page, (graph, marks, &boxes), scope, origin, &mut open);
    }
    page.close();
    page.close();
}

fn described(graph: &Graph, marks: &Marks) -> String {
    let ways = marks.states.values().filter(|mark| mark.on_way).count();
    let states = super::counted(graph.states.len(), "state");
    match ways {
        0 => format!("{states}; the list below says the same in words."),
        n => format!(
            "{states}; what a caller decides passes {n} of them; the list below says the same in words."
        ),
    }
}

fn draw(
    page: &mut Markup,
    (graph, marks, boxes): (&Graph, &Marks, &Boxes),
    scope: usize,
    origin: Point,
    open: &mut Vec<(usize, Point)>,
) {
    let Some(placed) = boxes.scopes.get(scope) else {
        return;
    };
    for (way, (from, edge)) in placed.layout.arrows.iter().zip(&placed.arrows) {
        let on_way = marks.way.contains(&(*from, edge.to));
        arrow(page, way, origin, edge, on_way);
    }
    for (state, corner) in placed.states.iter().zip(&placed.layout.nodes) {
        let (Some(node), Some(size)) = (graph.states.get(*state), boxes.sizes.get(*state)) else {
            continue;
        };
        let at = Point {
            x: origin.x + corner.x,
            y: origin.y + corner.y + START,
        };
        if placed.start == Some(*state) {
            start(page, at.x + size.width / 2, at.y);
        }
        let mark = marks.states.get(state).cloned().unwrap_or_default();
        draw_state(page, node, &mark, at, (size.width, size.height));
        let mut x = at.x + boxes::INSET;
        for inner in &node.inner {
            let Some(placed) = boxes.scopes.get(*inner) else {
                continue;
            };
            let y = at.y + boxes::header(node, Some(&mark)) + HEADER;
            open.push((*inner, Point { x, y }));
            x += placed.size.width + boxes::INSET;
        }
    }
}

/// Where a scope begins.
fn start(page: &mut Markup, x: i32, y: i32) {
    let way = format!("M{x} {}V{y}", y - START + 10);
    page.empty(
        "circle",
        &[
            ("class", &"start"),
            ("cx", &x),
            ("cy", &(y - START + 7)),
            ("r", &5),
        ],
    );
    page.empty("path", &[("class", &"edge"), ("d", &way)]);
    page.empty("path", &[("class", &"tip"), ("d", &tip(x, y, true))]);
}

/// The point of an arrow, downwards or upwards.
fn tip(x: i32, y: i32, down: bool) -> String {
    let back = if down { y - 7 } else { y + 7 };
    format!("M{} {back}L{x} {y}L{} {back}z", x - 4, x + 4)
}

fn arrow(page: &mut Markup, way: &[Point], origin: Point, edge: &Edge, on_way: bool) {
    let points: Vec<Point> = way
        .iter()
        .map(|p| Point {
            x: p.x + origin.x,
            y: p.y + origin.y + START,
        })
        .collect();
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return;
    };
    let mut path = format!("M{} {}", first.x, first.y);
    for pair in points.windows(2) {
        if let [from, to] = pair {
            let middle = from.y + (to.y - from.y) / 2;
            match from.x == to.x {
                true => path.push_str(&format!("V{}", to.y)),
                false => path.push_str(&format!(
                    "C{} {middle} {} {middle} {} {}",
                    from.x, to.x, to.x, to.y
                )),
            }
        }
    }
    let class = match (&edge.when, on_way) {
        (_, true) => "edge way",
        (When::Error(_), false) => "edge error",
        _ => "edge",
    };
    let down = first.y <= last.y;
    page.empty("path", &[("class", &class), ("d", &path)]);
    let class = if on_way { "tip way" } else { "tip" };
    page.empty(
        "path",
        &[("class", &class), ("d", &tip(last.x, last.y, down))],
    );
    if let Some(label) = short(edge) {
        let y = if down { first.y + 14 } else { first.y - 6 };
        page.element(
            "text",
            &[("class", &"when"), ("x", &(first.x + 4)), ("y", &y)],
            label,
        );
    }
}

/// What stands beside an arrow; the list of states has it in full.
fn short(edge: &Edge) -> Option<&'static str> {
    match &edge.when {
        When::Next => None,
        When::Rule(_) => Some("if"),
        When::Default => Some("else"),
        When::Error(_) => Some("error"),
    }
}

fn draw_state(page: &mut Markup, node: &Node, mark: &Mark, at: Point, (width, height): (i32, i32)) {
    let mut class = format!("state {}", node.word().to_lowercase());
    if mark.on_way {
        class.push_str(" way");
    }
    if mark.reach.is_some() {
        class.push_str(" sink");
    }
    page.open("g", &[("class", &class)]);
    page.element("title", &[], &in_full(node, mark));
    let radius = if node.inner.is_empty() { 6 } else { 10 };
    page.empty(
        "rect",
        &[
            ("x", &at.x),
            ("y", &at.y),
            ("width", &width),
            ("height", &height),
            ("rx", &radius),
        ],
    );
    let middle = at.x + width / 2;
    let mut y = at.y + LINE;
    for (class, text) in boxes::lines(node, Some(mark)) {
        page.element(
            "text",
            &[("class", &class), ("x", &middle), ("y", &y)],
            &text,
        );
        y += LINE;
    }
    if let Some(severity) = mark.severity {
        let (x, y) = (at.x + width - 4, at.y + 2);
        let class = format!("badge {severity}");
        page.empty(
            "circle",
            &[("class", &class), ("cx", &x), ("cy", &y), ("r", &9)],
        );
        let count = mark.findings.to_string();
        page.element(
            "text",
            &[("class", &"count"), ("x", &x), ("y", &(y + 4))],
            &count,
        );
    }
    page.close();
}

fn in_full(node: &Node, mark: &Mark) -> String {
    let mut text = format!("{}: {}", node.name, node.word());
    if let Some(calls) = &node.calls {
        text.push_str(&format!(", calls {calls}"));
    }
    if mark.findings > 0 {
        text.push_str(&format!(", {}", super::counted(mark.findings, "finding")));
    }
    if let Some(reach) = &mark.reach {
        text.push_str(&format!(", a caller reaches {reach}"));
    }
    text
}

/// The same in words, for whoever does not see the picture.
pub fn list(page: &mut Markup, graph: &Graph, marks: &Marks) {
    page.open("ol", &[("class", &"states")]);
    for (index, node) in graph.states.iter().enumerate() {
        let mark = marks.states.get(&index).cloned().unwrap_or_default();
        page.open("li", &[]);
        page.text(&in_full(node, &mark));
        if mark.on_way {
            page.text("; what a caller decides passes here");
        }
        for edge in &node.edges {
            let to = graph.states.get(edge.to).map_or("", |to| to.name.as_str());
            let when = match &edge.when {
                When::Next => "then".to_owned(),
                When::Rule(rule) => format!("if {rule}"),
                When::Default => "otherwise".to_owned(),
                When::Error(errors) => format!("on {errors}"),
            };
            page.text(&format!("; {when} → {to}"));
        }
        page.close();
    }
    page.close();
}
