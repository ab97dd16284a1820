//! Where reports go: standard output in one format, and files in others.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Failure;
use super::args::Format;
use crate::suggest::did_you_mean;
use clap::ValueEnum as _;

/// A file that a report is written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// How.
    pub format: Format,
    /// Where.
    pub path: PathBuf,
}

impl Output {
    /// Reads `[FORMAT=]FILE`: without a format the file's ending says it.
    ///
    /// # Errors
    /// When neither does, in words for the option.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some((word, path)) = text.split_once('=') {
            let format = Format::from_str(word, true);
            match (format, path) {
                (Ok(_), "") => return Err(format!("`{text}` names no file: write {word}=FILE")),
                (Ok(format), path) => {
                    let path = path.into();
                    return Ok(Self { format, path });
                }
                (Err(_), _) => {}
            }
            if !word.contains(['.', '/', '\\']) {
                let words: Vec<String> = words();
                let hint = did_you_mean(word, words.iter().map(String::as_str));
                return Err(format!(
                    "`{word}` is not a format ({}){hint}; write FORMAT=FILE",
                    words.join(", ")
                ));
            }
        }
        let path = PathBuf::from(text);
        let format = of_ending(&path).ok_or_else(|| {
            format!(
                "`{text}` does not say its format: write FORMAT=FILE ({})",
                words().join(", ")
            )
        })?;
        Ok(Self { format, path })
    }

    /// Writes the report.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, text: &str) -> Result<(), Failure> {
        std::fs::write(&self.path, text).map_err(|error| self.failure(&error))
    }

    /// Whether the file can be written, before the work is done.
    ///
    /// # Errors
    /// When its directory is not there, or it is one.
    pub fn check(&self) -> Result<(), Failure> {
        if self.path == Path::new("-") {
            let why = "`-` is standard output, which takes the report of `--format`";
            return Err(self.refused(why));
        }
        if self.path.is_dir() {
            return Err(self.refused("it is a directory"));
        }
        let dir = self.path.parent().filter(|dir| !dir.as_os_str().is_empty());
        match dir {
            Some(dir) if !dir.is_dir() => Err(self.refused("its directory does not exist")),
            _ => Ok(()),
        }
    }

    fn failure(&self, error: &std::io::Error) -> Failure {
        self.refused(&error.to_string())
    }

    fn refused(&self, why: &str) -> Failure {
        Failure::Words(format!("cannot write `{}`: {why}", self.path.display()))
    }
}

/// Whether each report has a file of its own, which is none of those that were read to be judged.
///
/// # Errors
/// When two go to one file, or one to a file that is judged.
pub fn apart<'p>(
    outputs: &[Output],
    judged: impl IntoIterator<Item = &'p Path>,
) -> Result<(), Failure> {
    // A file that is not there yet has a directory that is.
    let whole = |path: &Path| {
        let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
        let dir = dir.unwrap_or(Path::new(".")).canonicalize().ok()?;
        let path = dir.join(path.file_name()?);
        Some(path.canonicalize().unwrap_or(path))
    };
    let judged: BTreeSet<PathBuf> = judged.into_iter().filter_map(whole).collect();
    let mut taken = BTreeSet::new();
    for output in outputs {
        let Some(path) = whole(&output.path) else {
            continue;
        };
        if judged.contains(&path) {
            return Err(output.refused("it is a file that is judged; name another"));
        }
        if !taken.insert(path) {
            return Err(output.refused("two reports go there; name a file for each"));
        }
    }
    Ok(())
}

fn words() -> Vec<String> {
    let all = Format::value_variants().iter();
    all.filter_map(|format| Some(format.to_possible_value()?.get_name().to_owned()))
        .collect()
}

fn of_ending(path: &Path) -> Option<Format> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    Some(match ending.as_str() {
        "json" => Format::Json,
        "sarif" => Format::Sarif,
        "md" | "markdown" => Format::Markdown,
        "html" | "htm" => Format::Html,
        "txt" => Format::Human,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_named_or_told_by_the_ending() {
        for (text, format, path) in [
            ("json=a", Format::Json, "a"),
            ("SARIF=b.json", Format::Sarif, "b.json"),
            ("out/r.sarif", Format::Sarif, "out/r.sarif"),
            ("r.md", Format::Markdown, "r.md"),
            ("r.HTML", Format::Html, "r.HTML"),
            ("dir.d/k=v.json", Format::Json, "dir.d/k=v.json"),
        ] {
            let path = path.into();
            assert_eq!(Output::parse(text), Ok(Output { format, path }), "{text}");
        }
        for text in ["pdf=a", "json=", "report", "a.pdf", ""] {
            assert!(Output::parse(text).is_err(), "{text}");
        }
    }
}
