use super::*;
use crate::facts::entry::Entry;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn every_message_fits(sizes in proptest::collection::vec(0usize..60_000, 0..12)) {
        let orders = workflow("Orders");
        let all: Vec<Finding> = sizes.iter().map(|n| finding(Severity::High, &"\u{1}".repeat(*n / 6))).collect();
        let big = alert(&orders, all.iter().collect());
        prop_assert!(json(&big).len() <= MAX_MESSAGE);
        bounded(&super::super::text(&big))?;
    }

    #[test]
    fn no_alert_is_longer_or_wider_than_a_screen(
        findings in 0usize..120, gaps in 0usize..40, gone in 0usize..40, wider in 0usize..40,
        junk in proptest::collection::vec(any::<char>(), 0..400), times in 1usize..30,
    ) {
        let text: String = junk.into_iter().collect::<String>().repeat(times);
        let mut named = workflow("Orders");
        (named.name, named.owner) = (text.clone(), text.clone());
        named.sensitive = Some(text.clone());
        let all: Vec<Finding> = (0..findings)
            .map(|i| finding(Severity::WORST_FIRST[i % 5], &format!("{i}{text}")))
            .collect();
        let entry = Entry {
            kind: crate::entry_points::Kind::RestApi,
            name: text.clone(),
            authorization: Some(crate::entry_points::Authorization::None),
            public: true,
            input: crate::entry_points::Fill::Whole,
            role: None,
        };
        let entries = vec![entry; gaps];
        let unread: Vec<Gap> = (0..gaps).map(|_| Gap::new(crate::gap::Input::Role, &text, &text)).collect();
        let event = EventInfo {
            summary: text.clone(), actor: text.clone(), name: text.clone(), source_ip: text.clone(), ..event()
        };
        let change = DriftChange {
            severity: Severity::High,
            what: text.clone(),
            before: Some(text.clone()),
            after: text.clone(),
            since: text.clone(),
            event: None,
        };
        let mut big = alert(&named, all.iter().collect());
        big.event = Some(&event);
        big.incomplete = &unread;
        big.newly_incomplete = gaps > 0;
        big.entry_points = &entries;
        big.resolved = (0..gone).map(|_| resolved(&text)).collect();
        big.drift = (wider > 0).then(|| Drift {
            severity: Severity::High,
            json: Value::Null,
            changes: vec![change; wider],
            omitted: 3,
            baseline: text.clone(),
            unapproved: Some(text.clone()),
        });
        bounded(&super::super::text(&big))?;
    }
}

/// Sixty lines of a hundred columns.
pub fn bounded(mail: &str) -> Result<(), TestCaseError> {
    prop_assert!(mail.lines().count() <= 60, "{}", mail);
    for line in mail.lines() {
        prop_assert!(crate::render::columns::width(line) <= 100, "{}", line);
    }
    Ok(())
}
