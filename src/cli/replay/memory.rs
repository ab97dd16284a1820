//! The state port over a state file: the records of the file, and the index that a sweep of the account would have made.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::arn::{AccountRegion, Arn};
use crate::baselines::{
    Baselines, Known, Lease, LeaseResult, Noted, Page, StateError, Sweep, Tally, Waiting,
};
use crate::config::Config;
use crate::local::State;
use crate::moment::Moment;
use crate::pipeline;
use crate::snapshot::Account;
use crate::verdict::{Dependency, Record, StartShape};

/// A state file for one run: nobody else is at it, so that every lease is free, and no event was dealt with before.
pub(super) struct Memory<'a> {
    pub account: &'a Account,
    pub config: &'a Config,
    pub state: Mutex<State>,
}

type Answer<T> = Result<T, StateError>;

impl Memory<'_> {
    /// A panic elsewhere leaves records that are whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Baselines for Memory<'_> {
    async fn take(&self, workflow: &Arn, _lease: &Lease) -> Answer<LeaseResult> {
        let record = self.state().get(workflow).cloned();
        Ok(LeaseResult::Acquired(record.map(Box::new)))
    }

    async fn keep(
        &self,
        record: &Record,
        _rested_on: &[Dependency],
        _lease: &Lease,
        _tally: Option<&Tally>,
    ) -> Answer<()> {
        self.state().keep(record.clone());
        Ok(())
    }

    async fn forget(
        &self,
        workflow: &Arn,
        _rested_on: &[Dependency],
        _lease: &Lease,
        _tally: Option<&Tally>,
    ) -> Answer<()> {
        self.state().forget(workflow);
        Ok(())
    }

    async fn release(&self, _workflow: &Arn, _lease: &Lease) -> Answer<()> {
        Ok(())
    }

    async fn look(&self, workflow: &Arn) -> Answer<Option<Record>> {
        Ok(self.state().get(workflow).cloned())
    }

    async fn resting_on(&self, rest: &Dependency) -> Answer<Vec<Arn>> {
        let rests = std::slice::from_ref(rest);
        Ok(pipeline::among(self.account, self.config, rests))
    }

    async fn known(&self, _home: &AccountRegion) -> Answer<Vec<Known>> {
        let all = self.account.workflows.iter();
        let each = all.filter_map(|machine| {
            Some(Known {
                workflow: Arn::parse(&machine.arn)?,
                sweep: None,
            })
        });
        Ok(each.collect())
    }

    async fn handled(&self, _event: &str) -> Answer<bool> {
        Ok(false)
    }

    async fn remember(&self, _event: &str, _until: Moment) -> Answer<()> {
        Ok(())
    }

    async fn note(&self, _noted: &Noted) -> Answer<()> {
        Ok(())
    }

    async fn noted(&self, _event: &str) -> Answer<Option<Noted>> {
        Ok(None)
    }

    async fn wait(&self, _in: &AccountRegion, _waiting: &[Waiting], _until: Moment) -> Answer<()> {
        Ok(())
    }

    async fn waiting(&self, _in: &AccountRegion) -> Answer<Vec<Waiting>> {
        Ok(Vec::new())
    }

    async fn waited(&self, _in: &AccountRegion, _waiting: &Waiting) -> Answer<()> {
        Ok(())
    }

    async fn turn(&self, _in: &AccountRegion, _now: Moment) -> Answer<bool> {
        Ok(false)
    }

    async fn starts(&self, _account: &str) -> Answer<BTreeMap<String, StartShape>> {
        Ok(BTreeMap::new())
    }

    async fn keep_starts(
        &self,
        _account: &str,
        _changed: &BTreeMap<String, Option<StartShape>>,
    ) -> Answer<()> {
        Ok(())
    }

    async fn sweep(&self, _home: &AccountRegion) -> Answer<Option<Sweep>> {
        Ok(None)
    }

    async fn begin(
        &self,
        _home: &AccountRegion,
        _sweep: &Sweep,
        _instead_of: Option<&str>,
    ) -> Answer<bool> {
        Ok(false)
    }

    async fn listed(&self, _home: &AccountRegion, _sweep: &str, _page: Page) -> Answer<()> {
        Ok(())
    }

    async fn finish(&self, _home: &AccountRegion, _sweep: &str) -> Answer<bool> {
        Ok(false)
    }
}
