//! Addresses of AWS's consoles, by partition. A name of an account can be anything: it is percent-encoded, and an id or
//! region that cannot be one gives no link.

use crate::arn::Arn;
use crate::trigger::EventInfo;

/// A link that leads to a list, and with its rest to the thing itself: where a line is too short for both, its first part
/// still leads somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where the list is.
    pub list: String,
    /// What follows it for the thing itself.
    pub rest: String,
}

impl Link {
    /// The whole address.
    pub fn whole(&self) -> String {
        format!("{}{}", self.list, self.rest)
    }
}

/// The host of a partition's console (AWS General Reference, "Service endpoints"; AWS GovCloud (US) User Guide; Getting
/// Started with AWS services in China Regions). `None` for partitions whose console's address is not public.
fn host(partition: &str) -> Option<&'static str> {
    match partition {
        "aws" => Some("console.aws.amazon.com"),
        "aws-cn" => Some("console.amazonaws.cn"),
        "aws-us-gov" => Some("console.amazonaws-us-gov.com"),
        _ => None,
    }
}

/// The workflow in the console of Step Functions.
pub fn workflow(arn: &Arn) -> Option<Link> {
    let (host, region) = (host(arn.partition())?, region(arn.region())?);
    Some(Link {
        list: format!("https://{host}/states/home?region={region}#/statemachines/"),
        rest: format!("view/{}", encoded(arn.as_str())),
    })
}

/// The role in the console of IAM.
pub fn role(arn: &Arn) -> Option<Link> {
    let host = host(arn.partition())?;
    (arn.service() == "iam" && arn.resource().starts_with("role/")).then(|| Link {
        list: format!("https://{host}/iam/home#/roles/"),
        rest: format!("details/{}", encoded(arn.name())),
    })
}

/// The event in the console of CloudTrail, in the region that recorded it.
pub fn event(event: &EventInfo, partition: &str) -> Option<Link> {
    const LONGEST: usize = 64;
    let (host, region) = (host(partition)?, region(&event.region)?);
    let id = &event.id;
    let is_id = !id.is_empty() && id.len() <= LONGEST;
    let is_id = is_id && id.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    is_id.then(|| Link {
        list: format!("https://{host}/cloudtrailv2/home?region={region}#/events/"),
        rest: id.clone(),
    })
}

fn region(text: &str) -> Option<&str> {
    const LONGEST: usize = 32;
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_region = !text.is_empty() && text.len() <= LONGEST && text.chars().all(allowed);
    is_region.then_some(text)
}

/// Percent-encoded but for what a fragment may hold as it is (RFC 3986, "Fragment").
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b':' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(partition: &str, region: &str, name: &str) -> Arn {
        let resource = format!("stateMachine:{name}");
        Arn::new(partition, "states", region, "123456789012", &resource).unwrap()
    }

    #[test]
    fn each_partition_has_its_own_console() {
        for (partition, home, start) in [
            ("aws", "eu-west-1", "https://console.aws.amazon.com/states/"),
            (
                "aws-cn",
                "cn-north-1",
                "https://console.amazonaws.cn/states/",
            ),
            (
                "aws-us-gov",
                "us-gov-west-1",
                "https://console.amazonaws-us-gov.com/states/",
            ),
        ] {
            let link = workflow(&machine(partition, home, "Orders")).unwrap();
            assert!(
                link.list.starts_with(start) && link.list.contains(home),
                "{link:?}"
            );
        }
        assert_eq!(
            workflow(&machine("aws-iso", "us-iso-east-1", "Orders")),
            None
        );
    }

    #[test]
    fn nothing_of_a_name_leads_elsewhere() {
        let link = workflow(&machine("aws", "eu-west-1", "a b\n\"><@注")).unwrap();
        assert!(
            link.rest.ends_with(":a%20b%0A%22%3E%3C%40%E6%B3%A8"),
            "{link:?}"
        );
        assert_eq!(workflow(&machine("aws", "evil.com/x", "Orders")), None);
        let named = |id: &str, region: &str| EventInfo {
            id: id.to_owned(),
            region: region.to_owned(),
            ..EventInfo::default()
        };
        let known = event(&named("3d2c1b08-7b3e", "us-east-1"), "aws").unwrap();
        assert!(
            known
                .whole()
                .ends_with("?region=us-east-1#/events/3d2c1b08-7b3e")
        );
        for (id, region) in [("x y", "us-east-1"), ("", "us-east-1"), ("ab", "")] {
            assert_eq!(event(&named(id, region), "aws"), None);
        }
        let elsewhere = Arn::parse("arn:aws:iam::123456789012:user/kim").unwrap();
        assert_eq!(role(&elsewhere), None);
    }
}
