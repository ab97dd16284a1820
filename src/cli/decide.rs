//! `decide`: IAM decisions, one from the options or JSON lines from standard input.

use std::io::Read as _;

use super::{Failure, Host, Outcome, args, source};
use crate::config::AccountsConfig;
use crate::decide::{Decider, Question};
use crate::iam::{AccountLayers, Principals};

/// Longer input than this is refused: a line a request, a million requests.
const MAX_INPUT: u64 = 256 << 20;

/// Answers, each in its place. Status 2 where a question was malformed; its answer says how, and the others stand.
pub fn decide(args: &args::Decide, host: &mut Host<'_>) -> Result<Outcome, Failure> {
    let account = match &args.snapshot {
        Some(_) => Some(source::account(
            &args::Source {
                snapshot: args.snapshot.clone(),
                live: args::Live::default(),
            },
            &AccountsConfig::default(),
            host,
        )?),
        None => None,
    };
    let iam = account.as_ref().map(|account| {
        let iam = account.iam.present();
        iam.ok_or_else(|| Failure::Words("the account directory has no `iam.json`".to_owned()))
    });
    let principals = iam.transpose()?.map(Principals::new);
    let around = account.as_ref().map(AccountLayers::of);
    let mut decider = Decider::new(principals.as_ref());
    if let Some(around) = &around {
        decider = decider.within(around);
    }
    host.done();
    if let (Some(principal), Some(action), Some(resource)) =
        (&args.principal, &args.action, &args.resource)
    {
        let answer = decider.question(&Question {
            principal: principal.clone(),
            action: action.clone(),
            resource: resource.clone(),
            context: args.context.clone(),
        });
        return Ok(outcome(
            format!("{}\n", answer.json),
            usize::from(answer.is_error),
        ));
    }
    let mut bytes = Vec::new();
    let read = host.input.take(MAX_INPUT + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::Words(format!("cannot read standard input: {error}")))?;
    if bytes.len() as u64 > MAX_INPUT {
        let limit = MAX_INPUT >> 20;
        return Err(Failure::Words(format!(
            "standard input is larger than {limit} MiB: split it"
        )));
    }
    let (answers, errors) = decider.lines(&lines(bytes));
    Ok(outcome(answers, errors))
}

/// The text; in the place of a line that is none stands one that no question is, so that its answer says so and the others
/// stand.
fn lines(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|not| {
        let lines = not.as_bytes().split(|byte| *byte == b'\n');
        let texts = lines.map(|line| std::str::from_utf8(line).unwrap_or("not UTF-8 text"));
        texts.collect::<Vec<_>>().join("\n")
    })
}

/// The answers, and beside them that some questions had none.
fn outcome(text: String, errors: usize) -> Outcome {
    let questions = text.lines().count();
    let failure = (errors > 0).then(|| {
        format!("{errors} of {questions} questions cannot be answered; their answers say why")
    });
    Outcome::clean(text).with(failure.into_iter().collect())
}
