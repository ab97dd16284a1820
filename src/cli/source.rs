//! Where a command's account and configuration come from.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Failure, Host, Outcome, args, report};
use crate::config::{AccountsConfig, Config};
use crate::gap::{Input, Unread};
use crate::local::{self, RoleFile};
use crate::render::report::{Applied, Baseline};
use crate::snapshot::Account;
use crate::suggest::did_you_mean;

/// The configuration that is looked for.
const CONFIG: &str = "stepwarden.toml";

/// A configuration, and what it does to a report.
pub struct Configured {
    /// The configuration, as it is honoured.
    pub config: Config,
    /// What the report says of it.
    pub applied: Applied,
}

/// The configuration: the file that is named, else the nearest one from the working directory up to the repository's root,
/// else the defaults.
pub fn configured(args: &args::ConfigFile) -> Result<Configured, Failure> {
    let path = args.config.clone().or_else(nearest);
    let mut config = match &path {
        Some(path) => {
            let text = local::read_file(path)?;
            Config::parse(&text)
                .map_err(|error| Failure::Words(format!("{}, {error}", path.display())))?
        }
        None => Config::default(),
    };
    if args.no_suppress {
        config = config.strictly();
    }
    let applied = Applied {
        file: path.map(|path| path.display().to_string()),
        adjustments: config.adjustments(),
        suppressions: config.suppressions.clone(),
        ignored: args.no_suppress,
    };
    Ok(Configured { config, applied })
}

/// As [`configured`], where no report says what the configuration does.
pub fn config(args: &args::ConfigFile) -> Result<Config, Failure> {
    Ok(configured(args)?.config)
}

/// The nearest configuration file, looked for no further up than the repository's root; outside of a repository only in
/// the working directory, so that nobody else's file decides.
fn nearest() -> Option<PathBuf> {
    let here = Path::new(CONFIG);
    if here.is_file() {
        return Some(here.to_owned());
    }
    let dir = Path::new(".").canonicalize().ok()?;
    let root = dir.ancestors().position(|up| up.join(".git").exists())?;
    let mut up = PathBuf::new();
    for _ in 0..root {
        up.push("..");
        let file = up.join(CONFIG);
        if file.is_file() {
            return Some(file);
        }
    }
    None
}

/// The findings of an earlier report.
pub fn baseline(args: &args::Gate) -> Result<Option<Baseline>, Failure> {
    let Some(path) = &args.baseline else {
        return Ok(None);
    };
    let text = local::read_file(path)?;
    Baseline::parse(&text).map(Some).map_err(|why| {
        Failure::Words(format!(
            "`{}` is not a JSON report to compare with: {why}; make one with `--output json=FILE`",
            path.display()
        ))
    })
}

/// The account of a command whose answer means nothing without one of the files that are about all of it.
/// `above` says how the policies above a live one are read.
pub fn account(
    source: &args::Source,
    above: &AccountsConfig,
    host: &mut Host<'_>,
) -> Result<Account, Failure> {
    let account = account_as_it_is(source, above, host)?;
    let Some(dir) = &source.snapshot else {
        return Ok(account);
    };
    let of_all = |unread: &&Unread| unread.is_file && OF_ALL.contains(&unread.input);
    match account.unreadable.iter().find(of_all) {
        Some(unread) => Err(Failure::Words(report::unusable(unread, dir))),
        None => Ok(account),
    }
}

/// What the files of an account directory hold that are about all of its workflows.
const OF_ALL: [Input; 5] = [
    Input::Principals,
    Input::LogGroups,
    Input::Functions,
    Input::Tags,
    Input::Organization,
];

/// The account: a directory, or the live one. What is broken of it is told beside what is judged.
pub fn account_as_it_is(
    source: &args::Source,
    above: &AccountsConfig,
    host: &mut Host<'_>,
) -> Result<Account, Failure> {
    match &source.snapshot {
        Some(dir) => {
            host.progress(&format!("reading {}", dir.display()));
            Ok(local::read(dir)?)
        }
        None => live(&source.live, above, host),
    }
}

/// What the named files and directories hold, `-` for standard input.
pub fn inputs(
    paths: &[PathBuf],
    beside: &args::Beside,
    host: &mut Host<'_>,
) -> Result<local::Found, Failure> {
    let role = beside.role.as_deref().map(RoleFile::read).transpose()?;
    let parameters = parameters(beside)?;
    let options = local::Options {
        role: role.as_ref(),
        parameters: &parameters,
    };
    let mut found = local::Found::default();
    let mut stdin_read = false;
    for path in paths {
        host.progress(&format!("reading {}", path.display()));
        if path != Path::new(STDIN) {
            let mut more = local::inputs(std::slice::from_ref(path), &options);
            found.inputs.append(&mut more.inputs);
            found.errors.append(&mut more.errors);
        } else if !std::mem::replace(&mut stdin_read, true) {
            let text = local::read_stream(STDIN_NAME, host.input);
            match text.and_then(|text| local::input(Path::new(STDIN_NAME), text, &options)) {
                Ok(input) => found.take(input),
                Err(error) => found.errors.push(error),
            }
        }
    }
    // A file that two arguments lead to is one.
    let mut seen = BTreeSet::new();
    found
        .inputs
        .retain(|input| match input.path.canonicalize() {
            Ok(path) => seen.insert(path),
            Err(_) => true,
        });
    declared(&found, &parameters)?;
    Ok(found)
}

/// A value for a parameter that no template has is a slip: the template would be judged without it. What could not be read
/// may have it.
fn declared(found: &local::Found, given: &[(String, String)]) -> Result<(), Failure> {
    let documents = found.inputs.iter().flat_map(|input| &input.documents);
    let sections = documents.filter_map(|one| one.value.get("Parameters")?.as_object());
    let names: Vec<&str> = sections
        .flat_map(|all| all.keys().map(String::as_str))
        .collect();
    let is_known = |name: &str| name.starts_with("AWS::") || names.contains(&name);
    let mut given = given.iter().map(|(name, _)| name.as_str());
    match given.find(|name| !is_known(name)) {
        Some(name) if found.errors.is_empty() => {
            let hint = did_you_mean(name, names.iter().copied());
            let none = format!("no template that was read has a parameter `{name}`{hint}");
            Err(Failure::Words(none))
        }
        _ => Ok(()),
    }
}

/// The one thing that a path holds, where a command is about one.
pub fn input(
    path: &Path,
    beside: &args::Beside,
    host: &mut Host<'_>,
) -> Result<local::Input, Failure> {
    let mut found = inputs(&[path.to_owned()], beside, host)?;
    if let Some(error) = found.errors.into_iter().next() {
        return Err(error.into());
    }
    match (found.inputs.pop(), found.inputs.len()) {
        (Some(input), 0) => Ok(input),
        (_, more) => Err(Failure::Words(format!(
            "`{}` holds {} files to judge: name one of them",
            path.display(),
            more + 1
        ))),
    }
}

/// The path that stands for standard input, and the name that it has in messages.
const STDIN: &str = "-";
const STDIN_NAME: &str = "standard input";

/// The values of templates' parameters: those of the file first, so that those of the command line count.
pub fn parameters(beside: &args::Beside) -> Result<Vec<(String, String)>, Failure> {
    let mut all = match &beside.parameters {
        Some(path) => local::parameters(path)?,
        None => Vec::new(),
    };
    for text in &beside.parameter {
        let (key, value) = text
            .split_once('=')
            .filter(|(key, _)| !key.is_empty())
            .ok_or_else(|| {
                Failure::Words(format!(
                    "`{text}` is not a parameter: write `--parameter KEY=VALUE`"
                ))
            })?;
        all.push((key.to_owned(), value.to_owned()));
    }
    Ok(all)
}

#[cfg(not(feature = "live"))]
fn live(
    _live: &args::Live,
    _above: &AccountsConfig,
    _host: &mut Host<'_>,
) -> Result<Account, Failure> {
    Err(Failure::Words(
        "this build does not reach AWS: name an account directory with `--snapshot DIR`, or build with the feature `live`"
            .to_owned(),
    ))
}

#[cfg(feature = "live")]
fn live(
    live: &args::Live,
    above: &AccountsConfig,
    host: &mut Host<'_>,
) -> Result<Account, Failure> {
    super::live::account(live, above, host)
}

/// Writes the live account as a directory. What could not be read is named on standard error, and the status is 2.
pub fn snapshot(args: &args::Snapshot, host: &mut Host<'_>) -> Result<Outcome, Failure> {
    let account = live(&args.live, &AccountsConfig::default(), host)?;
    let omitted = local::write_snapshot(&account, &args.out)?;
    host.done();
    if omitted.is_empty() {
        let n = account.workflows.len();
        return Ok(Outcome::clean(format!(
            "{}: {n} workflows\n",
            args.out.display()
        )));
    }
    Err(Failure::Words(format!(
        "`{}` is not whole, {} could not be read: {}",
        args.out.display(),
        omitted.len(),
        omitted.join("; ")
    )))
}
