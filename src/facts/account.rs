//! The account, read once: every workflow by itself, every principal with its policies; and the join.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::Facts;
use super::entry::{self, EntryIndex};
use super::execution_role::{holders, role_facts};
use super::layers;
use crate::analysis::{self, TaskFacts, WorkflowAnalysis};
use crate::arn::Arn;
use crate::budget;
use crate::catalog::IntegrationKind;
use crate::config::Config;
use crate::entry_points::EntryPoints;
use crate::functions::{self, FunctionFacts};
use crate::gap::{Gap, GapSubject, Input, Unread};
use crate::glob::Glob;
use crate::grants::sharing::Shared;
use crate::grants::{RoleFacts, assessment};
use crate::iam::{AccountLayers, Principals};
use crate::log_delivery;
use crate::need::{Need, Phase};
use crate::severity::Severity;
use crate::snapshot::{Account, Fetched};
use crate::starters::{self, StartIndex};
use crate::taint;
use crate::trust::{self, Sharer, TrustFacts};
use crate::value::{Source, Unknown};

/// An account with everything parsed that its workflows share.
pub struct AccountFacts<'a> {
    /// As read.
    pub snapshot: &'a Account,
    /// The configuration.
    pub config: &'a Config,
    /// Users and roles with their policies.
    pub principals: Principals,
    /// What stands above the account and at its resources.
    pub layers: AccountLayers,
    /// The workflows by themselves, in the order of the snapshot.
    pub analyses: Vec<WorkflowAnalysis>,
    roles: BTreeMap<String, (RoleFacts, Vec<Gap>)>,
    /// What of the account escalation paths could use.
    around: assessment::Around,
    /// Indexes of analyses by role ARN.
    by_role: BTreeMap<String, Vec<usize>>,
    /// What the sharers of a role need.
    shared: Shared,
    /// Who may start what, of the principals that were read.
    pub(super) starts: StartIndex,
    /// What each analysis needs, in comparable form.
    needs: Vec<BTreeSet<String>>,
    /// What begins executions, and which workflow starts which.
    pub(super) entry: EntryIndex,
}

impl<'a> AccountFacts<'a> {
    /// Parses the account.
    pub fn new(snapshot: &'a Account, config: &'a Config) -> Self {
        let layers = AccountLayers::of(snapshot);
        let principals = layers::principals(snapshot, &layers);
        let analyses: Vec<WorkflowAnalysis> = snapshot
            .workflows
            .iter()
            .map(|machine| WorkflowAnalysis::new(snapshot, machine, config))
            .collect();
        let mut by_role: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut roles = BTreeMap::new();
        for (index, machine) in snapshot.workflows.iter().enumerate() {
            by_role
                .entry(machine.role_arn.clone())
                .or_default()
                .push(index);
        }
        if let Some(iam) = snapshot.iam.present() {
            let holders = holders(iam);
            for role in iam.roles.iter().filter(|r| by_role.contains_key(&r.arn)) {
                let principal = Arn::parse(&role.arn).and_then(|arn| principals.get(&arn));
                roles.extend(principal.map(|p| (role.arn.clone(), role_facts(p, role, &holders))));
            }
        }
        let around = starters::Surroundings::of(snapshot, &config.trusted_accounts).under(&layers);
        let starts = StartIndex::new(&principals, &around);
        let needs = analyses.iter().map(|d| trust::comparable(&d.needs));
        let role_of = |place: usize| -> Option<&RoleFacts> {
            let machine = snapshot.workflows.get(place)?;
            roles.get(&machine.role_arn).map(|(facts, _)| facts)
        };
        let links = entry::Links::of(&analyses, &role_of);
        Self {
            entry: EntryIndex::new(EntryPoints::of(snapshot), links),
            snapshot,
            config,
            around: assessment::Around::of(snapshot, &principals),
            principals,
            layers,
            needs: needs.collect(),
            shared: Shared::of(&analyses, &by_role),
            analyses,
            roles,
            by_role,
            starts,
        }
    }

    /// The facts of each workflow, in the order of the snapshot.
    pub fn facts(&self) -> impl Iterator<Item = Facts<'_>> {
        (0..self.analyses.len()).filter_map(|index| self.workflow(index))
    }

    /// The facts of the workflow at this index of the snapshot, as far as its budget goes.
    pub fn workflow(&self, index: usize) -> Option<Facts<'_>> {
        let (facts, cuts) = budget::within(budget::JOIN, || self.joined(index));
        let mut facts = match facts {
            Some(facts) => facts?,
            None => {
                let analysis = self.analyses.get(index)?;
                let gaps = analysis.gaps.clone();
                Facts::only_gaps(self.config, &analysis.workflow, &analysis.definition, gaps)
            }
        };
        let more = analysis::stopped("the workflow beside its role and account", &cuts);
        facts.gaps.extend(more);
        Some(facts)
    }

    fn joined(&self, index: usize) -> Option<Facts<'_>> {
        let analysis = self.analyses.get(index)?;
        let machine = self.snapshot.workflows.get(index)?;
        let mut gaps = analysis.gaps.clone();
        gaps.extend(unreadable_for(self.snapshot, &machine.arn));
        gaps.extend(layers::gaps(&self.layers));
        let role = self.roles.get(&machine.role_arn);
        match role {
            Some((_, role_gaps)) => gaps.extend(role_gaps.iter().cloned()),
            None => gaps.extend(self.no_role(&machine.role_arn)),
        }
        let others: Vec<usize> = self
            .by_role
            .get(&machine.role_arn)
            .into_iter()
            .flatten()
            .copied()
            .filter(|i| *i != index)
            .collect();
        let (trust, trust_gaps) = self.trust(index, analysis, &machine.role_arn, &others);
        gaps.extend(trust_gaps);
        let (functions, function_gaps) = self.functions(analysis, &machine.role_arn);
        gaps.extend(function_gaps);
        let tags = (machine.tags.present().is_some() || self.snapshot.tags.present().is_some())
            .then_some(analysis.workflow.tags.as_slice());
        let starters = self.starts.starters(&analysis.workflow, tags);
        gaps.extend(starters::gaps(&starters));
        gaps.extend(self.entry.gaps(&starters));
        let others: Vec<&WorkflowAnalysis> = others
            .into_iter()
            .filter_map(|i| self.analyses.get(i))
            .collect();
        let role = role.map(|(facts, _)| facts);
        let grants = role.filter(|r| r.whole).map(RoleFacts::grants);
        let lacks = |action: &str| {
            grants
                .as_ref()
                .is_some_and(|all| !all.iter().any(|g| g.allows(action, &Glob::literal("*"))))
        };
        let (mut logging, log_gaps) =
            log_delivery::gather(&analysis.workflow, &self.snapshot.log_groups, lacks);
        gaps.extend(log_gaps);
        log_delivery::look_at_keys(&mut logging, &|key| {
            self.layers.policy_of(key, None).cloned()
        });
        logging.held_back = role.is_some_and(|r| log_delivery::held_back(&r.authority));
        let taint = taint::find(
            &analysis.definition,
            &analysis.flow,
            &analysis.needs,
            role,
            analysis.tasks.iter().map(|t| (t.state, &t.integration)),
        );
        let around = self.snapshot.iam.present().map(|_| &self.around);
        let judged = role.map(|role| judge(analysis, role, &taint, around));
        let supplies = judged.unwrap_or_default();
        let entry = self.entry(index, &starters, &taint);
        Some(Facts {
            config: self.config,
            entry,
            starts: Some(&self.starts),
            layers: Some(layers::LayerFacts::of(self.snapshot, &self.layers)),
            flow: Some(&analysis.flow),
            taint,
            wiring: OnceLock::new(),
            workflow: &analysis.workflow,
            definition: &analysis.definition,
            tasks: &analysis.tasks,
            needs: &analysis.needs,
            shared_with: others.iter().map(|d| d.workflow.name.clone()).collect(),
            others_needs: self
                .shared
                .of_others(&self.analyses, &machine.role_arn, index),
            role,
            supplies,
            logging,
            trust,
            starters,
            functions,
            secrets: &analysis.secrets.sites,
            redactor: Some(&analysis.secrets.redactor),
            gaps,
        })
    }

    /// Who can be the workflow's role, and which other workflows are.
    fn trust(
        &self,
        index: usize,
        analysis: &WorkflowAnalysis,
        role: &str,
        others: &[usize],
    ) -> (TrustFacts, Vec<Gap>) {
        let principal = Arn::parse(role).and_then(|arn| self.principals.get(&arn));
        let sharers = others.iter().filter_map(|i| {
            Some(Sharer {
                name: self.analyses.get(*i)?.workflow.name.clone(),
                same_needs: self.needs.get(*i) == self.needs.get(index),
            })
        });
        let facts = trust::gather(
            principal.and_then(|p| p.trust.as_ref()),
            &analysis.workflow.arn,
            analysis.definition.has_distributed_map(),
            sharers.collect(),
        );
        (facts, principal.map(trust::gaps).unwrap_or_default())
    }

    fn functions(&self, analysis: &WorkflowAnalysis, role: &str) -> (FunctionFacts, Vec<Gap>) {
        let calls_lambda = |task: &&TaskFacts| {
            let operation = task.integration.operation();
            task.integration.service() == "lambda"
                && (operation.eq_ignore_ascii_case("invoke")
                    || operation.eq_ignore_ascii_case("invokeAsync"))
        };
        let around = functions::FunctionContext {
            functions: &self.snapshot.functions,
            principals: self.snapshot.iam.present().map(|_| &self.principals),
            role: self.roles.get(role).map(|(facts, _)| &facts.authority),
        };
        functions::gather(
            &analysis.workflow.arn,
            &analysis.definition,
            &analysis.needs,
            analysis.tasks.iter().filter(calls_lambda).map(|t| t.state),
            &around,
        )
    }

    fn no_role(&self, arn: &str) -> Option<Gap> {
        let what = format!("the execution role `{arn}`");
        Some(match &self.snapshot.iam {
            Fetched::Present(_) if arn.is_empty() => {
                Gap::optional(Input::ExecutionRole, "the execution role", "none is given")
            }
            Fetched::Present(_) if self.snapshot.iam_is_whole => {
                Gap::new(Input::ExecutionRole, what, "it does not exist")
            }
            Fetched::Present(_) => {
                let why = "it is not among the roles that were read: it stands elsewhere, or does not exist";
                Gap::new(Input::ExecutionRole, what, why)
            }
            Fetched::Denied(why) | Fetched::Failed(why) => {
                Gap::new(Input::ExecutionRole, what, why)
            }
            Fetched::NotCollected => Gap::optional(
                Input::ExecutionRole,
                "the execution role",
                "no role is given; `--role FILE` takes its policies",
            ),
            Fetched::Absent => Gap::new(
                Input::ExecutionRole,
                what,
                "`iam.json` is not in the snapshot",
            ),
        })
    }
}

fn judge<'a>(
    analysis: &'a WorkflowAnalysis,
    role: &'a RoleFacts,
    sinks: &[taint::TaintedSink],
    around: Option<&assessment::Around>,
) -> Vec<assessment::GrantAssessment<'a>> {
    // Of a role that is assumed or passed, the role alone counts; of any other call, all that it is given.
    let about_a_role = |need: &Need| matches!(need.phase, Phase::AssumeRole | Phase::PassRole);
    let unknowns = |need: &Need| -> Vec<Unknown> {
        match need.state {
            Some(id) if !about_a_role(need) => analysis
                .flow
                .arguments(id)
                .unknowns()
                .into_iter()
                .cloned()
                .collect(),
            _ => need.holes.clone(),
        }
    };
    let tainted = |need: &Need| {
        let state = analysis.definition.state(need.state?)?;
        let outside = |u: &Unknown| u.origins.iter().any(|o| o.source.is_tainted());
        let steered = if grants_permissions(need) {
            unknowns(need).iter().any(outside)
        } else {
            is_steered(need, sinks)
        };
        steered.then(|| state.name.clone())
    };
    let at_deployment = |u: &Unknown| {
        u.origins
            .iter()
            .all(|o| matches!(o.source, Source::Deployment(_)))
    };
    let fixed = |need: &Need| {
        let named = if grants_permissions(need) {
            unknowns(need).iter().all(at_deployment)
        } else {
            need.holes.iter().all(at_deployment) && !is_steered(need, sinks)
        };
        need.state.is_some() && named
    };
    let state_name = |need: &Need| {
        let state = need.state.and_then(|id| analysis.definition.state(id));
        state.map_or_else(|| "the workflow".to_owned(), |s| s.name.clone())
    };
    let unknown_services: Vec<String> = analysis.tasks.iter().filter_map(unknown_service).collect();
    assessment::judge(&assessment::Context {
        role,
        needs: &analysis.needs,
        tainted: &tainted,
        fixed: &fixed,
        around,
        state_name: &state_name,
        unknown_services: &unknown_services,
    })
}

/// Whether every argument of the call may decide what is granted to whom; of other calls, what the input rules look at.
fn grants_permissions(need: &Need) -> bool {
    let prefix = need.action.split(':').next().unwrap_or_default();
    matches!(need.phase, Phase::AssumeRole | Phase::PassRole)
        || ["iam", "sts", "sso", "organizations"].contains(&prefix)
}

/// Whether somebody outside decides what the need's state acts on, runs or acts as.
fn is_steered(need: &Need, sinks: &[taint::TaintedSink]) -> bool {
    sinks.iter().any(|sink| {
        let least = match sink.kind {
            taint::SinkKind::Command { .. } => Severity::High,
            taint::SinkKind::Target { .. } | taint::SinkKind::Credentials { .. } => {
                Severity::Medium
            }
        };
        Some(sink.state) == need.state
            && sink
                .actions()
                .iter()
                .any(|a| a.eq_ignore_ascii_case(&need.action))
            && sink.severity().is_some_and(|s| s >= least)
    })
}

/// What could not be read and concerns this workflow: what is about it, or about the whole account.
fn unreadable_for(snapshot: &Account, arn: &str) -> Vec<Gap> {
    let concerns = |one: &&Unread| match &one.subject {
        GapSubject::Workflow(subject) => subject == arn,
        GapSubject::UnknownWorkflow(_) => false,
        GapSubject::Account => true,
    };
    let unread = snapshot.unreadable.iter().filter(concerns);
    unread.map(Unread::gap).collect()
}

/// Workflows of which only a file's name is known, because it could not be read: name and gap.
pub fn unknown_workflows(snapshot: &Account) -> Vec<(String, Gap)> {
    let unread = snapshot.unreadable.iter();
    let named = unread.filter_map(|one| match &one.subject {
        GapSubject::UnknownWorkflow(name) => Some((name.clone(), one.gap())),
        GapSubject::Workflow(_) | GapSubject::Account => None,
    });
    named.collect()
}

/// The IAM prefix of which it is not known what a task needs; `*` where that may be any.
fn unknown_service(task: &TaskFacts) -> Option<String> {
    // A `${…}` in the place of the resource is mostly a function, but may be any integration.
    let open = matches!(task.integration.kind, IntegrationKind::Unresolved);
    (open || task.integration.unknown_reason().is_some()).then(|| "*".to_owned())
}
