//! The function's environment.

use crate::config::Config;

/// What the function is told by its environment.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `STEPWARDEN_ALERT_TOPIC`
    pub people: String,
    /// `STEPWARDEN_FINDINGS_TOPIC`
    pub machines: Option<String>,
    /// `STEPWARDEN_CONFIG`, parsed.
    pub config: Config,
}

/// Why the function cannot begin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A required variable.
    #[error("`{0}` is not set: give it the ARN of the SNS topic for people")]
    Missing(&'static str),
    /// Kept verdicts and sweeps, which this build does not have.
    #[error("`{0}` is set, but this build keeps no state: unset it")]
    Unsupported(&'static str),
    /// The configuration text.
    #[error("`STEPWARDEN_CONFIG` is wrong: {0}")]
    Config(String),
}

const ALERT_TOPIC: &str = "STEPWARDEN_ALERT_TOPIC";
const FINDINGS_TOPIC: &str = "STEPWARDEN_FINDINGS_TOPIC";
const CONFIG: &str = "STEPWARDEN_CONFIG";

impl Settings {
    /// Reads them; `variable` gives the value of a variable.
    ///
    /// # Errors
    /// When one is missing or wrong: which, and what to do.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let set = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        // Told rather than passed over: who sets them counts on alerts being changes.
        for name in ["STEPWARDEN_TABLE", "STEPWARDEN_QUEUE_URL"] {
            if set(name).is_some() {
                return Err(SettingsError::Unsupported(name));
            }
        }
        let config = match set(CONFIG) {
            None => Config::default(),
            Some(text) if text.starts_with("ssm:") => {
                let why = "it names a parameter; this build takes the text itself (a template can put it there with `{{resolve:ssm:NAME}}`)";
                return Err(SettingsError::Config(why.to_owned()));
            }
            Some(text) => {
                Config::parse(&text).map_err(|error| SettingsError::Config(error.to_string()))?
            }
        };
        Ok(Self {
            people: set(ALERT_TOPIC).ok_or(SettingsError::Missing(ALERT_TOPIC))?,
            machines: set(FINDINGS_TOPIC),
            config,
        })
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
        let settings = read(&[(ALERT_TOPIC, "arn"), (FINDINGS_TOPIC, "")]).unwrap();
        assert_eq!((settings.people.as_str(), settings.machines), ("arn", None));
    }

    #[test]
    fn what_cannot_be_kept_to_is_refused() {
        for (name, value) in [
            ("STEPWARDEN_TABLE", "verdicts"),
            (CONFIG, "ssm:/stepwarden"),
            (CONFIG, "no such key = 1"),
        ] {
            assert!(
                read(&[(ALERT_TOPIC, "arn"), (name, value)]).is_err(),
                "{name}"
            );
        }
    }
}
