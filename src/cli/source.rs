//! Where a command's account and configuration come from.

use std::path::{Path, PathBuf};

use super::{Failure, Host, Outcome, args};
use crate::config::Config;
use crate::local;
use crate::snapshot::Account;

/// The configuration that is looked for in the working directory.
const CONFIG: &str = "stepwarden.toml";

/// The configuration: the file that is named, else the one in the working directory, else the defaults.
pub fn config(args: &args::ConfigFile) -> Result<Config, Failure> {
    let path = match &args.config {
        Some(path) => path.clone(),
        None if Path::new(CONFIG).is_file() => PathBuf::from(CONFIG),
        None => return Ok(Config::default()),
    };
    let text = local::read_file(&path)?;
    Config::parse(&text).map_err(|error| Failure::Words(format!("{}, {error}", path.display())))
}

/// The account: a directory, or the live one.
pub fn account(source: &args::Source, host: &mut Host<'_>) -> Result<Account, Failure> {
    match &source.snapshot {
        Some(dir) => {
            host.progress(&format!("reading {}", dir.display()));
            Ok(local::read(dir)?)
        }
        None => live(host),
    }
}

/// One definition file with its role.
pub fn definition(path: &Path, role: Option<&Path>) -> Result<(Account, String), Failure> {
    let text = local::read_file(path)?;
    let role_text = role.map(local::read_file).transpose()?;
    let account = local::definition_file(path, &text, role.zip(role_text.as_deref()))?;
    Ok((account, text))
}

#[cfg(not(feature = "live"))]
fn live(_host: &mut Host<'_>) -> Result<Account, Failure> {
    Err(Failure::Words(
        "this build does not reach AWS: name an account directory with `--snapshot DIR`, or build with the feature `live`"
            .to_owned(),
    ))
}

#[cfg(feature = "live")]
fn live(host: &mut Host<'_>) -> Result<Account, Failure> {
    super::live::account(host)
}

/// Writes the live account as a directory. What could not be read is named on standard error, and the status is 2.
pub fn snapshot(args: &args::Snapshot, host: &mut Host<'_>) -> Result<Outcome, Failure> {
    let account = live(host)?;
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
