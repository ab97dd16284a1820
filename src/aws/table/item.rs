//! Items: their keys, and texts of any size in an attribute.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use sha2::{Digest, Sha256};

pub(super) type Item = HashMap<String, AttributeValue>;

/// Bytes of a partition key and of a sort key (Amazon DynamoDB Developer Guide, "Quotas in Amazon DynamoDB").
const LONGEST: (usize, usize) = (2048, 1024);
/// Longer texts are deflated: shorter ones stay readable in the console.
const READABLE: usize = 4096;
/// An item has at most 400 KB with its names (ibid.); the rest is for what stands beside the text.
const LARGEST: usize = 390_000;
/// Of an inflated text; no record of a workflow comes near.
const INFLATED: usize = 64 << 20;

/// The key of an item.
pub(super) fn key(pk: &str, sk: &str) -> Item {
    HashMap::from([
        ("pk".to_owned(), string(&bounded(pk, LONGEST.0))),
        ("sk".to_owned(), string(&bounded(sk, LONGEST.1))),
    ])
}

/// A name that no service gives out still finds its item, by its digest.
pub(super) fn bounded(text: &str, longest: usize) -> String {
    if text.len() <= longest {
        return text.to_owned();
    }
    let digest = Sha256::digest(text.as_bytes());
    let digest: String = digest.iter().map(|b| format!("{b:02x}")).collect();
    let kind = text.split('#').next().filter(|kind| kind.len() <= 32);
    format!("{}#sha256#{digest}", kind.unwrap_or("long"))
}

pub(super) fn string(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

pub(super) fn number(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// The text of an attribute.
pub(super) fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    Some(item.get(name)?.as_s().ok()?.as_str())
}

/// A count; 0 where there is none.
pub(super) fn count(item: &Item, name: &str) -> u64 {
    let number = item.get(name).and_then(|value| value.as_n().ok());
    number.and_then(|n| n.parse().ok()).unwrap_or_default()
}

/// Whether a flag is set.
pub(super) fn flag(item: &Item, name: &str) -> bool {
    let flag = item.get(name).and_then(|value| value.as_bool().ok());
    flag.copied().unwrap_or_default()
}

/// A text as an attribute.
///
/// # Errors
/// When no item can hold it: how many bytes it takes.
pub(super) fn pack(text: String) -> Result<AttributeValue, usize> {
    if text.len() <= READABLE {
        return Ok(AttributeValue::S(text));
    }
    const LEVEL: u8 = 6;
    let deflated = miniz_oxide::deflate::compress_to_vec(text.as_bytes(), LEVEL);
    if deflated.len() > LARGEST {
        return Err(deflated.len());
    }
    Ok(AttributeValue::B(Blob::new(deflated)))
}

/// The text of an attribute again.
///
/// # Errors
/// When it is none: why.
pub(super) fn unpack(value: &AttributeValue) -> Result<String, &'static str> {
    match value {
        AttributeValue::S(text) => Ok(text.clone()),
        AttributeValue::B(blob) => {
            let inflated =
                miniz_oxide::inflate::decompress_to_vec_with_limit(blob.as_ref(), INFLATED);
            let inflated = inflated.map_err(|_| "it cannot be inflated")?;
            String::from_utf8(inflated).map_err(|_| "it is no text")
        }
        _ => Err("it is neither text nor deflated text"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_size_come_back_or_are_refused() {
        for length in [0, READABLE, READABLE + 1, 2_000_000] {
            let text = "ä".repeat(length / 2);
            assert_eq!(unpack(&pack(text.clone()).unwrap()), Ok(text));
        }
        // What does not deflate: digits of a generator.
        let mut seed = 1_u64;
        let mut next = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b' ' + (seed >> 33) as u8 % 95)
        };
        let noise: String = (0..800_000).map(|_| next()).collect();
        assert!(pack(noise).unwrap_err() > LARGEST);
    }

    #[test]
    fn what_was_damaged_is_refused_and_not_inflated_without_end() {
        let damaged = AttributeValue::B(Blob::new(vec![0xff; 100]));
        assert!(unpack(&damaged).is_err());
        let bomb = miniz_oxide::deflate::compress_to_vec(&vec![b'x'; INFLATED + 1], 1);
        assert!(unpack(&AttributeValue::B(Blob::new(bomb))).is_err());
        assert!(unpack(&AttributeValue::Bool(true)).is_err());
    }

    #[test]
    fn keys_are_within_the_limits_and_apart() {
        let long = |last: char| format!("event#{}{last}", "é".repeat(2000));
        for text in ["event#1".to_owned(), long('a')] {
            assert!(bounded(&text, LONGEST.0).len() <= LONGEST.0);
        }
        assert_ne!(bounded(&long('a'), 2048), bounded(&long('b'), 2048));
        assert_eq!(bounded("event#1", 2048), "event#1");
    }
}
