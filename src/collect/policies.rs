//! The policies of the resources that workflows act on, one call each: only of those that a workflow names.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{self, StreamExt as _};

use super::{AT_ONCE, Account, AccountCache};
use crate::arn::{AccountRegion, Arn};
use crate::gap::{Input, Unread};
use crate::iam::resources::named;
use crate::moment::Moment;
use crate::snapshot::{self, Document, Fetched, NamedDocument, ResourceKind};

/// Resources of one workflow whose policies are read; those of more are a gap.
const MOST: usize = 100;

/// The resources to ask for, by the ARN of the workflow that names them.
pub type PolicyAsk = BTreeMap<String, BTreeSet<Arn>>;

/// What was read of each.
type Answers = BTreeMap<Arn, Fetched<NamedDocument>>;

impl AccountCache {
    /// Reads them into an account, each once for many evaluations; `after` says of each after which moment.
    pub async fn policies<A: Account>(
        &self,
        port: &A,
        home: &AccountRegion,
        (now, after): (Moment, &(dyn Fn(&Arn) -> Moment + Sync)),
        ask: &PolicyAsk,
        account: &mut snapshot::Account,
    ) {
        let read: Answers = stream::iter(all(ask))
            .map(|arn| async move {
                let kept = self.kept_policy(home, arn, (now, after(arn)));
                let answer = match kept {
                    Some(answer) => answer,
                    None => {
                        let answer = port.resource_policy(arn).await;
                        self.keep_policy(home, arn, now, &answer);
                        answer
                    }
                };
                (arn.clone(), answer)
            })
            .buffered(AT_ONCE)
            .collect()
            .await;
        add(account, ask, &read);
    }
}

/// The resources that are asked for: of each workflow no more than a bound.
fn all(ask: &PolicyAsk) -> BTreeSet<&Arn> {
    ask.values().flat_map(|own| own.iter().take(MOST)).collect()
}

fn add(account: &mut snapshot::Account, ask: &PolicyAsk, read: &Answers) {
    for kind in ResourceKind::ALL {
        let policies = &mut account.resource_policies;
        let function_policies = &mut account.entries.function_policies;
        // Those of functions behind a URL were read with them, or could not be.
        let known = function_policies.present().into_iter().flatten();
        let mut only: BTreeSet<String> = match kind {
            ResourceKind::Function => known.map(|(name, _)| name.clone()).collect(),
            _ => BTreeSet::new(),
        };
        let of_kind = policies.of_kind_mut(kind).unwrap_or(function_policies);
        if !of_kind.is_lacking() && of_kind.present().is_none() {
            *of_kind = Fetched::Present(BTreeMap::new());
        }
        let asked = read
            .iter()
            .filter_map(|(arn, answer)| Some((named(arn)?, answer)));
        for ((_, name), answer) in asked.filter(|((of, _), _)| *of == kind) {
            if matches!(answer, Fetched::Present(_) | Fetched::Absent) {
                only.insert(name.to_owned());
            }
            if let (Fetched::Present(policy), Fetched::Present(of_kind)) = (answer, &mut *of_kind) {
                only.insert(policy.name.clone());
                let one = of_kind.remove(&policy.name).into_iter();
                let all = Document::joined(one.chain([policy.document.clone()]));
                of_kind.insert(policy.name.clone(), all);
            }
        }
        policies.only.insert(kind, only);
    }
    let gaps = ask
        .iter()
        .flat_map(|(workflow, own)| gaps(workflow, own, read));
    account.unreadable.extend(gaps);
}

/// What a workflow's verdict lacks: one gap for each kind and reason.
fn gaps(workflow: &str, own: &BTreeSet<Arn>, read: &Answers) -> Vec<Unread> {
    let mut lacking: BTreeMap<(ResourceKind, &str), Vec<&str>> = BTreeMap::new();
    for arn in own {
        if let (Some((kind, name)), Some(Fetched::Denied(why) | Fetched::Failed(why))) =
            (named(arn), read.get(arn))
        {
            let names = lacking.entry((kind, why)).or_default();
            // A function and its alias have one name.
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    let gap =
        |what: String, why: &str| Unread::of_workflow(workflow, Input::ResourcePolicies, what, why);
    let mut gaps: Vec<Unread> = lacking
        .into_iter()
        .map(|((kind, why), names)| gap(in_words(kind, &names), why))
        .collect();
    if own.len() > MOST {
        let what = "the policies of the resources that it acts on";
        let why = format!("they are {}: no more than {MOST} are read", own.len());
        gaps.push(gap(what.to_owned(), &why));
    }
    gaps
}

fn in_words(kind: ResourceKind, names: &[&str]) -> String {
    let (policies, plural) = match names.len() {
        1 => ("policy", ""),
        _ => ("policies", "s"),
    };
    let names = names.join("`, `");
    format!("the {policies} of the {}{plural} `{names}`", kind.word())
}
