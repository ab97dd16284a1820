//! The function's environment.

use aws_sdk_ssm::error::ProvideErrorMetadata as _;

use super::Sdk;
use super::error::why;
use crate::config::Config;

/// The IAM actions that reading the configuration from Parameter Store needs.
pub(super) const ACTIONS: &[&str] = &["ssm:GetParameter"];

/// What the function is told by its environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `STEPWARDEN_ALERT_TOPIC`
    pub people: String,
    /// `STEPWARDEN_FINDINGS_TOPIC`
    pub machines: Option<String>,
    /// `STEPWARDEN_TABLE`
    pub table: Option<String>,
    /// `STEPWARDEN_QUEUE_URL`
    pub queue: Option<String>,
    /// `STEPWARDEN_CHAT_TOPIC`
    pub chat: Option<String>,
    /// `STEPWARDEN_EVENT_BUS`
    pub bus: Option<String>,
    /// `STEPWARDEN_SECURITY_HUB`
    pub security_hub: bool,
    /// `STEPWARDEN_CONFIG`
    config: Source,
}

/// Where the configuration stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    Text(String),
    /// `ssm:NAME`
    Parameter(String),
}

/// Why the function cannot begin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A required variable.
    #[error("`{0}` is not set: give it the ARN of the SNS topic for people")]
    Missing(&'static str),
    /// A variable's value.
    #[error("`{0}` is wrong: {1}")]
    Wrong(&'static str, String),
}

const ALERT_TOPIC: &str = "STEPWARDEN_ALERT_TOPIC";
const FINDINGS_TOPIC: &str = "STEPWARDEN_FINDINGS_TOPIC";
const TABLE: &str = "STEPWARDEN_TABLE";
const QUEUE: &str = "STEPWARDEN_QUEUE_URL";
const CHAT: &str = "STEPWARDEN_CHAT_TOPIC";
const BUS: &str = "STEPWARDEN_EVENT_BUS";
const HUB: &str = "STEPWARDEN_SECURITY_HUB";
const CONFIG: &str = "STEPWARDEN_CONFIG";

impl Settings {
    /// Reads them; `variable` gives the value of a variable.
    ///
    /// # Errors
    /// When one is missing or wrong: which, and what to do.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let set = |name: &str| {
            let value = variable(name)?.trim().to_owned();
            (!value.is_empty()).then_some(value)
        };
        let config = set(CONFIG).unwrap_or_default();
        let config = match config.strip_prefix("ssm:") {
            Some("") => {
                let why = "`ssm:` is followed by the name of a parameter";
                return Err(SettingsError::Wrong(CONFIG, why.to_owned()));
            }
            Some(name) => Source::Parameter(name.to_owned()),
            None => Source::Text(config),
        };
        let queue = set(QUEUE);
        if queue.as_ref().is_some_and(|url| !url.contains("://")) {
            let why = "it is the URL of a queue, not its name or ARN";
            return Err(SettingsError::Wrong(QUEUE, why.to_owned()));
        }
        let bus = set(BUS);
        if bus.as_deref().is_some_and(is_default_bus) {
            let why = "the default bus is everybody's: give the name or ARN of a bus of its own, on which nobody but this function may put events";
            return Err(SettingsError::Wrong(BUS, why.to_owned()));
        }
        let security_hub = match set(HUB).as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                let why = "it is `true` or `false`";
                return Err(SettingsError::Wrong(HUB, why.to_owned()));
            }
        };
        Ok(Self {
            chat: set(CHAT),
            bus,
            security_hub,
            people: set(ALERT_TOPIC).ok_or(SettingsError::Missing(ALERT_TOPIC))?,
            machines: set(FINDINGS_TOPIC),
            table: set(TABLE),
            queue,
            config,
        })
    }

    /// The configuration, from the text or from Parameter Store.
    ///
    /// # Errors
    /// When it cannot be read, or is wrong.
    pub async fn config(&self, sdk: &Sdk) -> Result<Config, SettingsError> {
        let wrong = |why: String| SettingsError::Wrong(CONFIG, why);
        match &self.config {
            Source::Text(text) => Config::parse(text).map_err(|error| wrong(error.to_string())),
            Source::Parameter(name) => {
                let text = parameter(sdk, name).await.map_err(wrong)?;
                Config::parse(&text)
                    .map_err(|error| wrong(format!("the parameter `{name}`: {error}")))
            }
        }
    }
}

/// Whether a bus is the default one, by its name or ARN.
fn is_default_bus(bus: &str) -> bool {
    bus.rsplit('/')
        .next()
        .is_some_and(|name| name.eq_ignore_ascii_case("default"))
}

async fn parameter(sdk: &Sdk, name: &str) -> Result<String, String> {
    let call = client!(aws_sdk_ssm, sdk).get_parameter().name(name);
    match call.with_decryption(true).send().await {
        Ok(output) => output
            .parameter
            .and_then(|parameter| parameter.value)
            .ok_or_else(|| format!("the parameter `{name}` has no value")),
        Err(error) if error.code() == Some("ParameterNotFound") => Err(format!(
            "there is no parameter `{name}` in Parameter Store in this account and region: make it, or correct the name"
        )),
        Err(error) => Err(format!(
            "the parameter `{name}` cannot be read: {}",
            why("ssm:GetParameter", &error)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings, String> {
        let value = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Settings::read(value).map_err(|error| error.to_string())
    }

    #[test]
    fn the_alert_topic_is_required_and_the_rest_is_not() {
        assert!(read(&[]).unwrap_err().contains("`STEPWARDEN_ALERT_TOPIC`"));
        assert!(read(&[(ALERT_TOPIC, " ")]).is_err());
        let settings = read(&[(ALERT_TOPIC, "arn"), (FINDINGS_TOPIC, ""), (TABLE, " t ")]).unwrap();
        assert_eq!((settings.people.as_str(), settings.machines), ("arn", None));
        assert_eq!(
            (settings.table.as_deref(), settings.queue),
            (Some("t"), None)
        );
        assert_eq!(settings.config, Source::Text(String::new()));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_and_says_what_is() {
        for (name, value, says) in [
            (CONFIG, "ssm:", "name of a parameter"),
            (QUEUE, "arn:aws:sqs:eu-west-1:123456789012:work", "URL"),
            (BUS, "default", "everybody's"),
            (
                BUS,
                "arn:aws:events:eu-west-1:123456789012:event-bus/default",
                "everybody's",
            ),
            (HUB, "yes", "`true` or `false`"),
        ] {
            let error = read(&[(ALERT_TOPIC, "arn"), (name, value)]).unwrap_err();
            assert!(error.contains(name) && error.contains(says), "{error}");
        }
        let named = read(&[(ALERT_TOPIC, "arn"), (CONFIG, "ssm:/stepwarden/config")]).unwrap();
        assert_eq!(
            named.config,
            Source::Parameter("/stepwarden/config".to_owned())
        );
    }
}
