//! Invocations at the same time, and ones that end anywhere.

use proptest::prelude::*;

use super::orders::told;
use super::world::{allow, machine, watch};
use super::*;
use crate::baselines::Baselines as _;

/// A workflow that was told of, and two changes of its role with their events.
fn changed() -> (World, [Value; 2]) {
    let world = World::default();
    world.policy("Role", "base", Some(allow("sqs:SendMessage", "*")));
    world.deploy(machine("One", "Role"));
    let first = watch(&world, true, true);
    let made = created(&world, "create", "One");
    invoke(&world, &first, "r0", &made).unwrap();
    let widen = put(&world, "widen", "Role", "more", &allow("s3:*", "*"));
    let trace = put(&world, "trace", "Role", "other", &allow("sns:*", "*"));
    (world, [widen, trace])
}

/// The rules told and not told to be gone.
fn verdict(alerts: &[Value]) -> Vec<String> {
    let mut rules: Vec<String> = told(alerts).into_values().collect();
    rules.sort();
    rules
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Three invocations, one of them a duplicate, in processes of their own: whatever the interleaving, each finding is told
    /// once and the last verdict is whole.
    #[test]
    fn nothing_is_told_twice_or_lost(turns in prop::collection::vec(0_usize..3, 400)) {
        let (world, [widen, other]) = changed();
        let watches = [0, 1, 2].map(|_| watch(&world, true, true));
        let events = [&widen, &widen, &other];
        let mut turns = turns.into_iter().cycle();
        let ended = interleave(
            watches.iter().zip(events).zip(["a", "b", "c"]).map(|((watch, event), request)| {
                Box::pin(invocation(&world, watch, request, event)) as _
            }).collect(),
            |_| turns.next().unwrap(),
        );
        for one in ended {
            prop_assert_eq!(one, Ok(Value::Null));
        }
        let (_, alone) = alone();
        prop_assert_eq!(verdict(&world.alerts()), alone);
    }

    /// A process that ends after any number of its calls is tried again by the service, in another process: everything is
    /// told at least once, and twice only where it ended between telling and keeping.
    #[test]
    fn a_crash_anywhere_loses_nothing(steps in 0_usize..60) {
        let (world, [widen, _]) = changed();
        let before = world.alerts().len();
        prop_assert_eq!(before, 1);
        let first = watch(&world, true, true);
        let mut left = steps;
        crash(Box::pin(invocation(&world, &first, "r", &widen)), &mut left);
        let told_before_the_crash = world.lock().sent.len();
        let kept = world.lock().table.records[&arn("One")].contains("s3:*");
        // The same invocation again: it need not wait for its own lease.
        let second = watch(&world, true, true);
        invoke(&world, &second, "r", &widen).unwrap();
        let alerts = world.alerts();
        let times = alerts.iter().filter(|a| tells_of(a, "s3:*")).count();
        prop_assert!(times >= 1);
        if kept || told_before_the_crash == 0 {
            prop_assert_eq!(times, 1);
        }
    }
}

/// The verdict when one comes after the other.
fn alone() -> (World, Vec<String>) {
    let (world, events) = changed();
    let watch = watch(&world, true, true);
    for (request, event) in ["a", "b"].into_iter().zip(&events) {
        invoke(&world, &watch, request, event).unwrap();
    }
    let alerts = world.alerts();
    (world, verdict(&alerts))
}

/// Polls so often and drops.
fn crash<T>(mut future: std::pin::Pin<Box<dyn Future<Output = T> + '_>>, left: &mut usize) {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    while *left > 0 {
        *left -= 1;
        if future.as_mut().poll(&mut context).is_ready() {
            return;
        }
    }
}

#[test]
fn a_lease_that_ran_out_is_taken_over_and_its_holder_comes_too_late() {
    let (world, [widen, other]) = changed();
    world.alerts();
    let first = watch(&world, true, true);
    let mut left = 5;
    crash(
        Box::pin(invocation(&world, &first, "dead", &widen)),
        &mut left,
    );
    // Another event of the same workflow waits for the lease, in vain while it is fresh …
    let second = watch(&world, true, true);
    let busy = invoke(&world, &second, "r", &other);
    assert!(matches!(busy, Err(Error::Busy { .. })), "{busy:?}");
    // … and takes the workflow over afterwards.
    world.pass(LIMIT + 60);
    invoke(&world, &second, "r", &other).unwrap();
    assert_eq!(world.alerts().len(), 1);
    // Who comes back from the dead keeps nothing.
    let record = world.lock().table.records[&arn("One")].clone();
    let record = serde_json::from_str(&record).unwrap();
    let lease = crate::baselines::Lease {
        holder: "dead".to_owned(),
        now: world.now(),
        until: world.now(),
    };
    let kept = interleave(
        vec![Box::pin(world.keep(&record, &[], &lease, None)) as _],
        |_| 0,
    );
    assert!(matches!(kept[0], Err(StateError::Lost(_))));
}

/// Every kind of call fails once, and then for ever: nothing is lost, nothing told twice, and no gap passes for a clean verdict.
#[test]
fn every_call_may_fail() {
    let calls = {
        let (world, [widen, _]) = changed();
        world.lock().calls.clear();
        let watch = watch(&world, true, true);
        invoke(&world, &watch, "r", &widen).unwrap();
        let mut kinds: Vec<String> = world.lock().calls.clone();
        kinds
            .iter_mut()
            .for_each(|c| *c = c.split(' ').next().unwrap().to_owned());
        kinds.sort();
        kinds.dedup();
        kinds
    };
    assert!(calls.len() > 10, "{calls:?}");
    for call in &calls {
        let (world, [widen, _]) = changed();
        world.alerts();
        let watch = watch(&world, true, true);
        world.fail(call, 1);
        let first = invoke(&world, &watch, "r", &widen);
        let told_first = world.alerts();
        for alert in &told_first {
            let incomplete = !alert["incomplete"].as_array().unwrap().is_empty();
            assert!(tells_of(alert, "s3:*") || incomplete, "{call}: {alert:#}");
            assert!(resolved(alert).is_empty(), "{call}: {alert:#}");
        }
        // What failed is delivered again; what was told incomplete, the next event completes.
        let again = match first {
            Err(_) => widen.clone(),
            Ok(_) => updated(&world, "next", "One"),
        };
        invoke(&world, &watch, "r", &again).unwrap();
        let all: Vec<Value> = told_first.into_iter().chain(world.alerts()).collect();
        let times = all.iter().filter(|a| tells_of(a, "s3:*")).count();
        assert_eq!(times, 1, "{call}: {all:#?}");

        let (world, [widen, _]) = changed();
        world.alerts();
        let watch = super::world::watch(&world, true, true);
        world.fail(call, u32::MAX);
        let mut told = false;
        for _ in 0..3 {
            let ended = invoke(&world, &watch, "r", &widen);
            let alerts = world.alerts();
            told |= alerts
                .iter()
                .any(|a| tells_of(a, "s3:*") || opened(a).contains(&"evaluation-incomplete"));
            let kept = world.lock().table.records[&arn("One")].contains("s3:*");
            assert!(
                ended.is_err() || told || kept || call == "remember",
                "{call}: {ended:?} {alerts:#?}"
            );
        }
    }
}
