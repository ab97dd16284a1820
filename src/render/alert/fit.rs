//! Fitting an alert into a message: the least severe findings go first, then the lists.

use super::{Alert, Shown, attributes};
use crate::route::{MAX_MESSAGE, MAX_SUBJECT};

/// The message with as much of the alert as there is room for beside its attributes and subject.
pub fn largest(alert: &Alert<'_>, write: impl Fn(Shown) -> String) -> String {
    let weight: usize = attributes(alert)
        .iter()
        .map(|(name, value)| name.len() + value.kind().len() + value.value().len())
        .sum();
    let room = MAX_MESSAGE.saturating_sub(weight + MAX_SUBJECT);
    let all = alert.opened.len();
    for lists in [true, false] {
        let whole = write(Shown {
            findings: all,
            lists,
        });
        if whole.len() <= room {
            return whole;
        }
        if write(Shown { findings: 0, lists }).len() > room {
            continue;
        }
        // The most findings that fit: what fits is a prefix, so halving finds its end.
        let (mut fits, mut over) = (0, all);
        while over - fits > 1 {
            let middle = fits + (over - fits) / 2;
            if write(Shown {
                findings: middle,
                lists,
            })
            .len()
                <= room
            {
                fits = middle;
            } else {
                over = middle;
            }
        }
        return write(Shown {
            findings: fits,
            lists,
        });
    }
    // Only names of absurd length get here; AWS's own limits keep them out.
    let bare = write(Shown {
        findings: 0,
        lists: false,
    });
    bare.chars().take(room / 4).collect()
}
