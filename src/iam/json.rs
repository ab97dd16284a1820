//! Policy documents as JSON: URL-encoded or not, bounded in size, and with no key told twice.

use std::fmt;

use serde::Deserialize;
use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// A larger document is not read. IAM accepts at most 10,240 characters of a customer's own, and AWS's own managed
/// policies stay below 100 kB (IAM User Guide, "IAM and AWS STS quotas").
pub(crate) const MAX_BYTES: usize = 512 * 1024;

/// Reads a document; the error says in words what is wrong with it.
pub(crate) fn read(text: &str) -> Result<Value, String> {
    if text.len() > MAX_BYTES {
        let size = text.len();
        return Err(format!(
            "the document has {size} bytes, more than the {MAX_BYTES} that are read (IAM accepts at most 10,240 characters)"
        ));
    }
    let decoded;
    let trimmed = text.trim_start_matches('\u{feff}').trim_start();
    let json = if trimmed.starts_with('%') {
        decoded = percent_decode(trimmed)?;
        decoded.as_str()
    } else {
        trimmed
    };
    serde_json::from_str::<Strict>(json)
        .map(|strict| strict.0)
        .map_err(|error| format!("the document is not valid JSON: {error}"))
}

/// RFC 3986 percent-encoding, as GetRolePolicy and GetAccountAuthorizationDetails return it.
fn percent_decode(text: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|b| char::from(b).to_digit(16));
        let value = digit().zip(digit()).map(|(high, low)| high * 16 + low);
        match value.and_then(|v| u8::try_from(v).ok()) {
            Some(byte) => bytes.push(byte),
            None => return Err("the document's URL encoding is broken off".to_owned()),
        }
    }
    String::from_utf8(bytes).map_err(|_| "the document is not UTF-8 once URL-decoded".to_owned())
}

/// A JSON value in whose objects no key stands twice: IAM's own parser does not accept such a document, and taking one
/// of the two would be a guess.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut out = Vec::new();
        while let Some(Strict(value)) = seq.next_element()? {
            out.push(value);
        }
        Ok(Value::Array(out))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut out = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if out.contains_key(&key) {
                return Err(A::Error::custom(format!("the key `{key}` stands twice")));
            }
            let Strict(value) = map.next_value()?;
            out.insert(key, value);
        }
        Ok(Value::Object(out))
    }
}
