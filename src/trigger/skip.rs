//! Why an event leads to no evaluation.

/// Why an event changes nothing here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Skip {
    /// Not an event that is watched.
    #[error("`{name}` of `{source_name}` is not watched")]
    NotWatched {
        /// `eventName`, bounded and escaped.
        name: String,
        /// `eventSource`, bounded and escaped.
        source_name: String,
    },
    /// The call failed.
    #[error("the call `{name}` failed with `{code}`: nothing changed")]
    FailedCall {
        /// `eventName`
        name: &'static str,
        /// `errorCode`, bounded and escaped.
        code: String,
    },
    /// It concerns something else, such as an activity.
    #[error("`{name}` concerns no workflow")]
    NoWorkflow {
        /// `eventName`
        name: &'static str,
    },
    /// AWS does not vouch for it: anybody can put an event with such a detail on a bus.
    #[error("AWS does not vouch for this event of `{name}`: {why}; somebody may be forging events")]
    NotVouched {
        /// `eventName`
        name: &'static str,
        /// What does not fit, bounded and escaped.
        why: String,
    },
    /// It does not have the shape of an event.
    #[error("malformed event: {0}")]
    Malformed(String),
}

impl Skip {
    /// Whether somebody should look into it: such an event cannot come from CloudTrail, or its form is new.
    pub const fn is_malformed(&self) -> bool {
        matches!(self, Self::Malformed(_) | Self::NotVouched { .. })
    }
}
