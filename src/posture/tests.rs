use std::collections::BTreeSet;

use super::*;

fn permission(resource: &str) -> Permission {
    Permission {
        actions: Names::Only(BTreeSet::from(["s3:GetObject".to_owned()])),
        resources: Names::Only(BTreeSet::from([resource.to_owned()])),
        conditions: BTreeSet::new(),
    }
}

#[test]
fn what_is_too_large_is_left_out_and_named() {
    let many = (0..2_000).map(|n| permission(&format!("arn:aws:s3:::bucket-{n}/a/long/prefix/*")));
    let large = Posture {
        grants: Some(Permissions {
            allows: many.collect(),
            ..Permissions::default()
        }),
        trust: Some(Permissions::default()),
        targets: Some(Vec::new()),
        ..Posture::default()
    };
    let kept = large.clone().bounded();
    assert!(serde_json::to_string(&kept).unwrap().len() <= MAX_BYTES);
    assert_eq!(
        (kept.left_out.as_slice(), kept.knows(Part::Grant)),
        (&[Part::Grant][..], false)
    );
    assert_eq!((&kept.trust, &kept.targets), (&large.trust, &large.targets));
    let small = Posture {
        grants: None,
        ..large
    };
    assert_eq!(small.clone().bounded(), small);
}

#[test]
fn unknown_and_empty_are_kept_apart() {
    let blank = Posture::default();
    let empty = Posture {
        grants: Some(Permissions::default()),
        ..Posture::default()
    };
    assert!(blank.is_blank() && !empty.is_blank());
    let back: Posture = serde_json::from_str(&serde_json::to_string(&empty).unwrap()).unwrap();
    assert_eq!(
        (back.knows(Part::Grant), back.knows(Part::Trust)),
        (true, false)
    );
}

#[test]
fn another_schema_is_refused() {
    let text = serde_json::to_string(&Posture::default()).unwrap();
    assert!(text.contains("stepwarden/posture/1"));
    let next = text.replace("posture/1", "posture/2");
    assert!(serde_json::from_str::<Posture>(&next).is_err());
}
