//! EventBridge Scheduler: the schedules that start workflows.

use aws_sdk_scheduler::Client;
use aws_sdk_scheduler::types::ScheduleSummary;

use super::super::Sdk;
use super::{Answer, each, lack, pages, text};
use crate::snapshot::entries::{Schedule, ScheduleTarget};

#[derive(Clone, Debug)]
pub(super) struct Schedules(Client);

/// What a schedule may start a workflow by: the workflow itself, or an API action of Step Functions.
const STARTS: [&str; 2] = [":states:", ":aws-sdk:sfn:"];

impl Schedules {
    pub(super) fn new(sdk: &Sdk) -> Self {
        Self(client!(aws_sdk_scheduler, sdk))
    }

    /// Every schedule that calls Step Functions; of the others the list alone is read.
    pub(super) async fn all(&self) -> Answer<Vec<Schedule>> {
        const PAGE: i32 = 100;
        let page = |next| {
            let call = self.0.list_schedules().max_results(PAGE);
            let call = call.set_next_token(next).send();
            async move {
                let page = call.await.map_err(lack("scheduler:ListSchedules"))?;
                let starting = page.schedules.into_iter().filter(starts);
                Ok((starting.collect(), page.next_token))
            }
        };
        each(pages(page).await?, |summary| self.one(summary)).await
    }

    async fn one(&self, summary: ScheduleSummary) -> Answer<Schedule> {
        let call = self.0.get_schedule().set_group_name(summary.group_name);
        let call = call.set_name(summary.name).send().await;
        let read = call.map_err(lack("scheduler:GetSchedule"))?;
        Ok(Schedule {
            name: text(read.name),
            group_name: text(read.group_name),
            state: text(read.state.as_ref().map(|s| s.as_str())),
            target: read
                .target
                .map_or_else(Default::default, |target| ScheduleTarget {
                    arn: target.arn,
                    role_arn: Some(target.role_arn),
                    input: target.input,
                }),
        })
    }
}

fn starts(summary: &ScheduleSummary) -> bool {
    let target = summary.target.as_ref();
    target.is_none_or(|target| STARTS.iter().any(|part| target.arn.contains(part)))
}
