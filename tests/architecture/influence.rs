//! What a watched account can influence: every row of the table names tests that exist.

use std::path::Path;

/// The rows of `docs/influence.md` as their cells.
fn rows() -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/influence.md");
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| line.starts_with("| "));
    let cells = |line: &str| {
        line.trim_matches('|')
            .split(" | ")
            .map(|c| c.trim().to_owned())
            .collect()
    };
    lines.skip(2).map(cells).collect()
}

/// The texts between backticks.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

#[test]
fn every_row_of_what_can_be_influenced_has_its_tests() {
    let rows = rows();
    assert!(rows.len() > 15, "{}", rows.len());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = String::new();
    for folder in ["src", "tests"] {
        collect(&root.join(folder), &mut texts);
    }
    for row in &rows {
        let (written, tests) = (row.first().unwrap(), row.last().unwrap());
        assert_eq!(row.len(), 4, "{written}");
        assert!(quoted(tests).count() > 0, "`{written}` has no test");
        for test in quoted(tests) {
            let exists = match test.rsplit_once("::") {
                Some((_, name)) => texts.contains(&format!("fn {name}(")),
                None => root.join(test).exists(),
            };
            assert!(exists, "`{written}`: there is no `{test}`");
        }
    }
}

fn collect(folder: &Path, texts: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, texts);
        } else if path.extension().is_some_and(|e| e == "rs") {
            texts.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}
