//! A rule's page taken apart: its sections for people, and its examples, which are scenarios of the tests at its end.

use serde_json::{Map, Value};

/// What opens a scenario.
const SCENARIO: &str = "\n```json scenario\n";

/// The page without its scenarios.
pub fn plain(page: &str) -> &str {
    page.split("\n## Scenarios").next().unwrap_or(page).trim()
}

/// The text under a heading of the second level, up to the next one.
pub fn section<'p>(page: &'p str, heading: &str) -> Option<&'p str> {
    let (_, rest) = plain(page).split_once(&format!("\n## {heading}\n"))?;
    Some(rest.split("\n## ").next().unwrap_or(rest).trim())
}

/// One example.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// Its name.
    pub name: String,
    /// Whether the rule reports it.
    pub reported: bool,
    /// What is different from a workflow in order: parts of AWS's own answers.
    pub text: String,
}

/// The examples that a page names: the one that is reported first, then the one that is quiet.
pub fn examples(page: &str) -> Vec<Example> {
    let named = section(page, "Examples").unwrap_or_default();
    let names = |label: &str| {
        let name = named.lines().find_map(|line| line.strip_prefix(label));
        name.map(str::trim)
    };
    [("- reported:", true), ("- quiet:", false)]
        .into_iter()
        .filter_map(|(label, reported)| {
            let name = names(label)?;
            Some(Example {
                name: name.to_owned(),
                reported,
                text: scenario(page, name)?,
            })
        })
        .collect()
}

/// The scenario of a name, without its name and what the test expects.
fn scenario(page: &str, name: &str) -> Option<String> {
    let blocks = page.split(SCENARIO).skip(1);
    let texts = blocks.filter_map(|block| block.split("\n```").next());
    let mut all = texts.filter_map(|text| serde_json::from_str::<Map<String, Value>>(text).ok());
    let mut found = all.find(|fields| fields.get("name").and_then(Value::as_str) == Some(name))?;
    found.shift_remove("name");
    found.shift_remove("expect");
    Some(format!("{:#}", Value::Object(found)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# r\n\n## What it does\n\nLooks.\n\n## Examples\n\n- reported: b\n- quiet: g\n\n\
        ## Known limits\n\nNone.\n\n## Scenarios\n\n```json scenario\n{\"name\": \"g\", \"expect\": []}\n```\n\n\
        ```json scenario\n{\"name\": \"b\", \"tags\": {\"a\": \"1\"}, \"expect\": [{}]}\n```\n";

    #[test]
    fn a_page_gives_its_sections_and_examples() {
        assert_eq!(section(PAGE, "What it does"), Some("Looks."));
        assert_eq!(section(PAGE, "Scenarios"), None);
        let all = examples(PAGE);
        assert_eq!(all.len(), 2);
        assert!(all[0].reported && all[0].text.contains("\"a\": \"1\""));
        assert_eq!((all[1].name.as_str(), all[1].text.as_str()), ("g", "{}"));
        assert!(examples("# nothing").is_empty());
    }
}
