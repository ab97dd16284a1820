//! `diff`: what is wider in one state of things than in another.

use std::path::{Path, PathBuf};

use super::args::{Diff, Plain};
use super::{Failure, Host, Outcome, report, source};
use crate::assess::{self, Assessment};
use crate::config::Config;
use crate::drift::{self, Widening};
use crate::finding::Finding;
use crate::local;
use crate::posture::{Part, Posture};
use crate::render::diff::{self, Change, Difference};
use crate::snapshot::Account;
use crate::starters::ABOUT_STARTING;

/// What one file of a side, or an account directory, holds.
struct Input {
    /// The file, from the side's root; empty where the side is one file or a directory of an account.
    file: PathBuf,
    account: Account,
}

/// A workflow of one side.
struct Judged {
    file: PathBuf,
    assessment: Assessment,
}

impl Input {
    fn alone(account: Account) -> Self {
        Self {
            file: PathBuf::new(),
            account,
        }
    }
}

/// Both sides of a comparison.
type Sides = (Vec<Input>, Vec<Input>);

/// `stepwarden diff`
pub fn diff(args: &Diff, host: &mut Host<'_>) -> Result<Outcome, Failure> {
    let mut config = source::config(&args.config)?;
    config.honours_comments = !args.config.no_suppress;
    let (mut old, mut new) = match &args.new {
        Some(new) => sides(&args.old, new, args, host)?,
        None => plan(&args.old, args, host)?,
    };
    one_name(&mut old, &mut new);
    let (old, new) = (judged(&old, &config, host), judged(&new, &config, host));
    let differences = compared(&old, &new);
    host.done();
    let worst = differences.iter().filter_map(Difference::worst).max();
    let text = match args.format {
        Plain::Human => diff::text(&differences),
        Plain::Json => format!("{:#}\n", diff::json(&differences)),
    };
    Ok(Outcome::judged(text, worst, args.fail_on))
}

/// Both sides; both are read before either is told to be of no use.
fn sides(old: &Path, new: &Path, args: &Diff, host: &mut Host<'_>) -> Result<Sides, Failure> {
    match (side(old, args, host), side(new, args, host)) {
        (Ok(old), Ok(new)) => Ok((old, new)),
        (Err(old), Err(new)) => Err(Failure::Inputs(vec![old.to_string(), new.to_string()])),
        (Err(one), _) | (_, Err(one)) => Err(one),
    }
}

/// A plan against the state that it changes. Where there was nothing before, everything is new.
fn plan(path: &Path, args: &Diff, host: &mut Host<'_>) -> Result<Sides, Failure> {
    let input = source::input(path, &args.beside, host)?;
    let parameters = source::parameters(&args.beside)?;
    match local::before(&input, &parameters) {
        local::Before::Account(before) => Ok((
            vec![Input::alone(*before)],
            vec![Input::alone(input.account)],
        )),
        local::Before::Nothing => Ok((Vec::new(), vec![Input::alone(input.account)])),
        local::Before::NotAPlan => Err(Failure::Words(format!(
            "`{}` is not a Terraform plan, which alone tells what was before: name what it was and what it is, `stepwarden diff OLD NEW`",
            path.display()
        ))),
    }
}

/// The accounts of one side: an account directory, or what `check` reads. Nothing of it may be left out.
fn side(path: &Path, args: &Diff, host: &mut Host<'_>) -> Result<Vec<Input>, Failure> {
    if path.join("state-machines").is_dir() {
        let account = local::read(path)?;
        let broken = report::broken_files(&account, path);
        if !broken.is_empty() {
            return Err(Failure::Inputs(broken));
        }
        return Ok(vec![Input::alone(account)]);
    }
    let found = source::inputs(&[path.to_owned()], &args.beside, host)?;
    if !found.errors.is_empty() {
        let errors = found.errors.iter().map(ToString::to_string);
        return Err(Failure::Inputs(errors.collect()));
    }
    Ok(found
        .inputs
        .into_iter()
        .map(|mut input| {
            input.identify(Path::new("."));
            let file = input.path.strip_prefix(path).unwrap_or(&input.path);
            Input {
                file: file.to_owned(),
                account: input.account,
            }
        })
        .collect())
}

/// Two bare definitions are compared whatever their files are called.
fn one_name(old: &mut [Input], new: &mut [Input]) {
    let ([old], [new]) = (old, new) else { return };
    let (old, new) = (&mut old.account, &mut new.account);
    let ([before], [after]) = (old.workflows.as_mut_slice(), new.workflows.as_mut_slice()) else {
        return;
    };
    if before.arn == after.arn {
        return;
    }
    let (was, is) = (after.role_arn.clone(), before.role_arn.clone());
    after.arn.clone_from(&before.arn);
    after.name.clone_from(&before.name);
    // A role of which only the policies are known is named after its file.
    if was.starts_with("arn:aws:iam:::") && is.starts_with("arn:aws:iam:::") {
        after.role_arn.clone_from(&is);
        if let crate::snapshot::Fetched::Present(iam) = &mut new.iam {
            for role in iam.roles.iter_mut().filter(|role| role.arn == was) {
                role.arn.clone_from(&is);
            }
        }
    }
}

fn judged(inputs: &[Input], config: &Config, host: &Host<'_>) -> Vec<Judged> {
    let day = host.now.day();
    let mut all = Vec::new();
    for Input { file, account } in inputs {
        let assessments = assess::with_postures(account, config, &day);
        all.extend(assessments.into_iter().map(|assessment| Judged {
            file: file.clone(),
            assessment,
        }));
    }
    all
}

/// The old self of each new workflow, by its place on the old side: the one of the same file and ARN, else of the same ARN,
/// else of the same name. Before the deployment, workflows of two files may have one ARN.
fn matched(old: &[Judged], new: &[Judged]) -> Vec<Option<usize>> {
    let same: [fn(&Judged, &Judged) -> bool; 3] = [
        |a, b| a.file == b.file && a.assessment.workflow.arn == b.assessment.workflow.arn,
        |a, b| a.assessment.workflow.arn == b.assessment.workflow.arn,
        |a, b| a.assessment.workflow.name == b.assessment.workflow.name,
    ];
    let mut found = vec![None; new.len()];
    let mut taken = vec![false; old.len()];
    for is_same in same {
        for (now, place) in new
            .iter()
            .zip(&mut found)
            .filter(|(_, place)| place.is_none())
        {
            let mut free = old.iter().zip(&mut taken).enumerate();
            let before = free.find(|(_, (before, taken))| !**taken && is_same(before, now));
            if let Some((at, (_, taken))) = before {
                *taken = true;
                *place = Some(at);
            }
        }
    }
    found
}

fn compared(old: &[Judged], new: &[Judged]) -> Vec<Difference> {
    let places = matched(old, new);
    let each = new.iter().zip(&places).map(|(now, place)| {
        let now = &now.assessment;
        match place.and_then(|at| old.get(at)) {
            Some(before) => changed(&before.assessment, now),
            None => Difference {
                change: Change::New,
                findings: now
                    .findings
                    .iter()
                    .filter(|f| f.is_open())
                    .cloned()
                    .collect(),
                ..Difference::of(now)
            },
        }
    });
    let mut all: Vec<Difference> = each.collect();
    let gone = old
        .iter()
        .enumerate()
        .filter(|(at, _)| !places.contains(&Some(*at)));
    all.extend(gone.map(|(_, before)| Difference {
        change: Change::Gone,
        ..Difference::of(&before.assessment)
    }));
    all
}

fn changed(before: &Assessment, now: &Assessment) -> Difference {
    let mut difference = Difference::of(now);
    let (Some(old), Some(new)) = (&before.posture, &now.posture) else {
        difference
            .not_compared
            .push("what could not be read on one of the sides".to_owned());
        return difference;
    };
    difference.wider = drift::widened(old, new);
    difference.wider.extend(may_start(before, now));
    difference.narrower = drift::narrowed(old, new);
    difference.not_compared = not_compared(old, new);
    difference
}

/// Who may start it or take it over and could not before, by what is found of both. Files hold some of the principals of an
/// account and never all, so that no posture knows who may; and none knows who may take it over.
fn may_start(before: &Assessment, now: &Assessment) -> Vec<Widening> {
    let known: Vec<String> = before.findings.iter().map(Finding::fingerprint).collect();
    let knows = |one: &Assessment| one.posture.as_ref().is_some_and(|p| p.knows(Part::Starter));
    let both_know = knows(before) && knows(now);
    let is_meant = |finding: &Finding| {
        finding.rule() == "takeover" || !both_know && ABOUT_STARTING.contains(&finding.rule())
    };
    let told = now.findings.iter().filter(|finding| {
        is_meant(finding) && finding.is_open() && !known.contains(&finding.fingerprint())
    });
    told.map(|finding| Widening {
        kind: Part::Starter,
        key: format!("starter {}", finding.fingerprint()),
        severity: finding.severity(),
        text: finding.title().to_owned(),
        before: None,
        after: finding.title().to_owned(),
        principal: finding.principals().first().map(ToString::to_string),
    })
    .collect()
}

/// What one of the sides does not know, whichever it is.
fn not_compared(old: &Posture, new: &Posture) -> Vec<String> {
    let gaps = drift::gaps(old, new);
    let now = gaps.iter().map(|gap| format!("{}: {}", gap.what, gap.why));
    let before = Part::ALL
        .into_iter()
        .filter(|part| new.knows(*part) && !old.knows(*part));
    let before = before.map(|part| {
        let what = part.in_words();
        format!("{what}: what it was could not be read whole")
    });
    now.chain(before).collect()
}
