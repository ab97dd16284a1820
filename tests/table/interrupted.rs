//! Writes that end half-way, come at the same time, or meet what they cannot read.

use crate::*;

#[test]
fn a_verdict_may_rest_on_more_than_one_transaction_holds() {
    let stage = stage("100000000004");
    let table = &stage.table;
    let many = |prefix: &str| -> Vec<Dependency> {
        (0..130).map(|n| role(&format!("{prefix}{n}"))).collect()
    };
    let (old, new) = (many("old"), many("new"));
    kept(table, &record("W", "1", &old), &lease("a", 0));
    assert_eq!(resting(table, &old[129]), ["W"]);
    // Interrupted before the record: the index knows too much, the record and the old index are whole.
    taken(table, "W", &lease("b", 1));
    stage
        .proxy
        .inject_nth("TransactWriteItems", 3, Fault::Denied);
    let next = record("W", "2", &new);
    let failed = block(table.keep(&next, &old, &lease("b", 1), None));
    assert!(
        matches!(failed, Err(StateError::Unavailable(_))),
        "{failed:?}"
    );
    assert_eq!(block(table.look(&arn("W"))).unwrap().unwrap().basis, "1");
    assert!(
        old.iter()
            .chain(&new)
            .all(|rest| resting(table, rest) == ["W"])
    );
    // Tried again.
    kept(table, &next, &lease("b", 1));
    assert!(new.iter().all(|rest| resting(table, rest) == ["W"]));
    assert!(old.iter().all(|rest| resting(table, rest).is_empty()));
    taken(table, "W", &lease("c", 2));
    block(table.forget(&arn("W"), &new, &lease("c", 2), None)).unwrap();
    assert_eq!(stage.items(), Vec::<Value>::new());
}

#[test]
fn what_another_version_wrote_is_never_overwritten() {
    let stage = stage("100000000007");
    let table = &stage.table;
    let item = |name: &str, body: Value, version: &str| {
        json!({ "pk": { "S": format!("workflow#{}", arn(name)) }, "sk": { "S": "record" },
                "body": body, "record_version": { "N": version } })
    };
    let other = serde_json::to_string(&record("Other", "1", &[])).unwrap();
    for (name, body, version) in [
        ("Newer", json!({ "S": "{}" }), "2"),
        ("Broken", json!({ "S": "{\"workflow\":\u{1b}" }), "1"),
        ("NoText", json!({ "N": "7" }), "1"),
        ("NoDeflate", json!({ "B": "////" }), "1"),
        ("Mixed", json!({ "S": other }), "1"),
    ] {
        stage.put(item(name, body.clone(), version));
        let error = block(table.take(&arn(name), &lease("a", 0))).unwrap_err();
        assert!(
            matches!(error, StateError::Unreadable(..)),
            "{name}: {error}"
        );
        assert!(
            error.to_string().chars().all(|c| !c.is_control()),
            "{error}"
        );
        assert!(matches!(
            block(table.look(&arn(name))),
            Err(StateError::Unreadable(..))
        ));
        let there = stage.items();
        let of = |items: &[Value]| -> Value {
            let pk = format!("workflow#{}", arn(name));
            items.iter().find(|i| i["pk"]["S"] == pk).unwrap().clone()
        };
        assert_eq!(
            of(&there),
            item(name, body, version),
            "nothing of it changed, nobody holds it"
        );
    }
}

#[test]
fn whose_answer_was_lost_on_the_way_finds_its_own_work() {
    let Stage { table, proxy, .. } = stage("100000000012");
    // The write is done; the connection breaks before the answer comes.
    for (name, action, next) in [
        (
            "all at once",
            "TransactWriteItems",
            record("W", "1", &[role("R")]),
        ),
        (
            "the record alone",
            "PutItem",
            record("W", "2", &[role("R")]),
        ),
        (
            "moved",
            "TransactWriteItems",
            record("W", "3", &[role("S")]),
        ),
    ] {
        let mine = lease(name, 0);
        let old = taken(&table, "W", &mine).map_or_else(Vec::new, |old| rests(&old));
        proxy.inject_nth(action, 1, Fault::LostAnswer);
        assert_eq!(
            block(table.keep(&next, &old, &mine, None)),
            Ok(()),
            "{name}"
        );
        assert_eq!(block(table.look(&arn("W"))).unwrap(), Some(next), "{name}");
    }
    proxy.inject_nth("UpdateItem", 1, Fault::LostAnswer);
    assert_eq!(taken(&table, "W", &lease("again", 0)).unwrap().basis, "3");
    proxy.inject_nth("TransactWriteItems", 1, Fault::LostAnswer);
    let forgotten = block(table.forget(&arn("W"), &[role("S")], &lease("again", 0), None));
    assert_eq!(forgotten, Ok(()));
    assert_eq!(block(table.look(&arn("W"))).unwrap(), None);
}

#[test]
fn those_who_come_at_the_same_time_end_in_order() {
    let stage = stage("100000000013");
    let address = stage.proxy.address;
    // Each adds itself to what is kept, as often as it can take the workflow: none is lost.
    let threads: Vec<_> = (0..6)
        .map(|holder| {
            thread::spawn(move || {
                let table = Table::new(&sdk(address, REGION), "state".to_owned());
                for round in 0..5 {
                    let own = format!("{holder}/{round}");
                    let lease = lease(&own, 0);
                    let old = loop {
                        match block(table.take(&arn("W"), &lease)).unwrap() {
                            LeaseResult::Acquired(record) => break record,
                            LeaseResult::Held => thread::sleep(std::time::Duration::from_millis(5)),
                        }
                    };
                    let old_rests = old.as_ref().map_or_else(Vec::new, |old| rests(old));
                    let mut next = old.map_or_else(|| record("W", "1", &[role("R")]), |old| *old);
                    next.gaps.insert(own);
                    let tally = Tally {
                        home: home(),
                        sweep: "s".to_owned(),
                        counts: Counts::default(),
                    };
                    block(table.keep(&next, &old_rests, &lease, Some(&tally))).unwrap();
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let table = stage.table;
    let end = block(table.look(&arn("W"))).unwrap().unwrap();
    assert_eq!(end.gaps.len(), 30);
    let sweep = Sweep {
        id: "s".to_owned(),
        ..Sweep::default()
    };
    block(table.begin(&home(), &sweep, None)).unwrap();
    assert_eq!(block(table.sweep(&home())).unwrap().unwrap().done, 30);
}

#[test]
fn a_table_that_is_not_there_or_closed_is_said() {
    let Stage { table, proxy, .. } = stage("100000000014");
    proxy.inject("UpdateItem", Fault::Denied);
    let error = block(table.take(&arn("W"), &lease("a", 0)))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("the state table") && error.contains("dynamodb:UpdateItem"),
        "{error}"
    );
    let missing = Table::new(&sdk(proxy.address, REGION), "missing".to_owned());
    let error = block(missing.look(&arn("W"))).unwrap_err().to_string();
    assert!(error.contains("ResourceNotFoundException"), "{error}");
}
