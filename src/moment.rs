//! A moment in UTC, to the second. The clock is read at the ends only; everything between is told what time it is.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

impl Moment {
    /// From a clock reading in seconds.
    pub const fn from_seconds(seconds: u64) -> Self {
        // INVARIANT: no clock reads 292 billion years.
        Self(seconds.cast_signed())
    }

    /// Reads ISO 8601 as CloudTrail writes it, `2026-11-23T09:14:02Z` (RFC 3339).
    pub fn parse(text: &str) -> Option<Self> {
        let read = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        Some(Self(read.unix_timestamp()))
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// That many seconds later.
    #[must_use]
    pub const fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from the other moment to this one; negative where this is the earlier one.
    pub const fn since(self, other: Self) -> i64 {
        self.0.saturating_sub(other.0)
    }

    /// `2026-11-23T09:14:02Z`
    pub fn iso(self) -> String {
        let written = OffsetDateTime::from_unix_timestamp(self.0)
            .ok()
            .and_then(|moment| moment.format(&Rfc3339).ok());
        written.unwrap_or_else(|| "a time outside the calendar".to_owned())
    }

    /// The day, `2026-11-23`.
    pub fn day(self) -> String {
        self.iso().chars().take("2026-11-23".len()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_known_seconds() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_798_761_599, "2026-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            let moment = Moment::from_seconds(seconds);
            assert_eq!(moment.iso(), expected);
            assert_eq!(Moment::parse(expected), Some(moment));
            assert!(expected.starts_with(&moment.day()) && moment.day().len() == 10);
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "2026-11-23",
            "yesterday",
            "2026-13-01T00:00:00Z",
            "2026-11-23T09:14:02",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
        assert!(
            Moment::from_seconds(u64::MAX >> 1)
                .iso()
                .contains("outside")
        );
    }
}
