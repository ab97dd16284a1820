//! The state port in memory.

use std::collections::{BTreeMap, BTreeSet};

use super::super::*;
use super::world::World;
use crate::arn::{AccountRegion, Arn};
use crate::baselines::{Known, Lease, LeaseResult, Noted, Page, Sweep, Tally, Waiting};
use crate::verdict::{Dependency, Record, StartShape};

#[derive(Default)]
pub(super) struct Table {
    /// As text, as it is kept.
    pub(super) records: BTreeMap<String, String>,
    leases: BTreeMap<String, (String, Moment)>,
    pub(super) index: BTreeSet<(String, String)>,
    swept: BTreeMap<String, String>,
    events: BTreeSet<String>,
    pub(super) starts: BTreeMap<String, StartShape>,
    pub(super) sweep: Option<Sweep>,
    noted: BTreeMap<String, String>,
    pub(super) waiting: BTreeSet<(String, String)>,
    turn: Moment,
}

impl Table {
    fn holds(&self, workflow: &Arn, lease: &Lease) -> Result<(), StateError> {
        match self.leases.get(workflow.as_str()) {
            Some((holder, _)) if *holder == lease.holder => Ok(()),
            _ => Err(StateError::Lost(workflow.clone())),
        }
    }

    fn count(&mut self, tally: Option<&Tally>) {
        if let (Some(tally), Some(sweep)) = (tally, &mut self.sweep)
            && sweep.id == tally.sweep
        {
            sweep.done += 1;
            sweep.critical += u64::from(tally.counts.get(crate::severity::Severity::Critical) > 0);
            sweep.counts.merge(&tally.counts);
        }
    }

    fn unindex(&mut self, workflow: &Arn, rests: &[Dependency]) {
        for rest in rests {
            self.index
                .remove(&(rest.to_string(), workflow.as_str().to_owned()));
        }
    }
}

fn unavailable(why: String) -> StateError {
    StateError::Unavailable(why)
}

impl World {
    async fn state<T>(
        &self,
        call: String,
        act: impl FnOnce(&mut Table) -> Result<T, StateError>,
    ) -> Result<T, StateError> {
        self.call(call).await.map_err(unavailable)?;
        act(&mut self.lock().table)
    }
}

impl Baselines for World {
    async fn take(&self, workflow: &Arn, lease: &Lease) -> Result<LeaseResult, StateError> {
        self.state(format!("take {workflow}"), |table| {
            let key = workflow.as_str().to_owned();
            if let Some((holder, until)) = table.leases.get(&key)
                && *holder != lease.holder
                && *until > lease.now
            {
                return Ok(LeaseResult::Held);
            }
            table
                .leases
                .insert(key.clone(), (lease.holder.clone(), lease.until));
            let record = table.records.get(&key);
            let record = record.map(|text| serde_json::from_str(text).unwrap());
            Ok(LeaseResult::Acquired(record))
        })
        .await
    }

    async fn keep(
        &self,
        record: &Record,
        rested_on: &[Dependency],
        lease: &Lease,
        tally: Option<&Tally>,
    ) -> Result<(), StateError> {
        self.state(format!("keep {}", record.workflow), |table| {
            table.holds(&record.workflow, lease)?;
            let key = record.workflow.as_str().to_owned();
            table.unindex(&record.workflow, rested_on);
            for rest in &record.depends_on {
                table.index.insert((rest.to_string(), key.clone()));
            }
            let text = serde_json::to_string(record).unwrap();
            table.records.insert(key.clone(), text);
            if let Some(sweep) = &record.sweep {
                table.swept.insert(key.clone(), sweep.clone());
            }
            table.leases.remove(&key);
            table.count(tally);
            Ok(())
        })
        .await
    }

    async fn forget(
        &self,
        workflow: &Arn,
        rested_on: &[Dependency],
        lease: &Lease,
        tally: Option<&Tally>,
    ) -> Result<(), StateError> {
        self.state(format!("forget {workflow}"), |table| {
            table.holds(workflow, lease)?;
            table.unindex(workflow, rested_on);
            table.records.remove(workflow.as_str());
            table.swept.remove(workflow.as_str());
            table.leases.remove(workflow.as_str());
            table.count(tally);
            Ok(())
        })
        .await
    }

    async fn release(&self, workflow: &Arn, lease: &Lease) -> Result<(), StateError> {
        self.state(format!("release {workflow}"), |table| {
            table.holds(workflow, lease)?;
            table.leases.remove(workflow.as_str());
            Ok(())
        })
        .await
    }

    async fn look(&self, workflow: &Arn) -> Result<Option<Record>, StateError> {
        self.state(format!("look {workflow}"), |table| {
            let record = table.records.get(workflow.as_str());
            Ok(record.map(|text| serde_json::from_str(text).unwrap()))
        })
        .await
    }

    async fn resting_on(&self, rest: &Dependency) -> Result<Vec<Arn>, StateError> {
        self.state(format!("query {rest}"), |table| {
            let rest = rest.to_string();
            let found = table.index.iter().filter(|(on, _)| *on == rest);
            Ok(found.filter_map(|(_, arn)| Arn::parse(arn)).collect())
        })
        .await
    }

    async fn known(&self, _home: &AccountRegion) -> Result<Vec<Known>, StateError> {
        self.state("query workflows".to_owned(), |table| {
            let known = table.records.keys().filter_map(|arn| {
                Some(Known {
                    workflow: Arn::parse(arn)?,
                    sweep: table.swept.get(arn).cloned(),
                })
            });
            Ok(known.collect())
        })
        .await
    }

    async fn handled(&self, event: &str) -> Result<bool, StateError> {
        self.state(format!("handled {event}"), |table| {
            Ok(table.events.contains(event))
        })
        .await
    }

    async fn remember(&self, event: &str, _until: Moment) -> Result<(), StateError> {
        self.state(format!("remember {event}"), |table| {
            table.events.insert(event.to_owned());
            Ok(())
        })
        .await
    }

    async fn note(&self, noted: &Noted) -> Result<(), StateError> {
        let id = noted.change.event.id.clone();
        self.state(format!("note {id}"), |table| {
            table
                .noted
                .insert(id, serde_json::to_string(noted).unwrap());
            Ok(())
        })
        .await
    }

    async fn noted(&self, event: &str) -> Result<Option<Noted>, StateError> {
        self.state(format!("noted {event}"), |table| {
            let noted = table.noted.get(event);
            Ok(noted.map(|text| serde_json::from_str(text).unwrap()))
        })
        .await
    }

    async fn wait(
        &self,
        _recorded_in: &AccountRegion,
        waiting: &[Waiting],
        _until: Moment,
    ) -> Result<(), StateError> {
        self.state("wait".to_owned(), |table| {
            let each = waiting
                .iter()
                .map(|w| (w.event.clone(), w.workflow.to_string()));
            table.waiting.extend(each);
            Ok(())
        })
        .await
    }

    async fn waiting(&self, _recorded_in: &AccountRegion) -> Result<Vec<Waiting>, StateError> {
        self.state("query waiting".to_owned(), |table| {
            let each = table.waiting.iter().map(|(event, workflow)| Waiting {
                event: event.clone(),
                workflow: Arn::parse(workflow).unwrap(),
            });
            Ok(each.collect())
        })
        .await
    }

    async fn waited(
        &self,
        _recorded_in: &AccountRegion,
        waiting: &Waiting,
    ) -> Result<(), StateError> {
        self.state("waited".to_owned(), |table| {
            let key = (waiting.event.clone(), waiting.workflow.to_string());
            table.waiting.remove(&key);
            Ok(())
        })
        .await
    }

    async fn turn(&self, _recorded_in: &AccountRegion, now: Moment) -> Result<bool, StateError> {
        self.state("turn".to_owned(), |table| {
            let free = table.turn < now;
            table.turn = table.turn.max(now);
            Ok(free)
        })
        .await
    }

    async fn starts(&self, _account: &str) -> Result<BTreeMap<String, StartShape>, StateError> {
        self.state("query starts".to_owned(), |table| Ok(table.starts.clone()))
            .await
    }

    async fn keep_starts(
        &self,
        _account: &str,
        changed: &BTreeMap<String, Option<StartShape>>,
    ) -> Result<(), StateError> {
        self.state("keep starts".to_owned(), |table| {
            for (name, shape) in changed {
                match shape {
                    Some(shape) => table.starts.insert(name.clone(), shape.clone()),
                    None => table.starts.remove(name),
                };
            }
            Ok(())
        })
        .await
    }

    async fn sweep(&self, _home: &AccountRegion) -> Result<Option<Sweep>, StateError> {
        self.state("sweep".to_owned(), |table| Ok(table.sweep.clone()))
            .await
    }

    async fn begin(
        &self,
        _home: &AccountRegion,
        sweep: &Sweep,
        instead_of: Option<&str>,
    ) -> Result<bool, StateError> {
        self.state("begin".to_owned(), |table| {
            let present = table.sweep.as_ref().map(|s| s.id.as_str());
            let begins = present == instead_of;
            if begins {
                table.sweep = Some(sweep.clone());
            }
            Ok(begins)
        })
        .await
    }

    async fn listed(&self, _home: &AccountRegion, id: &str, page: Page) -> Result<(), StateError> {
        self.state(format!("listed {}", page.number), |table| {
            if let Some(sweep) = &mut table.sweep
                && sweep.id == id
                && sweep.pages == page.number
            {
                sweep.pages += 1;
                sweep.listed += page.workflows;
                sweep.whole |= page.last;
            }
            Ok(())
        })
        .await
    }

    async fn finish(&self, _home: &AccountRegion, id: &str) -> Result<bool, StateError> {
        self.state("finish".to_owned(), |table| {
            Ok(match &mut table.sweep {
                Some(sweep) if sweep.id == id && !sweep.finished => {
                    sweep.finished = true;
                    true
                }
                _ => false,
            })
        })
        .await
    }
}
