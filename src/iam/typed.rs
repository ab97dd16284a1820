//! Condition values that are not text: numbers, points in time, booleans, address ranges.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A number.
pub(super) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = text
        .chars()
        .all(|c| c.is_ascii_digit() || "+-.eE".contains(c));
    let value: f64 = text.parse().ok()?;
    (plain && value.is_finite()).then_some(value)
}

/// `true` or `false`, in any case.
pub(super) fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// Milliseconds since 1970, from a W3C form of ISO 8601 or from epoch seconds (IAM User Guide, "Date condition operators").
/// Four digits alone are a year.
pub(super) fn instant(text: &str) -> Option<i64> {
    let text = text.trim();
    let (date, time) = match text.split_once(['T', 't']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    if time.is_none() && !date.get(1..).unwrap_or_default().contains('-') && date.len() != 4 {
        let seconds = number(date)?;
        return (seconds.abs() < 1e12).then(|| (seconds * 1000.0).round() as i64);
    }
    let mut fields = date.split('-');
    let year = digits(fields.next()?, 4)?;
    let month = fields.next().map_or(Some(1), |f| digits(f, 2))?;
    let day = fields.next().map_or(Some(1), |f| digits(f, 2))?;
    if fields.next().is_some() || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let millis = time.map_or(Some(0), time_of_day)?;
    Some(days_since_epoch(year, month, day) * 86_400_000 + millis)
}

fn digits(text: &str, width: usize) -> Option<i64> {
    let good = text.len() == width && text.bytes().all(|b| b.is_ascii_digit());
    good.then(|| text.parse().ok()).flatten()
}

/// `hh:mm`, `hh:mm:ss` or `hh:mm:ss.s` with `Z`, `±hh:mm`, `±hhmm` or nothing (UTC), as milliseconds.
fn time_of_day(text: &str) -> Option<i64> {
    let (clock, offset) = match text.find(['Z', 'z', '+', '-']) {
        Some(at) => (text.get(..at)?, text.get(at..)?),
        None => (text, ""),
    };
    let mut fields = clock.split(':');
    let hours = digits(fields.next()?, 2)?;
    let minutes = digits(fields.next()?, 2)?;
    let seconds = fields.next().unwrap_or("00");
    let (seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let seconds = digits(seconds, 2)?;
    if fields.next().is_some() || hours > 24 || minutes > 59 || seconds > 60 {
        return None;
    }
    let millis: String = fraction.chars().chain("000".chars()).take(3).collect();
    let millis = digits(&millis, 3)?;
    let shift = match offset {
        "" | "Z" | "z" => 0,
        offset => {
            let sign = if offset.starts_with('-') { -1 } else { 1 };
            let plain: String = offset.chars().skip(1).filter(|c| *c != ':').collect();
            let hours = digits(plain.get(..2)?, 2)?;
            let minutes = digits(plain.get(2..)?, 2)?;
            sign * (hours * 60 + minutes)
        }
    };
    Some(((hours * 60 + minutes - shift) * 60 + seconds) * 1000 + millis)
}

/// Days from 1970-01-01 in the Gregorian calendar.
const fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// An address range, or one address (RFC 4632, RFC 4291).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cidr {
    address: IpAddr,
    prefix: u32,
}

impl Cidr {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.trim().parse().ok()?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Some(width), |p| {
            let plain = !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| p.parse().ok()).flatten()
        })?;
        (prefix <= width).then_some(Self { address, prefix })
    }

    pub(super) fn holds(self, address: IpAddr) -> bool {
        let (first, last) = self.ends();
        address.is_ipv4() == self.address.is_ipv4() && (first..=last).contains(&bits(address))
    }

    /// The first and the last address, as numbers.
    fn ends(self) -> (u128, u128) {
        let width: u32 = if self.address.is_ipv4() { 32 } else { 128 };
        let open = width - self.prefix;
        let low = if open == 128 {
            u128::MAX
        } else {
            (1 << open) - 1
        };
        let bits = bits(self.address);
        (bits & !low, bits | low)
    }

    /// Its first address and the one after its last, of its own family: where truth can change.
    pub(super) fn edges(self) -> Vec<IpAddr> {
        let (first, last) = self.ends();
        let ends = [Some(first), last.checked_add(1)];
        let back = |bits: u128| match self.address {
            IpAddr::V4(_) => u32::try_from(bits)
                .ok()
                .map(|b| IpAddr::V4(Ipv4Addr::from(b))),
            IpAddr::V6(_) => Some(IpAddr::V6(Ipv6Addr::from(bits))),
        };
        ends.into_iter().flatten().filter_map(back).collect()
    }
}

/// Whether these networks together hold at least half of all addresses of a family, or one of them is none: then they are no
/// limit to speak of.
pub fn are_most_addresses(texts: &[String]) -> bool {
    let Some(networks) = texts
        .iter()
        .map(|t| Cidr::parse(t))
        .collect::<Option<Vec<Cidr>>>()
    else {
        return true;
    };
    let held = |is_v4: bool| {
        let family = networks.iter().filter(|n| n.address.is_ipv4() == is_v4);
        let mut ranges: Vec<(u128, u128)> = family.map(|n| n.ends()).collect();
        ranges.sort_unstable();
        // One less than the number of addresses, so that all of IPv6 fits; `None` is no address at all.
        let (mut count, mut end): (Option<u128>, Option<u128>) = (None, None);
        for (first, last) in ranges {
            let from = end.map_or(Some(first), |e| {
                e.checked_add(1).map(|next| next.max(first))
            });
            let Some(from) = from.filter(|from| *from <= last) else {
                continue;
            };
            let size = last - from;
            count = Some(count.map_or(size, |c| c.saturating_add(size).saturating_add(1)));
            end = Some(last);
        }
        count
    };
    held(true).is_some_and(|n| n >= u128::from(u32::MAX >> 1))
        || held(false).is_some_and(|n| n >= u128::MAX >> 1)
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(u32::from(v4)),
        IpAddr::V6(v6) => u128::from(v6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_added_up() {
        let most = |texts: &[&str]| {
            are_most_addresses(&texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>())
        };
        assert!(!most(&["203.0.113.0/24"]));
        assert!(!most(&["10.0.0.0/8", "192.168.0.0/16", "2001:db8::/32"]));
        assert!(!most(&["64.0.0.0/2", "64.0.0.0/3", "0.0.0.0/3"]));
        assert!(most(&["0.0.0.0/0"]));
        assert!(most(&["0.0.0.0/1", "128.0.0.0/1"]));
        assert!(most(&["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2"]));
        assert!(most(&["203.0.113.0/24", "::/0"]));
        assert!(most(&["::/1", "8000::/1"]));
        assert!(most(&["everywhere"]));
    }
}
