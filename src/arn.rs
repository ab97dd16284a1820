//! Amazon Resource Names (AWS IAM User Guide, "IAM identifiers", "Amazon Resource Names").

use serde::{Deserialize, Serialize};

/// Stands for the account that only a deployment knows; no account has this id.
pub const PLACEHOLDER_ACCOUNT: &str = "000000000000";

/// One parsed ARN: `arn:partition:service:region:account:resource`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn {
    text: String,
    /// Byte offsets of the ends of partition, service, region and account.
    ends: [usize; 4],
}

impl Arn {
    /// Parses the text; `None` when it has fewer than six parts, does not begin with `arn:`,
    /// or has an empty partition, service or resource.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("arn:")?;
        let mut ends = [0; 4];
        let mut at = text.len() - rest.len();
        for end in &mut ends {
            let tail = text.get(at..)?;
            *end = at + tail.find(':')?;
            at = *end + 1;
        }
        let arn = Self {
            text: text.to_owned(),
            ends,
        };
        let whole =
            !arn.partition().is_empty() && !arn.service().is_empty() && !arn.resource().is_empty();
        whole.then_some(arn)
    }

    /// Puts an ARN together.
    pub fn new(
        partition: &str,
        service: &str,
        region: &str,
        account: &str,
        resource: &str,
    ) -> Option<Self> {
        Self::parse(&format!(
            "arn:{partition}:{service}:{region}:{account}:{resource}"
        ))
    }

    /// Stands where no ARN is known, so that a verdict can still be given.
    pub fn nowhere() -> Self {
        let text = "arn:aws:states:::stateMachine:unknown".to_owned();
        Self {
            text,
            ends: [7, 14, 15, 16],
        }
    }

    fn part(&self, from: usize, to: usize) -> &str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// `aws`, `aws-cn`, `aws-us-gov`, …
    pub fn partition(&self) -> &str {
        self.part(4, self.ends[0])
    }

    /// The service namespace, such as `states`.
    pub fn service(&self) -> &str {
        self.part(self.ends[0] + 1, self.ends[1])
    }

    /// The region; empty for global services.
    pub fn region(&self) -> &str {
        self.part(self.ends[1] + 1, self.ends[2])
    }

    /// The account id; empty for some services, `aws` for AWS managed policies.
    pub fn account(&self) -> &str {
        self.part(self.ends[2] + 1, self.ends[3])
    }

    /// Everything after the account, such as `role/path/name` or `stateMachine:Name`.
    pub fn resource(&self) -> &str {
        self.text.get(self.ends[3] + 1..).unwrap_or_default()
    }

    /// What follows the last `/` or `:` of the resource.
    pub fn name(&self) -> &str {
        self.resource()
            .rsplit(['/', ':'])
            .next()
            .unwrap_or_default()
    }

    /// The ARN as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl std::fmt::Display for Arn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Arn {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("this is no ARN"))
    }
}

impl Serialize for Arn {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// One account in one region.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccountRegion {
    /// The account id.
    pub account: String,
    /// The region.
    pub region: String,
}

impl AccountRegion {
    /// Where a workflow lives.
    pub fn of(arn: &Arn) -> Self {
        Self {
            account: arn.account().to_owned(),
            region: arn.region().to_owned(),
        }
    }
}

impl std::fmt::Display for AccountRegion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.account, self.region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_role_and_of_a_bucket() {
        let role = Arn::parse("arn:aws-cn:iam::123456789012:role/team/x").unwrap();
        assert_eq!(
            (role.partition(), role.service(), role.region()),
            ("aws-cn", "iam", "")
        );
        assert_eq!(
            (role.account(), role.resource(), role.name()),
            ("123456789012", "role/team/x", "x")
        );
        let bucket = Arn::parse("arn:aws:s3:::b/k:1").unwrap();
        assert_eq!((bucket.account(), bucket.resource()), ("", "b/k:1"));
    }

    #[test]
    fn nowhere_is_an_arn_like_any_other() {
        assert_eq!(Arn::parse(Arn::nowhere().as_str()), Some(Arn::nowhere()));
    }

    #[test]
    fn what_is_no_arn() {
        for text in [
            "",
            "arn",
            "arn:aws:s3",
            "arn:aws:s3::",
            "arn:aws:s3:::",
            "arn::s3:::b",
            "x:aws:s3:::b",
        ] {
            assert_eq!(Arn::parse(text), None, "{text:?}");
        }
    }
}
