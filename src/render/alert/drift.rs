//! Drift in an alert: what is wider since the last message, who did it, when and from where.

use serde_json::{Value, json};

use super::{Drift, DriftChange};
use crate::drift::{DriftFacts, Since, Widening};
use crate::render::escape;

/// More changes than this are counted; the finding and a scan hold them.
const MAX_TOLD: usize = 100;

impl Drift {
    /// What is told of these widenings (by their keys); `None` where none of them is among the drift.
    pub fn of(drift: &DriftFacts, is_new: impl Fn(&str) -> bool) -> Option<Self> {
        let all = drift.widenings.iter();
        let new: Vec<&(Widening, Since)> = all.filter(|(w, _)| is_new(&w.key)).collect();
        if new.is_empty() {
            return None;
        }
        let told = || new.iter().take(MAX_TOLD);
        let approval = &drift.approval;
        let mut document = json!({
            "baseline": {
                "approved_at": clean(&approval.approved_at),
                "approved_by": clean(&approval.approved_by),
                "how": approval.how,
            },
            "widened": told().map(|(w, since)| widened(w, since)).collect::<Vec<Value>>(),
        });
        let left = new.len().saturating_sub(MAX_TOLD);
        if let Some(fields) = document.as_object_mut() {
            if left > 0 {
                fields.insert("omitted".to_owned(), json!(left));
            }
            if let Some(why) = &drift.unapproved {
                fields.insert("unapproved".to_owned(), json!(clean(why)));
            }
        }
        let baseline = format!(
            "{} at {} by {}",
            approval.how.in_words(),
            approval.approved_at,
            approval.approved_by
        );
        let severity = new.iter().map(|(w, _)| w.severity).max();
        let severity = severity.unwrap_or(crate::severity::Severity::Low);
        Some(Self {
            severity,
            json: document,
            changes: told().map(|(w, since)| DriftChange::of(w, since)).collect(),
            omitted: left,
            baseline: clean(&baseline),
            unapproved: drift.unapproved.as_deref().map(clean),
        })
    }
}

fn widened(widening: &Widening, since: &Since) -> Value {
    json!({
        "kind": widening.kind,
        "severity": widening.severity,
        "text": clean(&widening.text),
        "before": widening.before.as_deref().map(clean),
        "after": clean(&widening.after),
        "since": match since {
            Since::Event { event, time, actor, through, source_ip } => json!({
                "event": clean(event), "time": clean(time), "actor": clean(actor),
                "through": clean(through), "source_ip": clean(source_ip),
            }),
            Since::Sweep { sweep } => json!({ "sweep": clean(sweep) }),
        },
    })
}

impl DriftChange {
    fn of(widening: &Widening, since: &Since) -> Self {
        Self {
            severity: widening.severity,
            what: clean(&widening.text),
            before: widening.before.as_deref().map(clean),
            after: clean(&widening.after),
            since: clean(&since.in_words()),
            event: match since {
                Since::Event { event, time, .. } => Some((event.clone(), time.clone())),
                Since::Sweep { .. } => None,
            },
        }
    }
}

/// One harmless line, bounded: names and conditions come from whoever can deploy.
fn clean(text: &str) -> String {
    const MAX: usize = 2_000;
    let mut out: String = escape::line(text).chars().take(MAX).collect();
    if out.chars().count() == MAX {
        out.push('…');
    }
    out
}
