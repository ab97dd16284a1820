//! Reading an account's principals into the index, and asking it for one workflow.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock, PoisonError};

use super::group::{self, Group};
use super::known::{self, Asker, Surroundings};
use super::takers::{self, Services};
use super::{
    Actor, Asking, Direct, Grant, Revision, StartGrant, StartIndex, Starter, Starters, Way, decide,
    grants, hops, services, unread,
};
use crate::budget;
use crate::iam::{Effect, Policy, Principal, Principals, Statement};
use crate::trust;
use crate::workflow::Workflow;

impl StartIndex {
    /// Reads the account.
    pub fn new(principals: &Principals, around: &Surroundings) -> Self {
        let mut index = Self {
            trusted: around.trusted.clone(),
            resources: around.resources.clone(),
            whole: around.whole,
            ..Self::default()
        };
        let (mut starting, mut taking) = (Gathering::default(), Gathering::default());
        for principal in principals.iter() {
            // Service-linked roles are AWS's own: nobody else can become them.
            let resource = principal.arn.resource();
            if resource.starts_with("role/aws-service-role/")
                || index.places.contains_key(principal.arn.as_str())
            {
                continue;
            }
            let id = index.actors.len();
            let actor = actor(principal, around);
            index.places.insert(actor.arn.to_string(), id);
            if actor.admin {
                index.administrators.push(id);
            } else {
                index.sort(id, &actor, &mut starting, &mut taking);
            }
            let own = actor.arn.account();
            let mut admissions = actor.admissions.iter();
            if admissions.any(|a| a.outside(own, &index.trusted).is_some()) {
                index.open.push(id);
            }
            index.actors.push(actor);
        }
        for group in index.groups.iter_mut().chain(&mut index.takers) {
            let arn = |place: &usize| index.actors.get(*place).map(|a| &a.arn);
            group.members.sort_by(|a, b| arn(a).cmp(&arn(b)));
        }
        index
    }

    /// Puts a principal that is no administrator to those who are like it.
    fn sort(&mut self, id: usize, actor: &Actor, starting: &mut Gathering, taking: &mut Gathering) {
        if unread::may_hide_a_start(&actor.authority) {
            self.blind.push(actor.arn.clone());
        }
        if takers::is_one(actor) {
            let profile = group::of_taking(actor);
            taking.add(&mut self.takers, id, profile);
        }
        let policies = &actor.authority.identity;
        if !policies.iter().any(|p| grants::are_in(p)) {
            return;
        }
        let profile = group::of_starting(actor);
        let (group, is_new) = starting.add(&mut self.groups, id, profile);
        if is_new {
            policies.iter().for_each(|p| self.read(group, p));
        }
    }

    fn read(&mut self, group: usize, policy: &Arc<Policy>) {
        let allows = |s: &&Statement| s.effect == Effect::Allow;
        for statement in policy.statements.iter().filter(allows) {
            for grant in grants::of(group, policy, statement) {
                match &grant.names {
                    Some(arn) => self.named.entry(arn.clone()).or_default().push(grant),
                    None => {
                        let entry = self.wild.entry(grant.text.to_string());
                        let (_, grants) = entry.or_insert_with(|| (grant.glob.clone(), Vec::new()));
                        grants.push(grant);
                    }
                }
            }
        }
    }

    /// Who may start this workflow; `tags` are its tags where they were read.
    pub fn starters(
        &self,
        workflow: &Workflow,
        tags: Option<&[(String, String)]>,
        revision: &Revision,
    ) -> Starters<'_> {
        let list = self.list(&self.granted(workflow, tags, revision));
        // Of the execution role itself, the rules about the role tell.
        let role = workflow.role.as_ref();
        let blind = self.blind.iter().filter(|arn| Some(*arn) != role);
        let admins = self.administrators.iter();
        let admins = || admins.clone().filter_map(|id| self.actors.get(*id));
        Starters {
            known: self.whole,
            blind: blind.collect(),
            serves: (list.iter().map(|s| s.actor))
                .chain(admins())
                .flat_map(|actor| actor.serves.iter().copied())
                .collect(),
            list,
            admins: self.administrators.len(),
            administrators: admins().map(|a| &a.arn).collect(),
            unread_admins: admins()
                .filter(|a| a.trust_unread)
                .map(|a| &a.arn)
                .collect(),
            open_admins: self
                .open
                .iter()
                .filter_map(|id| Some((*id, self.actors.get(*id)?)))
                .filter(|(_, actor)| actor.admin)
                .flat_map(|(id, actor)| self.ways(id).iter().map(move |w| (&actor.arn, w)))
                .collect(),
        }
    }

    /// The same principals for a workflow of the account as it stands there, asked again and again by those that it starts.
    pub fn direct(
        &self,
        workflow: &Workflow,
        tags: Option<&[(String, String)]>,
    ) -> Vec<Starter<'_>> {
        let known = || self.direct.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known().get(workflow.arn.as_str()).cloned();
        let found = found.unwrap_or_else(|| {
            // The same whoever asks first: it spends nothing of that one's.
            let (found, _) = budget::within(budget::SHARED, || {
                self.granted(workflow, tags, &Revision::CURRENT)
            });
            let found: Direct = found.unwrap_or_default().into();
            known().insert(workflow.arn.to_string(), Arc::clone(&found));
            found
        });
        self.list(&found)
    }

    /// The groups of principals that may start it, each with the statements that let them.
    fn granted(
        &self,
        workflow: &Workflow,
        tags: Option<&[(String, String)]>,
        revision: &Revision,
    ) -> Vec<(usize, Arc<[StartGrant]>)> {
        let arn = workflow.arn.as_str();
        let mut by_group: BTreeMap<usize, Vec<StartGrant>> = BTreeMap::new();
        let asking = Asking {
            workflow,
            context: known::of_workflow(workflow, tags),
            tags,
            revision,
        };
        let mut take = |grant: &Grant, asked: &grants::Asked| {
            let group = self.groups.get(grant.group);
            if let Some(actor) = group.and_then(|g| self.actors.get(g.first))
                && let Some(start) = decide(actor, grant, asked, &asking)
            {
                by_group.entry(grant.group).or_default().push(start);
            }
        };
        let own = grants::Own::new(&workflow.arn);
        for grant in self.named.get(arn).into_iter().flatten() {
            take(grant, &own.asked(&grant.glob));
        }
        for (glob, grants) in self.wild.values().filter(|(glob, _)| own.may_match(glob)) {
            let asked = own.asked(glob);
            for grant in grants.iter().filter(|_| !asked.is_nothing()) {
                take(grant, &asked);
            }
        }
        let all = by_group.into_iter();
        all.map(|(group, grants)| (group, grants.into())).collect()
    }

    fn list(&self, granted: &[(usize, Arc<[StartGrant]>)]) -> Vec<Starter<'_>> {
        let starter = |(group, grants): &(usize, Arc<[StartGrant]>)| {
            let group = self.groups.get(*group)?;
            Some(Starter {
                actor: self.actors.get(group.first)?,
                grants: Arc::clone(grants),
                ways: self.ways(group.first),
                members: Cow::Borrowed(&group.members),
                index: self,
            })
        };
        granted.iter().filter_map(starter).collect()
    }

    pub(super) fn ways(&self, id: usize) -> &[Way] {
        match self.actors.get(id) {
            Some(actor) => actor.ways.get_or_init(|| {
                // What one workflow's judgement asks for first is the same for all: it spends nothing of that one's.
                let (ways, _) = budget::within(budget::SHARED, || hops::ways(self, actor));
                ways.unwrap_or_default()
            }),
            None => &[],
        }
    }

    /// The starter as those who have the same statements about these actions, each kind by itself.
    pub fn alike<'i>(&'i self, starter: &Starter<'i>, actions: &[String]) -> Vec<Starter<'i>> {
        if starter.count() == 1 {
            return vec![starter.clone()];
        }
        let parts = self.parts(starter, actions);
        let part = |members: &Vec<usize>| {
            Some(Starter {
                actor: self.actors.get(*members.first()?)?,
                members: Cow::Owned(members.clone()),
                ..starter.clone()
            })
        };
        match &*parts {
            [_] => vec![starter.clone()],
            parts => parts.iter().filter_map(part).collect(),
        }
    }

    fn parts(&self, starter: &Starter<'_>, actions: &[String]) -> Arc<[Vec<usize>]> {
        let first = self.places.get(starter.actor.arn.as_str()).copied();
        let key = (first.unwrap_or(usize::MAX), actions.join(" "));
        let known = || self.alike.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(parts) = known().get(&key) {
            return Arc::clone(parts);
        }
        let mut parts: Vec<Vec<usize>> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for member in starter.members.iter() {
            let about = |s: &Statement| actions.iter().any(|a| s.actions.matches(a));
            let mut text = String::new();
            let same = self.actors.get(*member).and_then(|actor| {
                group::describe(actor, about, &mut text)?;
                places.get(&text).copied()
            });
            match same.and_then(|place| parts.get_mut(place)) {
                Some(part) => part.push(*member),
                None => {
                    places.insert(text, parts.len());
                    parts.push(vec![*member]);
                }
            }
        }
        let parts: Arc<[Vec<usize>]> = parts.into();
        known().insert(key, Arc::clone(&parts));
        parts
    }

    /// The principals at these places.
    pub(super) fn at<'i>(
        &'i self,
        places: &'i [usize],
    ) -> impl Iterator<Item = (usize, &'i Actor)> {
        let each = places.iter();
        each.filter_map(|place| Some((*place, self.actors.get(*place)?)))
    }
}

/// Groups by what decides, as they are found.
#[derive(Default)]
struct Gathering {
    places: HashMap<String, usize>,
}

impl Gathering {
    /// The group that takes the principal, and whether it is a new one.
    fn add(
        &mut self,
        groups: &mut Vec<Group>,
        id: usize,
        profile: Option<String>,
    ) -> (usize, bool) {
        let next = groups.len();
        let place = match profile {
            Some(profile) => *self.places.entry(profile).or_insert(next),
            None => next,
        };
        match groups.get_mut(place) {
            Some(group) => group.members.push(id),
            None => groups.push(Group {
                first: id,
                members: vec![id],
            }),
        }
        (place, place == next)
    }
}

pub(super) fn actor(principal: &Principal, around: &Surroundings) -> Actor {
    let authority = &principal.authority;
    let arn = principal.arn.as_str();
    let mut admissions = principal.trust.as_ref().map(trust::admitted);
    for policy in &around.controls {
        let held = admissions.iter_mut();
        held.for_each(|all| trust::held_by(policy, &principal.arn, all));
    }
    let trust_unread = unread::is_trust_unread(principal);
    // What a session may bring is not known where the trust policy is not.
    let tags = around.tags.get(arn).filter(|_| !trust_unread);
    services::told(Actor {
        arn: principal.arn.clone(),
        authority: authority.clone(),
        admissions: admissions.unwrap_or_default(),
        runs: around.runs.get(arn).cloned().unwrap_or_default(),
        asker: Asker::of(authority, principal.trust.as_ref(), tags),
        allows: Services::of(authority),
        admin: principal.is_administrator(),
        serves: Vec::new(),
        configured: false,
        trust_unread,
        plain: unread::is_plain(authority),
        ceiling: grants::has_ceiling(authority),
        ways: OnceLock::new(),
    })
}
