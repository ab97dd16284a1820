//! What a request parameter decides beside the resources of the permission catalog, and which results other parties
//! write: the data of `catalog/sinks.json`, by hand, and of `catalog/contents.txt`, which parameters of the whole API hold
//! what is executed or what grants something.

use std::sync::OnceLock;

use serde::Deserialize;

static TEXT: &str = include_str!("../catalog/sinks.json");
static CONTENTS: &str = include_str!("../catalog/contents.txt");

/// One parameter and what it decides.
#[derive(Debug, Deserialize)]
pub struct Sink {
    services: Vec<String>,
    operations: Vec<String>,
    /// Its path in the request, such as `Overrides.ContainerOverrides[].Command`.
    pub parameter: String,
    /// It decides this only where another parameter says so.
    #[serde(rename = "where")]
    pub only: Option<Only>,
    /// Command or target.
    #[serde(flatten)]
    pub kind: Kind,
    /// What it decides, to stand after the parameter's name.
    pub reason: String,
}

impl Sink {
    /// Whether the parameter holds a policy document.
    pub fn is_policy(&self) -> bool {
        self.reason.starts_with("is a policy document")
    }
}

/// Another parameter and what it is.
#[derive(Debug, Deserialize)]
pub struct Only {
    /// Its path in the request.
    pub parameter: String,
    /// Its text.
    pub is: String,
}

/// What a parameter decides.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Kind {
    /// It is executed or interpreted.
    Command {
        /// How bad that is.
        grade: Grade,
    },
    /// It chooses another party or place.
    Target {
        /// The action that acts on it.
        action: String,
        /// The IAM condition key that can restrict it.
        condition: Option<String>,
        /// No grant is needed for it.
        #[serde(default)]
        free: bool,
        /// It reaches people rather than resources.
        #[serde(default)]
        outward: bool,
        /// How the text names a resource, where it is not its ARN or name.
        form: Option<Form>,
    },
}

/// How bad it is that a parameter is chosen by somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// High.
    High,
    /// Critical.
    Critical,
    /// Critical where a shell is named beside it, else high.
    Shell,
    /// Critical where the step's jar is `command-runner.jar`, else high.
    Emr,
}

/// How a text names a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// `s3://bucket/key`
    S3Url,
}

#[derive(Debug, Deserialize)]
struct Written {
    service: String,
    operation: String,
}

#[derive(Debug, Deserialize)]
struct File {
    sinks: Vec<Sink>,
    sources: Vec<Written>,
}

fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    FILE.get_or_init(|| {
        let mut file = serde_json::from_str(TEXT).unwrap_or(File {
            sinks: Vec::new(),
            sources: Vec::new(),
        });
        let rows = CONTENTS.lines().filter(|line| !line.starts_with('#'));
        file.sinks.extend(rows.filter_map(content));
        file
    })
}

/// A row `SERVICE OPERATION PARAMETER CLASS` of the generated table.
fn content(line: &str) -> Option<Sink> {
    let mut words = line.split(' ');
    let mut next = || words.next().map(str::to_owned);
    let (service, operation, parameter, class) = (next()?, next()?, next()?, next()?);
    let (grade, reason) = match class.as_str() {
        "buildspec" => (
            Grade::Critical,
            "is what the build runs with its service role",
        ),
        "user-data" => (Grade::Critical, "is run as root when the instance starts"),
        "policy" => (Grade::High, "is a policy document: who writes it grants"),
        "provider" => (Grade::High, "names the identity provider that is trusted"),
        "template" => (
            Grade::High,
            "is what is set up, whatever resources it asks for",
        ),
        "definition" => (Grade::High, "is what runs with the role that is passed"),
        "query" => (
            Grade::High,
            "is the query; bind values as parameters instead",
        ),
        _ => (Grade::High, "is code that runs"),
    };
    Some(Sink {
        services: vec![service],
        operations: vec![operation],
        parameter,
        only: None,
        kind: Kind::Command { grade },
        reason: reason.to_owned(),
    })
}

fn named(list: &[String], name: &str) -> bool {
    list.iter().any(|n| n.eq_ignore_ascii_case(name))
}

/// The parameters of an operation that decide something, in the order of the table.
pub fn of(service: &str, operation: &str) -> impl Iterator<Item = &'static Sink> {
    let (service, operation) = (service.to_owned(), operation.to_owned());
    file()
        .sinks
        .iter()
        .filter(move |s| named(&s.services, &service) && named(&s.operations, &operation))
}

/// Whether other parties write the result of this operation.
pub fn result_is_written_outside(service: &str, operation: &str) -> bool {
    file().sources.iter().any(|s| {
        s.service.eq_ignore_ascii_case(service) && s.operation.eq_ignore_ascii_case(operation)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    #[test]
    fn the_table_reads_and_says_why() {
        let parsed: File = serde_json::from_str(TEXT).unwrap();
        assert!(parsed.sinks.iter().all(|s| !s.reason.is_empty()));
        assert!(of("ECS", "RunTask").count() > 2);
        let definition = |s: &&Sink| s.parameter.eq_ignore_ascii_case("definition");
        assert_eq!(of("sfn", "testState").filter(definition).count(), 1);
        let of_control: Vec<&str> = of("cloudcontrol", "updateResource")
            .map(|s| s.parameter.as_str())
            .collect();
        assert_eq!(of_control, ["Identifier", "PatchDocument"]);
        for (service, operation) in [("s3", "putBucketPolicy"), ("kafka", "putClusterPolicy")] {
            assert!(of(service, operation).any(Sink::is_policy), "{operation}");
        }
    }

    #[test]
    fn every_row_names_operations_that_the_catalog_knows() {
        let known = |service: &str, operation: &str| {
            catalog::optimized_integrations()
                .iter()
                .any(|o| o.id.eq_ignore_ascii_case(&format!("{service}:{operation}")))
                || catalog::operation(service, operation).is_some()
        };
        let mut strangers = Vec::new();
        for sink in &file().sinks {
            for operation in &sink.operations {
                if !sink.services.iter().any(|s| known(s, operation)) {
                    strangers.push(format!("{:?} {operation}", sink.services));
                }
            }
        }
        assert_eq!(strangers, Vec::<String>::new());
    }
}
