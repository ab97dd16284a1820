use super::{Meta, Rule};
use crate::exposure;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::rule_id::RuleId;
use crate::severity::Severity;
use crate::taint::SinkKind;

/// `public-data`
pub struct PublicData;

impl Rule for PublicData {
    fn meta(&self) -> &'static Meta {
        meta!(
            "public-data",
            from [Definition, Role, Versions, ResourcePolicies, Organization],
            builds_on [],
            "high; critical where what is shared is tainted",
            "a task makes data public: by an access control list, a share or a policy for everybody, or by writing to what is public"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        standing(facts, self.meta().id, out);
        let Some(flow) = facts.flow else { return };
        for task in facts.tasks {
            let Some(state) = facts.definition.state(task.state) else {
                continue;
            };
            let layers = facts.layers.map(|l| l.layers);
            let controls = layers.into_iter().flat_map(|l| l.controls());
            if exposure::is_closed(task.integration.service(), controls.map(|p| &**p)) {
                continue;
            }
            let chosen = facts
                .taint
                .iter()
                .any(|s| s.state == state.id && matches!(s.kind, SinkKind::Target { .. }));
            let severity = if chosen {
                Severity::Critical
            } else {
                Severity::High
            };
            for exposure in exposure::of_task(facts.definition, flow, facts.tasks, task) {
                let (title, how) = match exposure.what {
                    "policy" => (
                        format!("`{}` writes a policy for everybody", state.name),
                        format!(
                            "{} of `{}` allows `*` without a condition that names an account, an organization or a source",
                            exposure.says, exposure.parameter
                        ),
                    ),
                    what => (
                        format!("`{}` makes the {what} public", state.name),
                        format!(
                            "`{}` is `{}`: everybody is let in",
                            exposure.parameter, exposure.says
                        ),
                    ),
                };
                let whose = if chosen {
                    "; whoever starts the workflow chooses what is shared"
                } else {
                    ""
                };
                let fix = match exposure.what {
                    "policy" => {
                        "name the principals, or add a condition on `aws:SourceArn`, `aws:SourceAccount` or `aws:PrincipalOrgID`"
                    }
                    "object" | "bucket" => {
                        "leave the access control list out and hand the data out by presigned URLs or through CloudFront"
                    }
                    _ => "name the accounts that it is shared with",
                };
                let mut finding = facts.state_finding(
                    self.meta().id,
                    severity,
                    state,
                    &format!("{}\n{}", exposure.what, exposure.parameter),
                    title,
                    format!("{how}{whose}"),
                    fix.to_owned(),
                );
                finding.actions(
                    facts
                        .needs
                        .iter()
                        .filter(|n| n.state == Some(state.id) && !n.optional)
                        .map(|n| n.action.clone())
                        .take(1)
                        .collect(),
                );
                out.push(finding.build());
            }
        }
    }
}

/// What the workflow writes to resources that are public already.
fn standing(facts: &Facts<'_>, id: RuleId, out: &mut Vec<Finding>) {
    let Some(layers) = facts.layers.map(|l| l.layers) else {
        return;
    };
    for open in exposure::open_resources(facts.needs, layers) {
        let service = open.reads.split(':').next().unwrap_or_default();
        if exposure::is_closed(service, layers.controls().map(|p| &**p)) {
            continue;
        }
        let names = facts.states_in_words(&open.states);
        let mut finding = facts.finding(
            id,
            Severity::High,
            format!("open {}", open.arn),
            format!("{names} writes to `{}`, which everybody may read", open.arn),
            format!(
                "{} of the policy of `{}` allows {} to `*` without a condition that names an account, an organization or a source: what the workflow writes there with {} is public",
                open.says,
                open.arn,
                open.reads,
                open.writes.join(", ")
            ),
            format!(
                "name the principals in the policy of `{}`, or add a condition on `aws:PrincipalOrgID` or `aws:SourceAccount`; what is meant for the public belongs behind a distribution of its own",
                open.arn
            ),
        );
        facts.place(&mut finding, &open.states);
        finding.actions(open.writes);
        finding.resources(vec![open.arn]);
        out.push(finding.build());
    }
}
