//! What the judgement of one workflow may cost: units of work, counted, never measured, so that the same input gives the
//! same answer on every machine.
//!
//! A definition of a kilobyte can ask for more values than memory holds, and two patterns for more comparisons than there
//! is time. Whatever grows spends units where it grows ([`spend`]); whoever could go on at great length looks whether any
//! are left ([`is_spent`]) and else answers on the side of whoever attacks: every source kept, nothing excluded. What was
//! cut short is told ([`cut`]).
//!
//! The meter belongs to the thread and is set up around one part of one workflow's judgement ([`within`]), so that a pure
//! function far inside, such as the comparison of two patterns, draws on it without carrying it, and no workflow can spend
//! what belongs to another. Outside of [`within`] nothing is limited.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::panic::{self, AssertUnwindSafe};

/// What following the data of one workflow may cost.
pub const FLOW: usize = 3_000_000;
/// What deriving its needs and joining it with its role and the account may cost.
pub const JOIN: usize = 2_000_000;
/// What its rules may cost.
pub const RULES: usize = 2_000_000;
/// What all of its published versions may cost together; a version whose turn comes within it is judged as the workflow is.
pub const VERSIONS: usize = 8_000_000;

/// What one answer may cost that workflows share and that the first of them who asks finds: units of its own, so that it is
/// the same whoever asks.
pub const SHARED: usize = 2_000_000;

struct Meter {
    left: Cell<usize>,
    limited: Cell<bool>,
    /// What was ever taken on this thread.
    taken: Cell<usize>,
    cuts: RefCell<BTreeSet<&'static str>>,
}

thread_local! {
    static METER: Meter = const {
        Meter {
            left: Cell::new(usize::MAX),
            limited: Cell::new(false),
            taken: Cell::new(0),
            cuts: RefCell::new(BTreeSet::new()),
        }
    };
}

/// Takes units. Work is refused nowhere by this alone: whoever loops asks [`is_spent`].
pub fn spend(units: usize) {
    METER.with(|meter| {
        if meter.limited.get() {
            meter.left.set(meter.left.get().saturating_sub(units));
            meter.taken.set(meter.taken.get().wrapping_add(units));
        }
    });
}

/// What `f` takes, over all parts that it runs [`within`] a budget: for whoever bounds a number of them.
pub fn measured<T>(f: impl FnOnce() -> T) -> (T, usize) {
    let taken = || METER.with(|meter| meter.taken.get());
    let before = taken();
    let answer = f();
    (answer, taken().wrapping_sub(before))
}

/// Whether nothing is left.
pub fn is_spent() -> bool {
    METER.with(|meter| meter.left.get() == 0)
}

/// Notes what was cut short, in words that stand after "the analysis stopped at".
pub fn cut(what: &'static str) {
    METER.with(|meter| {
        if meter.limited.get() {
            meter.cuts.borrow_mut().insert(what);
        }
    });
}

/// Gives units once more to what comes after a part that was given up.
pub fn grant(units: usize) {
    METER.with(|meter| {
        if meter.limited.get() {
            meter.left.set(meter.left.get().max(units));
        }
    });
}

/// The meter as it stood before, set back also when what ran on it comes to an unexpected end.
struct Outer {
    left: usize,
    limited: bool,
    cuts: BTreeSet<&'static str>,
}

impl Drop for Outer {
    fn drop(&mut self) {
        METER.with(|meter| {
            meter.left.set(self.left);
            meter.limited.set(self.limited);
            *meter.cuts.borrow_mut() = std::mem::take(&mut self.cuts);
        });
    }
}

/// What stands among what was cut short where the analysis itself failed.
const FAILED: &str = "an error of its own, which is worth a report to its authors";

/// Runs `f` on so many units, and gives with its answer what was cut short; no answer where it came to an unexpected end.
///
/// Nothing here is meant to panic. The belt is worn all the same, in this one place: a definition that finds a mistake
/// of ours must cost its own verdict, told as incomplete, and not that of every workflow judged beside it. What `f`
/// had in its hands is dropped with it, so that nothing half made is seen.
pub fn within<T>(units: usize, f: impl FnOnce() -> T) -> (Option<T>, Vec<&'static str>) {
    let _outer = METER.with(|meter| Outer {
        left: meter.left.replace(units),
        limited: meter.limited.replace(true),
        cuts: meter.cuts.take(),
    });
    let answer = panic::catch_unwind(AssertUnwindSafe(f)).ok();
    let cuts = METER.with(|meter| {
        let mut cuts = meter.cuts.take();
        if meter.left.get() == 0 {
            cuts.insert("its budget of work");
        }
        if answer.is_none() {
            cuts.insert(FAILED);
        }
        cuts
    });
    (answer, cuts.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_nothing_is_limited() {
        spend(usize::MAX);
        assert!(!is_spent());
        cut("nothing");
        assert_eq!(within(1, || ()).1, Vec::<&str>::new());
    }

    #[test]
    fn each_part_has_units_of_its_own() {
        let (inner, cuts) = within(10, || {
            spend(9);
            let inner = within(5, || {
                spend(6);
                cut("a bound");
                is_spent()
            });
            assert!(!is_spent(), "one unit is left here");
            inner
        });
        assert_eq!(
            inner,
            Some((Some(true), vec!["a bound", "its budget of work"]))
        );
        assert_eq!(cuts, Vec::<&str>::new());
    }

    #[test]
    fn an_unexpected_end_leaves_the_meter_as_it_was() {
        let (answer, cuts) = within(1, || assert!(spend_all(), "given up"));
        assert_eq!((answer, cuts), (None, vec![FAILED, "its budget of work"]));
        assert!(!is_spent());
    }

    fn spend_all() -> bool {
        spend(1);
        !is_spent()
    }
}
