//! Following the workflows of an account, each by itself, before they are joined.

use super::AccountFacts;
use crate::analysis::WorkflowAnalysis;
use crate::digest::Digest;
use crate::facts::entry;
use crate::parallel;
use crate::trust;
use crate::workflow::Workflow;

/// More workflows than this are not kept as they were followed.
const KEPT: usize = 256;

/// A workflow, as far as others are joined with it.
enum Read {
    /// It starts none and has its role for itself.
    Alone(Box<Workflow>),
    /// It was followed.
    Followed {
        /// Its tasks that start workflows.
        starts: Vec<entry::Start>,
        /// Everything that is known of it.
        whole: Box<WorkflowAnalysis>,
    },
}

impl<'a> AccountFacts<'a> {
    /// Follows every workflow by itself, and keeps of it what others are joined with; gives the tasks of each that start
    /// workflows.
    pub(super) fn follow_all(&mut self) -> Vec<Vec<entry::Start>> {
        let machines = self.snapshot.workflows.len();
        let mut starts = Vec::with_capacity(machines);
        let mut from = 0;
        while from < machines {
            let to = machines.min(from + KEPT);
            let read = parallel::map(from..to, |index| self.read(index));
            for (index, read) in (from..).zip(read.into_iter().flatten()) {
                let analysis = match read {
                    Read::Alone(workflow) => {
                        starts.push(Vec::new());
                        self.workflows.push(*workflow);
                        continue;
                    }
                    Read::Followed { starts: own, whole } => {
                        starts.push(own);
                        whole
                    }
                };
                if let Some(role) = self.shared_role(index) {
                    let mut kind = Digest::default();
                    trust::comparable(&analysis.needs)
                        .iter()
                        .for_each(|need| kind.part(need));
                    self.shared.add(role, index, &analysis.needs, kind.hex());
                }
                self.workflows.push(analysis.workflow.clone());
                if index < KEPT {
                    self.analyses.push(*analysis);
                }
            }
            from = to;
        }
        starts
    }

    /// The role of the workflow at this index, where others have it too.
    fn shared_role(&self, index: usize) -> Option<&'a str> {
        let role = self.snapshot.workflows.get(index)?.role_arn.as_str();
        let users = self.by_role.get(role)?;
        (users.len() > 1).then_some(role)
    }

    /// What others are joined with of the workflow at this index.
    fn read(&self, index: usize) -> Option<Read> {
        let machine = self.snapshot.workflows.get(index)?;
        if index >= KEPT
            && self.shared_role(index).is_none()
            && let Some(alone) =
                WorkflowAnalysis::of_no_starter(self.snapshot, machine, self.config)
        {
            return Some(Read::Alone(Box::new(alone)));
        }
        let whole = Box::new(self.follow(index)?);
        let starts = entry::Start::of(&whole);
        Some(Read::Followed { starts, whole })
    }
}
