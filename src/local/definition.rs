//! Files to judge, each with its account: what `check`, `policy`, `map`, `trace`, `fix` and `diff` read.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::recognise::{self, Content};
use super::role::RoleFile;
use super::{Error, describe, read, search};
use crate::asl;
use crate::document::{self, Document, Keep, Notation, Origins, Place, WorkflowOrigin, lines};
use crate::loc::Pointer;
use crate::snapshot::{Account, Fetched, StateMachine};
use crate::template;

/// The ARN of a workflow of which only a name is known: empty region and account stand for unknown ones.
pub fn unknown_arn(name: &str) -> String {
    format!("arn:aws:states:::stateMachine:{name}")
}

/// What is given beside the files.
#[derive(Default)]
pub struct Options<'a> {
    /// The execution role of bare definitions.
    pub role: Option<&'a RoleFile>,
    /// Parameters of templates.
    pub parameters: &'a [(String, String)],
}

/// One file that can be judged.
#[derive(Debug)]
pub struct Input {
    /// The file, as it was named.
    pub path: PathBuf,
    /// What it holds, as an account of its own.
    pub account: Account,
    /// Where that is written.
    pub origins: Origins,
    /// Every document that it was read from, the file itself first.
    pub documents: Vec<Document>,
    /// What of it cannot be judged, and is told beside what can: one line each.
    pub broken: Vec<Error>,
}

impl Input {
    /// Gives each workflow that is not deployed yet its identity: the file that declares it, relative to `base` where it
    /// stands in there, and its logical id.
    pub fn identify(&mut self, base: &Path) {
        let base = base.canonicalize().ok();
        let account = &mut self.account;
        for machine in account.workflows.iter_mut().chain(&mut account.versions) {
            let Some(origin) = self.origins.workflows.get(&machine.arn) else {
                continue;
            };
            // A response is of a workflow that is there: its ARN identifies it.
            let is_response =
                origin.identity.is_empty() && machine.arn != unknown_arn(&machine.name);
            machine.declared = (!is_response).then(|| {
                let file = relative(&origin.whole.file, base.as_deref());
                format!("{file}\n{}", origin.identity)
            });
        }
    }
}

/// A file's path from `base` on, with `/` between its parts; as it was named where it does not stand in there.
fn relative(file: &Path, base: Option<&Path>) -> String {
    let whole = file.canonicalize().ok();
    let inside = whole
        .as_deref()
        .zip(base)
        .and_then(|(f, base)| f.strip_prefix(base).ok());
    let parts = inside.unwrap_or(file).components();
    let parts: Vec<_> = parts.map(|c| c.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// What some paths hold.
#[derive(Debug, Default)]
pub struct Found {
    /// What can be judged.
    pub inputs: Vec<Input>,
    /// What cannot, with the reason: one line each.
    pub errors: Vec<Error>,
}

impl Found {
    /// Takes in one input, and what of it is of no use where that is not told already.
    pub fn take(&mut self, mut input: Input) {
        let told = self.errors.len();
        for error in input.broken.drain(..) {
            let before = self.errors.iter().take(told);
            if !before.into_iter().any(|e| e.path() == error.path()) {
                self.errors.push(error);
            }
        }
        self.inputs.push(input);
    }
}

/// Reads files and directories. A file that is named must hold something to judge; in a directory others are passed over,
/// but for those that say by their name or their text that they are about workflows, and a directory without any is an
/// error.
pub fn inputs(paths: &[PathBuf], options: &Options<'_>) -> Found {
    let mut found = Found::default();
    for path in paths {
        if path.is_dir() {
            directory(path, options, &mut found);
            continue;
        }
        let read = read::read_file(path).and_then(|text| input(path, text, options));
        match read {
            Ok(input) => found.take(input),
            Err(error) => found.errors.push(error),
        }
    }
    found
}

fn directory(dir: &Path, options: &Options<'_>, found: &mut Found) {
    let candidates = match search::candidates(dir) {
        Ok(candidates) => candidates,
        Err(error) => return found.errors.push(error),
    };
    let before = (found.inputs.len(), found.errors.len());
    let mut inputs = Vec::new();
    for path in candidates {
        let claims = search::claims(&path.file_name().unwrap_or_default().to_string_lossy());
        match read::read_file(&path) {
            Err(error) if claims => found.errors.push(error),
            Err(_) => {}
            Ok(text) => {
                let concerns = claims || search::concerns(&path, &text);
                match candidate(&path, text, options) {
                    Ok(input) => inputs.push(input),
                    Err(NotJudged::WrongKind(error)) if claims => found.errors.push(error),
                    Err(NotJudged::WrongKind(_)) => {}
                    Err(NotJudged::Broken(error)) if concerns => found.errors.push(error),
                    Err(NotJudged::Broken(_)) => {}
                }
            }
        }
    }
    // A definition that a template of the same run takes in is judged there, with its role.
    let taken: Vec<PathBuf> = inputs
        .iter()
        .flat_map(|input| input.documents.iter().skip(1))
        .filter_map(|document| document.path.canonicalize().ok())
        .collect();
    inputs.retain(|input| {
        !input
            .path
            .canonicalize()
            .is_ok_and(|path| taken.contains(&path))
    });
    inputs.into_iter().for_each(|input| found.take(input));
    if before == (found.inputs.len(), found.errors.len()) {
        found.errors.push(Error::Unusable {
            path: dir.to_owned(),
            what: "holds no workflow definition, template or plan".to_owned(),
        });
    }
}

enum NotJudged {
    /// Not valid, or of a kind that is judged but not usable.
    Broken(Error),
    /// Valid, and of another kind.
    WrongKind(Error),
}

fn candidate(path: &Path, text: String, options: &Options<'_>) -> Result<Input, NotJudged> {
    let document = recognise::document(path, text).map_err(NotJudged::Broken)?;
    let content = recognise::content(&document).map_err(NotJudged::WrongKind)?;
    of(document, content, options).map_err(NotJudged::Broken)
}

/// Reads one file's text.
///
/// # Errors
/// When it holds nothing that can be judged, with what to do.
pub fn input(path: &Path, text: String, options: &Options<'_>) -> Result<Input, Error> {
    let document = recognise::document(path, text)?;
    let content = recognise::content(&document)?;
    of(document, content, options)
}

fn of(document: Document, content: Content, options: &Options<'_>) -> Result<Input, Error> {
    match content {
        Content::Template(kind) => declared(document, kind, options),
        Content::Definition | Content::Described => single(document, content, options),
    }
}

/// The workflows of a template or a plan.
fn declared(
    document: Document,
    kind: template::Kind,
    options: &Options<'_>,
) -> Result<Input, Error> {
    let path = document.path.clone();
    let opened = std::cell::RefCell::new(Vec::new());
    let root = read::confines(&path);
    let open = |path: &Path| {
        if !read::is_within(path, root.as_deref()) {
            return Err(format!(
                "`{}` is outside the repository and is not read",
                path.display()
            ));
        }
        let text = read::read_file(path).map_err(|error| error.to_string())?;
        // A definition may be valid only with its substitutions made.
        let document = recognise::document(path, text.clone()).unwrap_or_else(|_| {
            let notation = Notation::of_text(&text);
            Document::unread(path.to_owned(), text, notation)
        });
        opened.borrow_mut().push(document.clone());
        Ok(document)
    };
    let options = template::Options {
        parameters: options.parameters,
        open: &open,
    };
    let read = template::read(&document, kind, &options);
    let template = read.map_err(|what| Error::Unusable {
        path: path.clone(),
        what,
    })?;
    let mut documents = vec![document];
    documents.append(&mut opened.borrow_mut());
    let broken = template.broken.into_iter();
    Ok(Input {
        path,
        account: template.account,
        origins: template.origins,
        documents,
        broken: broken
            .map(|(path, what)| Error::Unusable { path, what })
            .collect(),
    })
}

/// What a file says that there was before.
pub enum Before {
    /// What a plan changes.
    Account(Box<Account>),
    /// A plan that creates everything.
    Nothing,
    /// It is none.
    NotAPlan,
}

/// What was there before a plan is applied.
pub fn before(input: &Input, parameters: &[(String, String)]) -> Before {
    let plan = input
        .documents
        .first()
        .filter(|document| template::recognise(document) == Some(template::Kind::TerraformPlan));
    let Some(plan) = plan else {
        return Before::NotAPlan;
    };
    let options = template::Options {
        parameters,
        open: &|path| Err(format!("`{}` is not read", path.display())),
    };
    match template::before(plan, &options) {
        Some(before) => Before::Account(Box::new(before.account)),
        None => Before::Nothing,
    }
}

/// The one workflow of a definition or a response.
fn single(document: Document, content: Content, options: &Options<'_>) -> Result<Input, Error> {
    let path = document.path.clone();
    let stem = stem(&path);
    let mut machine = match content {
        Content::Described => described(&document, &stem)?,
        _ => StateMachine {
            arn: unknown_arn(&stem),
            name: stem.clone(),
            status: "ACTIVE".to_owned(),
            definition: asl::json_text(&document.text),
            kind: "STANDARD".to_owned(),
            tags: Fetched::NotCollected,
            ..StateMachine::default()
        },
    };
    let mut account = Account {
        iam: Fetched::NotCollected,
        log_groups: Fetched::NotCollected,
        log_resource_policies: Fetched::NotCollected,
        functions: Fetched::NotCollected,
        tags: Fetched::NotCollected,
        ..Account::default()
    };
    let place = |pointer| Place {
        file: path.clone(),
        pointer,
    };
    let root = Pointer::root();
    let mut origin = WorkflowOrigin {
        whole: place(root.clone()),
        definition: place(match content {
            Content::Described => root.key("definition"),
            _ => root,
        }),
        ..WorkflowOrigin::default()
    };
    let mut documents = vec![document];
    if let Some(role) = options.role {
        if machine.role_arn.is_empty() {
            machine.role_arn = format!("arn:aws:iam:::role/{stem}");
        }
        account.iam = Fetched::Present(role.iam(&machine.role_arn));
        origin.policies = role.places();
        origin.trust = role.trust();
        documents.push(role.document.clone());
    }
    let mut origins = Origins::default();
    origins.workflows.insert(machine.arn.clone(), origin);
    account.workflows.push(machine);
    Ok(Input {
        path,
        account,
        origins,
        documents,
        broken: Vec::new(),
    })
}

fn described(document: &Document, stem: &str) -> Result<StateMachine, Error> {
    let unusable = |what: String| Error::Unusable {
        path: document.path.clone(),
        what,
    };
    let read = describe::loose(&document.value.to_string(), stem);
    let machine = match read {
        Some(Ok(machine)) => machine,
        Some(Err(why)) => return Err(unusable(format!("is broken: {why}"))),
        None => {
            return Err(unusable(
                "is not a DescribeStateMachine response".to_owned(),
            ));
        }
    };
    let written = document.value.get("definition").and_then(Value::as_str);
    if machine.definition.trim().is_empty() {
        return Err(unusable(
            "is a response without its `definition`; read it with a principal that may use the workflow's key".to_owned(),
        ));
    }
    if let Some(text) = written {
        let read = document::read(text, Notation::of_text(text), Keep::ValuesOnly);
        if let Some(fault) = read.fault {
            let at = lines::place(text, fault.at);
            return Err(unusable(format!(
                "holds a `definition` that is not valid {} at its line {}, column {}: {}",
                Notation::of_text(text).word(),
                at.line,
                at.column,
                fault.message
            )));
        }
    }
    Ok(machine)
}

/// The file's name without `.asl.json` and the like.
fn stem(path: &Path) -> String {
    let name = path
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    let lower = name.to_ascii_lowercase();
    let mut length = name.len();
    for extension in [".json", ".yaml", ".yml", ".asl"] {
        if lower
            .get(..length)
            .is_some_and(|stem| stem.ends_with(extension))
        {
            length -= extension.len();
        }
    }
    match name.get(..length) {
        Some(stem) if !stem.is_empty() && stem != "-" => stem.to_owned(),
        _ => "workflow".to_owned(),
    }
}

#[cfg(test)]
mod tests;
