//! EventBridge pipes.

use aws_sdk_pipes::Client;
use aws_sdk_pipes::operation::describe_pipe::DescribePipeOutput;

use super::super::Sdk;
use super::{Answer, each, lack, pages, text};
use crate::snapshot::entries::{Filter, FilterCriteria, Pipe, PipeSource, PipeTarget};

#[derive(Clone, Debug)]
pub(super) struct Pipes(Client);

impl Pipes {
    pub(super) fn new(sdk: &Sdk) -> Self {
        Self(client!(aws_sdk_pipes, sdk))
    }

    /// Those that call one of these; every pipe where none is named.
    pub(super) async fn all(&self, targets: Option<&[String]>) -> Answer<Vec<Pipe>> {
        let mut names = match targets {
            None => self.names(None).await?,
            Some(targets) => {
                let targets = targets.to_vec();
                each(targets, |target| self.names(Some(target)))
                    .await?
                    .concat()
            }
        };
        names.sort();
        names.dedup();
        each(names, |name| self.one(name)).await
    }

    async fn names(&self, target: Option<String>) -> Answer<Vec<String>> {
        let page = |next| {
            let call = self.0.list_pipes().set_target_prefix(target.clone());
            let call = call.set_next_token(next).send();
            async move {
                let page = call.await.map_err(lack("pipes:ListPipes"))?;
                let pipes = page.pipes.unwrap_or_default().into_iter();
                Ok((
                    pipes.filter_map(|pipe| pipe.name).collect(),
                    page.next_token,
                ))
            }
        };
        pages(page).await
    }

    async fn one(&self, name: String) -> Answer<Pipe> {
        let call = self.0.describe_pipe().name(name).send().await;
        Ok(pipe(call.map_err(lack("pipes:DescribePipe"))?))
    }
}

fn pipe(read: DescribePipeOutput) -> Pipe {
    let filters = read.source_parameters.and_then(|s| s.filter_criteria);
    let filter_criteria = filters.map(|criteria| FilterCriteria {
        filters: criteria
            .filters
            .unwrap_or_default()
            .into_iter()
            .map(|filter| Filter {
                pattern: filter.pattern,
            })
            .collect(),
    });
    let template = |input_template| PipeTarget { input_template };
    Pipe {
        name: text(read.name),
        desired_state: text(read.desired_state.as_ref().map(|s| s.as_str())),
        source: text(read.source),
        source_parameters: PipeSource { filter_criteria },
        enrichment: read.enrichment,
        enrichment_parameters: template(read.enrichment_parameters.and_then(|p| p.input_template)),
        target: text(read.target),
        target_parameters: template(read.target_parameters.and_then(|p| p.input_template)),
        role_arn: read.role_arn,
    }
}
