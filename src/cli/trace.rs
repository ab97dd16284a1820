//! `trace`: why a parameter's value is what it is, and what the rules make of it.

use super::args::{OneWorkflow, Plain, Trace};
use super::{Failure, Host, Outcome, source, workflow};
use crate::facts::AccountFacts;
use crate::{assess, render, trace};

/// `stepwarden trace`
pub fn trace(args: &Trace, host: &mut Host<'_>) -> Result<Outcome, Failure> {
    // With a directory the first word is the workflow's name; a file is named in the same place.
    let one = OneWorkflow {
        workflow: args.workflow.clone(),
        name: args.name.clone(),
        beside: args.beside.clone(),
        source: args.source.clone(),
        config: args.config.clone(),
    };
    let config = source::config(&args.config)?;
    let (account, index) = workflow::one(&one, host)?;
    let all = AccountFacts::new(&account, &config);
    let traced = all.with(index, |facts| {
        let assessment = assess::judge(&facts, &host.now.day());
        let found = trace::of(&facts, &assessment.findings, &args.state, &args.traced);
        let found = found.map_err(|why| match facts.redactor {
            Some(redactor) => redactor.text(&why).into_owned(),
            None => why,
        })?;
        let mut json = render::trace::json(&found);
        let mut text = render::trace::text(&found);
        if let Some(redactor) = facts.redactor {
            redactor.clean_json(&mut json);
            redactor.clean(&mut text);
        }
        Ok((json, text))
    });
    let (json, text) = traced.ok_or_else(workflow::gone)?.map_err(Failure::Words)?;
    host.done();
    Ok(Outcome::clean(match args.format {
        Plain::Human => text,
        Plain::Json => format!("{json:#}\n"),
    }))
}
