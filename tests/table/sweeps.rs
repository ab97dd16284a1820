//! Events, principals and sweeps.

use crate::*;

#[test]
fn events_are_remembered_with_a_time_to_live() {
    let stage = stage("100000000008");
    let table = &stage.table;
    let long = "\u{202e}é".repeat(2000);
    for id in ["e1", "", long.as_str()] {
        assert!(!block(table.handled(id)).unwrap());
        block(table.remember(id, at(100))).unwrap();
        assert!(block(table.handled(id)).unwrap());
    }
    assert!(!block(table.handled("e2")).unwrap());
    for item in stage.items() {
        assert_eq!(item["expires"]["N"], at(100).seconds().to_string());
    }
}

#[test]
fn how_principals_may_start_workflows() {
    let Stage { table, .. } = stage("100000000009");
    let shape = |digest: &str| StartShape {
        patterns: vec!["*".to_owned()],
        digest: digest.to_owned(),
    };
    let names: Vec<String> = (0..150).map(|n| format!("role/r{n:03}")).collect();
    let all = names
        .iter()
        .map(|name| (name.clone(), Some(shape(name))))
        .collect();
    block(table.keep_starts("1", &all)).unwrap();
    let some = BTreeMap::from([
        ("role/r000".to_owned(), None),
        ("user/u".to_owned(), Some(shape("u"))),
        ("role/r001".to_owned(), Some(shape("new"))),
    ]);
    block(table.keep_starts("1", &some)).unwrap();
    let mut expected: BTreeMap<String, StartShape> = names
        .iter()
        .map(|name| (name.clone(), shape(name)))
        .collect();
    expected.remove("role/r000");
    expected.insert("role/r001".to_owned(), shape("new"));
    expected.insert("user/u".to_owned(), shape("u"));
    assert_eq!(block(table.starts("1")).unwrap(), expected);
    assert_eq!(block(table.starts("2")).unwrap(), BTreeMap::new());
}

fn sweep(id: &str) -> Sweep {
    Sweep {
        id: id.to_owned(),
        started_at: at(0).iso(),
        first: true,
        ..Sweep::default()
    }
}

#[test]
fn a_sweep_is_begun_counted_and_ended_once() {
    let Stage { table, .. } = stage("100000000010");
    let home = home();
    assert_eq!(block(table.sweep(&home)).unwrap(), None);
    assert!(block(table.begin(&home, &sweep("s1"), None)).unwrap());
    // Tried again it is its own; another one comes too late.
    assert!(block(table.begin(&home, &sweep("s1"), None)).unwrap());
    assert!(!block(table.begin(&home, &sweep("s2"), None)).unwrap());
    let page = |number: u64, last: bool| Page {
        number,
        workflows: 3,
        last,
    };
    for page in [page(0, false), page(0, false), page(1, true), page(1, true)] {
        block(table.listed(&home, "s1", page)).unwrap();
    }
    block(table.listed(&home, "s0", page(7, true))).unwrap();
    let mut counts = Counts::default();
    counts.add(Severity::Critical, 2);
    counts.add(Severity::Low, 1);
    let tally = |sweep: &str| Tally {
        home: home.clone(),
        sweep: sweep.to_owned(),
        counts,
    };
    for (name, of) in [("A", "s1"), ("B", "s1"), ("C", "s0")] {
        taken(&table, name, &lease("a", 0));
        let kept = block(table.keep(
            &record(name, "1", &[role("R")]),
            &[],
            &lease("a", 0),
            Some(&tally(of)),
        ));
        assert_eq!(kept, Ok(()), "a sweep that is over harms no verdict");
    }
    taken(&table, "Gone", &lease("a", 0));
    block(table.forget(
        &arn("Gone"),
        &[],
        &lease("a", 0),
        Some(&Tally {
            counts: Counts::default(),
            ..tally("s1")
        }),
    ))
    .unwrap();
    let now = block(table.sweep(&home)).unwrap().unwrap();
    assert_eq!((now.pages, now.listed, now.whole), (2, 6, true));
    assert_eq!((now.done, now.critical), (3, 2));
    assert_eq!(
        (
            now.counts.get(Severity::Critical),
            now.counts.get(Severity::Low),
            now.counts.total()
        ),
        (4, 2, 6)
    );
    assert_eq!(
        (now.id.as_str(), now.first, now.finished),
        ("s1", true, false)
    );
    assert!(!block(table.finish(&home, "s0")).unwrap());
    assert!(block(table.finish(&home, "s1")).unwrap());
    assert!(!block(table.finish(&home, "s1")).unwrap());
    assert!(block(table.sweep(&home)).unwrap().unwrap().finished);
    // The next one counts anew.
    assert!(block(table.begin(&home, &sweep("s2"), Some("s1"))).unwrap());
    assert_eq!(block(table.sweep(&home)).unwrap(), Some(sweep("s2")));
}

#[test]
fn the_list_says_which_sweep_came_by_last() {
    let Stage { table, .. } = stage("100000000011");
    let swept = |sweep: &str| Record {
        sweep: Some(sweep.to_owned()),
        ..record("W", "1", &[role("R")])
    };
    let known = |sweep: Option<&str>| {
        vec![Known {
            workflow: arn("W"),
            sweep: sweep.map(str::to_owned),
        }]
    };
    kept(&table, &record("W", "1", &[role("R")]), &lease("a", 0));
    assert_eq!(block(table.known(&home())).unwrap(), known(None));
    for sweep in ["s1", "s2"] {
        kept(&table, &swept(sweep), &lease("a", 0));
        assert_eq!(block(table.known(&home())).unwrap(), known(Some(sweep)));
        kept(&table, &swept(sweep), &lease("a", 0));
        assert_eq!(block(table.known(&home())).unwrap(), known(Some(sweep)));
    }
}
