//! What shells, editors and other programs need to know of this one: completions, the manual page, schemas.

use clap::CommandFactory as _;

use super::args::{Cli, SchemaOf};
use super::{Failure, Outcome};

/// `stepwarden completions`
pub fn completions(shell: clap_complete::Shell) -> Result<Outcome, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "stepwarden", &mut text);
    Ok(Outcome::clean(String::from_utf8_lossy(&text).into_owned()))
}

/// `stepwarden man`: one page, in roff, every command in it.
pub fn man() -> Result<Outcome, Failure> {
    let mut text = Vec::new();
    let failed = |error: std::io::Error| Failure::Words(error.to_string());
    let command = Cli::command();
    clap_mangen::Man::new(command.clone())
        .render(&mut text)
        .map_err(failed)?;
    for sub in command.get_subcommands().filter(|c| !c.is_hide_set()) {
        let heading = format!(".SH \"COMMAND {}\"\n", sub.get_name().to_uppercase());
        text.extend(heading.bytes());
        let page = clap_mangen::Man::new(
            sub.clone()
                .bin_name(format!("stepwarden {}", sub.get_name())),
        );
        page.render_description_section(&mut text).map_err(failed)?;
        page.render_options_section(&mut text).map_err(failed)?;
    }
    Ok(Outcome::clean(String::from_utf8_lossy(&text).into_owned()))
}

/// `stepwarden schema`
pub fn schema(of: SchemaOf) -> Result<Outcome, Failure> {
    let text = match of {
        SchemaOf::Report => include_str!("../../docs/schema/report.json"),
        SchemaOf::Alert => include_str!("../../docs/schema/alert.json"),
        SchemaOf::Map => include_str!("../../docs/schema/map.json"),
        SchemaOf::Config => include_str!("../../docs/schema/config.json"),
    };
    Ok(Outcome::clean(text.to_owned()))
}
