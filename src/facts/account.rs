//! The account, read once: every workflow by itself, every principal with its policies; and the join.

mod followed;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::entry::{self, EntryIndex};
use super::execution_role::{holders, role_facts};
use super::{Facts, layers, supply};
use crate::analysis::{self, TaskFacts, WorkflowAnalysis};
use crate::arn::Arn;
use crate::budget;
use crate::config::Config;
use crate::entry_points::{EntryPoint, EntryPoints};
use crate::functions::{self, FunctionFacts};
use crate::gap::{Gap, GapSubject, Input, Unread};
use crate::glob::Glob;
use crate::grants::sharing::Shared;
use crate::grants::{RoleFacts, assessment};
use crate::iam::{AccountLayers, Principals};
use crate::log_delivery;
use crate::parallel;
use crate::snapshot::{Account, Fetched, StateMachine};
use crate::starters::{self, Revision, StartIndex};
use crate::taint;
use crate::trust::{self, Sharers, TrustFacts};
use crate::workflow::Workflow;

/// More workflows with the same role than this are counted, not named.
const SHARERS_NAMED: usize = 5;

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
    /// The settings of the workflows, in the order of the snapshot.
    pub(super) workflows: Vec<Workflow>,
    /// The first workflows by themselves. The others are followed again when they are judged: of an account of thousands,
    /// what is known of each is much more than it is itself.
    analyses: Vec<WorkflowAnalysis>,
    roles: BTreeMap<String, (RoleFacts, Vec<Gap>)>,
    /// What of the account escalation paths could use.
    around: assessment::Around,
    /// Indexes of workflows by role ARN.
    by_role: BTreeMap<String, Vec<usize>>,
    /// What the sharers of a role need.
    shared: Shared,
    /// Who may start what, of the principals that were read.
    pub(super) starts: StartIndex,
    /// What begins executions, and which workflow starts which.
    pub(super) entry: EntryIndex,
}

impl<'a> AccountFacts<'a> {
    /// Parses the account.
    pub fn new(snapshot: &'a Account, config: &'a Config) -> Self {
        let layers = AccountLayers::of(snapshot);
        let principals = layers::principals(snapshot, &layers);
        let mut by_role: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, machine) in snapshot.workflows.iter().enumerate() {
            by_role
                .entry(machine.role_arn.clone())
                .or_default()
                .push(index);
        }
        let mut roles = BTreeMap::new();
        let versions = snapshot.versions.iter();
        let older: BTreeSet<&str> = versions.map(|v| v.role_arn.as_str()).collect();
        if let Some(iam) = snapshot.iam.present() {
            let holders = holders(iam);
            let used = |arn: &str| by_role.contains_key(arn) || older.contains(arn);
            for role in iam.roles.iter().filter(|r| used(&r.arn)) {
                let principal = Arn::parse(&role.arn).and_then(|arn| principals.get(&arn));
                roles.extend(principal.map(|p| (role.arn.clone(), role_facts(p, role, &holders))));
            }
        }
        let around = starters::Surroundings::of(snapshot, &config.trusted_accounts).under(&layers);
        let mut facts = Self {
            entry: EntryIndex::default(),
            snapshot,
            config,
            around: assessment::Around::of(snapshot, &principals),
            starts: StartIndex::new(&principals, &around),
            principals,
            layers,
            workflows: Vec::with_capacity(snapshot.workflows.len()),
            shared: Shared::default(),
            analyses: Vec::new(),
            roles,
            by_role,
        };
        let starts = facts.follow_all();
        let role_of = |place: usize| -> Option<&RoleFacts> {
            let machine = snapshot.workflows.get(place)?;
            facts.roles.get(&machine.role_arn).map(|(facts, _)| facts)
        };
        let points = EntryPoints::of(snapshot);
        let whole = snapshot.iam_is_whole;
        let may_start = |point: &EntryPoint, workflow: &Workflow| {
            entry::may_start(point, workflow, &facts.principals, whole)
        };
        let links = entry::Links::of(&starts, &facts.workflows, &role_of, &points, &may_start);
        facts.entry = EntryIndex::new(points, links);
        facts
    }

    fn follow(&self, index: usize) -> Option<WorkflowAnalysis> {
        let machine = self.snapshot.workflows.get(index)?;
        Some(WorkflowAnalysis::new(self.snapshot, machine, self.config))
    }

    /// How many workflows there are.
    pub fn workflow_count(&self) -> usize {
        self.workflows.len()
    }

    /// What `judge` makes of the facts of the workflow at this index of the snapshot.
    pub fn with<R>(&self, index: usize, judge: impl FnOnce(Facts<'_>) -> R) -> Option<R> {
        let machine = self.snapshot.workflows.get(index)?;
        match self.analyses.get(index) {
            Some(analysis) => self.of(index, machine, analysis).map(judge),
            None => {
                let analysis = self.follow(index)?;
                self.of(index, machine, &analysis).map(judge)
            }
        }
    }

    /// What `judge` makes of the facts of a published version, in the place of its workflow, every other as it is.
    pub fn version<R>(
        &self,
        index: usize,
        version: &StateMachine,
        judge: impl FnOnce(Facts<'_>) -> R,
    ) -> Option<R> {
        let analysis = WorkflowAnalysis::new(self.snapshot, version, self.config);
        self.of(index, version, &analysis).map(judge)
    }

    /// What `judge` makes of the facts of each workflow, in the order of the snapshot; of the first so many only.
    pub fn each<R: Send>(&self, first: usize, judge: impl Fn(Facts<'_>) -> R + Sync) -> Vec<R> {
        let answer = |index| self.with(index, &judge);
        let answers = parallel::map(0..first.min(self.workflow_count()), answer);
        answers.into_iter().flatten().collect()
    }

    /// The facts of one workflow, as far as its budget goes.
    fn of<'f>(
        &'f self,
        index: usize,
        machine: &StateMachine,
        analysis: &'f WorkflowAnalysis,
    ) -> Option<Facts<'f>> {
        let joined = || self.joined(index, machine, analysis);
        let (facts, cuts) = budget::within(budget::JOIN, joined);
        let mut facts = match facts {
            Some(facts) => facts?,
            None => {
                let gaps = analysis.gaps.clone();
                Facts::only_gaps(self.config, &analysis.workflow, &analysis.definition, gaps)
            }
        };
        let more = analysis::stopped("the workflow beside its role and account", &cuts);
        facts.gaps.extend(more);
        Some(facts)
    }

    /// How this revision of its workflow can be asked for.
    fn revision(&self, machine: &StateMachine) -> Revision {
        let is_same = |version: &&StateMachine| {
            version.arn == machine.arn
                && version.definition == machine.definition
                && version.role_arn == machine.role_arn
        };
        let same = self.snapshot.versions.iter().filter(is_same);
        let mut unread = self.snapshot.unreadable.iter();
        let whole = self.snapshot.versions_are_read
            && !unread.any(|unread| unread.input == Input::Versions);
        Revision {
            unqualified: machine.version.is_none(),
            numbers: whole.then(|| same.filter_map(|v| v.version.clone()).collect()),
        }
    }

    fn joined<'f>(
        &'f self,
        index: usize,
        machine: &StateMachine,
        analysis: &'f WorkflowAnalysis,
    ) -> Option<Facts<'f>> {
        let mut gaps = analysis.gaps.clone();
        gaps.extend(unreadable_for(self.snapshot, &machine.arn));
        gaps.extend(layers::gaps(&self.layers));
        gaps.extend(layers::of_logs_unread(self.snapshot, &analysis.workflow));
        let role = self.roles.get(&machine.role_arn);
        match role {
            Some((_, role_gaps)) => gaps.extend(role_gaps.iter().cloned()),
            None => gaps.extend(self.no_role(&machine.role_arn)),
        }
        let (trust, trust_gaps) = self.trust(index, analysis, &machine.role_arn);
        gaps.extend(trust_gaps);
        let (functions, function_gaps) = self.functions(analysis, &machine.role_arn);
        gaps.extend(function_gaps);
        let tags = (machine.tags.present().is_some() || self.snapshot.tags.present().is_some())
            .then_some(analysis.workflow.tags.as_slice());
        let revision = self.revision(machine);
        let starters = self.starts.starters(&analysis.workflow, tags, &revision);
        gaps.extend(starters::gaps(&starters));
        gaps.extend(self.entry.gaps(&starters));
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
        let elsewhere = &self.snapshot.log_groups_elsewhere;
        gaps.extend(log_delivery::leave_out(&mut logging, elsewhere));
        log_delivery::look_at_keys(&mut logging, &|key| {
            self.layers.policy_of(key, None).cloned()
        });
        if let Some(policies) = &self.layers.of_logs {
            log_delivery::look_at_delivery(&mut logging, policies);
        }
        logging.held_back = role.is_some_and(|r| log_delivery::held_back(&r.authority));
        let taint = taint::find(
            &analysis.definition,
            &analysis.flow,
            &analysis.needs,
            role,
            analysis.tasks.iter().map(|t| (t.state, &t.integration)),
        );
        let around = self.snapshot.iam.present().map(|_| &self.around);
        let judged = role.map(|role| supply::judge(analysis, role, &taint, around));
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
            places: OnceLock::new(),
            statements: OnceLock::new(),
            workflow: &analysis.workflow,
            definition: &analysis.definition,
            tasks: &analysis.tasks,
            needs: &analysis.needs,
            others_needs: self.shared.of_others(&machine.role_arn, index),
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
    ) -> (TrustFacts, Vec<Gap>) {
        let principal = Arn::parse(role).and_then(|arn| self.principals.get(&arn));
        let users = self.by_role.get(role).map_or(&[][..], Vec::as_slice);
        let others = || users.iter().filter(|i| **i != index);
        let name = |i: &usize| Some(self.workflows.get(*i)?.name.clone());
        let sharers = Sharers {
            count: users.len() - usize::from(users.binary_search(&index).is_ok()),
            named: others().take(SHARERS_NAMED).filter_map(name).collect(),
            differ: self.shared.differ(role),
        };
        let facts = trust::gather(
            principal.and_then(|p| p.trust.as_ref()),
            &analysis.workflow.arn,
            analysis.definition.has_distributed_map(),
            sharers,
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
