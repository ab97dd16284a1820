//! Every workflow of an account, kept or handed on one by one.

use super::{Assessment, judge, kept, posture, versions};
use crate::asl::Definition;
use crate::config::Config;
use crate::facts::{self, AccountFacts, Facts};
use crate::gap::Gap;
use crate::parallel;
use crate::snapshot::Account;
use crate::workflow::Workflow;

/// Assesses every workflow of the account, in its order. `today` is `YYYY-MM-DD`, for the expiry of suppressions.
pub fn account(snapshot: &Account, config: &Config, today: &str) -> Vec<Assessment> {
    whole(snapshot, config, today, |facts| judge(&facts, today))
}

/// The same, each with its posture.
pub fn with_postures(snapshot: &Account, config: &Config, today: &str) -> Vec<Assessment> {
    whole(snapshot, config, today, |mut facts| {
        let posture = posture(&mut facts);
        Assessment {
            posture: kept(posture),
            ..judge(&facts, today)
        }
    })
}

fn whole(
    snapshot: &Account,
    config: &Config,
    today: &str,
    judge: impl Fn(Facts<'_>) -> Assessment + Sync,
) -> Vec<Assessment> {
    let account = AccountFacts::new(snapshot, config);
    let mut assessments = account.each(usize::MAX, judge);
    versions::add(&account, today, &mut assessments);
    assessments.extend(unknown(snapshot, config, today));
    assessments
}

/// So many workflows are judged before the first of them is handed on.
const AT_ONCE: usize = 128;

/// Assesses every workflow of the account like [`account`], and keeps none: `make` is given each with its place, on any
/// thread, and `take` what was made of each, in the order of the account.
pub fn each<R: Send>(
    snapshot: &Account,
    config: &Config,
    today: &str,
    make: impl Fn(usize, Assessment) -> R + Sync,
    mut take: impl FnMut(R),
) {
    // What a version adds stands with its workflow: those are put together first.
    if !snapshot.versions.is_empty() {
        let all = account(snapshot, config, today).into_iter().enumerate();
        return all.for_each(|(place, assessment)| take(make(place, assessment)));
    }
    let facts = AccountFacts::new(snapshot, config);
    let one = |index| facts.with(index, |facts| make(index, judge(&facts, today)));
    for from in (0..facts.workflow_count()).step_by(AT_ONCE) {
        let to = facts.workflow_count().min(from + AT_ONCE);
        let made = parallel::map(from..to, one);
        made.into_iter().flatten().for_each(&mut take);
    }
    let unknown = unknown(snapshot, config, today).into_iter();
    let places = facts.workflow_count()..;
    places
        .zip(unknown)
        .for_each(|(place, assessment)| take(make(place, assessment)));
}

/// Workflows of which only a file's name is known.
pub(super) fn unknown(snapshot: &Account, config: &Config, today: &str) -> Vec<Assessment> {
    let definition = Definition::default();
    let each = |(name, gap): (String, Gap)| {
        let workflow = Workflow::unread(&name, &config.default_owner);
        judge(
            &Facts::only_gaps(config, &workflow, &definition, vec![gap]),
            today,
        )
    };
    let unknown = facts::unknown_workflows(snapshot).into_iter();
    unknown.map(each).collect()
}
