//! Security Hub and the bus of alerts, held against an emulated account: findings imported, updated and archived, and what
//! the emulator keeps of them.

#![cfg(feature = "live")]
#![expect(
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::path::Path;

use aws_sdk_eventbridge::Client as Events;
use aws_sdk_securityhub::Client as SecurityHub;
use aws_sdk_securityhub::types::{AwsSecurityFinding, RecordState};
use stepwarden::arn::{AccountRegion, Arn};
use stepwarden::assess::{self, Assessment};
use stepwarden::aws::{Outlets, Sns};
use stepwarden::config::{AccountsConfig, Config};
use stepwarden::finding::Finding;
use stepwarden::local;
use stepwarden::moment::Moment;
use stepwarden::render::asff::{self, Picture};
use stepwarden::route::{Delivery, Notifier, PublishError, Topic};
use stepwarden::verdict::ReportedFinding;
use support::emulator;
use support::ports::{block, sdk};

const REGION: &str = "eu-west-1";
const ACCOUNT: &str = "123456789012";

fn delivery(topic: Topic, message: &str) -> Delivery {
    Delivery {
        workflow: None,
        worst: None,
        topic,
        subject: None,
        message: message.to_owned(),
        attributes: Vec::new(),
        dedup: String::new(),
    }
}

fn outlets() -> Outlets {
    let sdk = sdk(emulator::address(), REGION);
    let own = Arn::parse(&format!(
        "arn:aws:lambda:{REGION}:{ACCOUNT}:function:stepwarden"
    ));
    let outlets = Outlets::new(Sns::new(&sdk, String::new(), None))
        .with_hub(&sdk, &AccountsConfig::default(), true)
        .with_bus(&sdk, Some("stepwarden-alerts".to_owned()));
    outlets.runs_at(&own.unwrap());
    outlets
}

/// The workflow of the sample account with most findings.
fn sample() -> Assessment {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let account = local::read(&root.join("events/account")).unwrap();
    let all = assess::account(&account, &Config::default(), "2026-11-23");
    all.into_iter().max_by_key(|a| a.findings.len()).unwrap()
}

fn told(finding: &Finding) -> ReportedFinding {
    ReportedFinding {
        fingerprint: finding.fingerprint(),
        rule: finding.rule().to_string(),
        severity: finding.severity(),
        title: finding.title().to_owned(),
        since: "2026-11-01".to_owned(),
        cause: None,
    }
}

fn imported(picture: &Picture<'_>, outlets: &Outlets) -> Vec<AwsSecurityFinding> {
    let home = AccountRegion::of(&picture.workflow.arn);
    for batch in asff::batches(picture) {
        let one = delivery(Topic::Hub(home.clone()), &batch.to_string());
        assert_eq!(block(outlets.publish(&one)), Ok(()));
    }
    let client = SecurityHub::new(&sdk(emulator::address(), REGION).config());
    let found = block(client.get_findings().max_results(100).send()).unwrap();
    found.findings().to_vec()
}

#[test]
fn findings_are_imported_updated_and_archived() {
    let (assessment, outlets) = (sample(), outlets());
    let open: Vec<&Finding> = assessment.findings.iter().collect();
    assert!(open.len() > 5);
    let kept: Vec<ReportedFinding> = open.iter().map(|f| told(f)).collect();
    let at = |time: &str| Moment::parse(time).unwrap();
    let first = Picture {
        workflow: &assessment.workflow,
        open: &open,
        told: &kept,
        gone: &[],
        now: at("2026-11-23T10:00:00Z"),
    };
    let found = imported(&first, &outlets);
    assert_eq!(found.len(), open.len());
    let active = |found: &[AwsSecurityFinding]| {
        let all = found.iter();
        all.filter(|f| f.record_state() == Some(&RecordState::Active))
            .count()
    };
    assert_eq!(active(&found), open.len());
    // The same again is the same findings, with a later time.
    let again = Picture {
        now: at("2026-11-24T10:00:00Z"),
        ..first
    };
    let found = imported(&again, &outlets);
    assert_eq!(found.len(), open.len());
    let later = found
        .iter()
        .all(|f| f.updated_at() == Some("2026-11-24T10:00:00Z"));
    assert!(later, "{found:?}");
    // All but the first are gone.
    let rest = kept.get(1..).unwrap();
    let gone = Picture {
        open: open.get(..1).unwrap(),
        gone: rest,
        now: at("2026-11-25T10:00:00Z"),
        ..first
    };
    let found = imported(&gone, &outlets);
    assert_eq!((found.len(), active(&found)), (open.len(), 1));
}

#[test]
fn an_alert_is_an_event_on_a_bus_of_its_own_and_too_large_a_one_is_refused() {
    let client = Events::new(&sdk(emulator::address(), REGION).config());
    let outlets = outlets();
    let one = delivery(Topic::Bus, r#"{"schema":"stepwarden/alert/1"}"#);
    block(client.create_event_bus().name("stepwarden-alerts").send()).unwrap();
    assert_eq!(block(outlets.publish(&one)), Ok(()));
    let large = delivery(Topic::Bus, &"x".repeat(300_000));
    let refused = block(outlets.publish(&large));
    assert!(
        matches!(refused, Err(PublishError::Unfit(_))),
        "{refused:?}"
    );
}
