//! The fixes of results: what `fix` writes, as replacements in the files that were judged (SARIF 2.1.0, 3.55).

use serde_json::{Value, json};

use super::{Workflow, uri};
use crate::document::Document;
use crate::document::edit::Edit;
use crate::finding::Finding;
use crate::render::escape;

/// The fix of a finding, where `fix` writes one.
pub(super) fn of(workflow: &Workflow<'_>, finding: &Finding) -> Option<Value> {
    let places = &workflow.report.places;
    let (document, change) = places.fix(workflow.index, finding)?;
    let edits = change.edits.iter();
    let replacements: Vec<Value> = edits
        .map(|edit| replacement(document, edit))
        .collect::<Option<_>>()?;
    let file = places.from_here(&change.file);
    let text = escape::lines(&finding.remediation().text).join("\n");
    Some(json!([{
        "description": { "text": text },
        "artifactChanges": [{
            "artifactLocation": { "uri": uri(&file.to_string_lossy()) },
            "replacements": replacements,
        }],
    }]))
}

/// `None` where the text that comes would have to be escaped: it would not be what `fix` writes.
fn replacement(document: &Document, edit: &Edit) -> Option<Value> {
    let shown = edit.text.lines().all(|line| escape::line(line) == line);
    let place = |at: usize| document.lines.place(&document.text, at);
    let (start, end) = (place(edit.range.start), place(edit.range.end));
    let mut replacement = json!({ "deletedRegion": {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    } });
    if let Some(fields) = replacement.as_object_mut()
        && !edit.text.is_empty()
    {
        fields.insert("insertedContent".to_owned(), json!({ "text": edit.text }));
    }
    shown.then_some(replacement)
}
