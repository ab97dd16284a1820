//! Texts in base64, such as the user data of an instance or the payload of a message: what stands in them is read as what
//! stands in the open.

/// Shorter texts hold no credential with its name.
const LEAST: usize = 16;
/// Longer ones are data.
const MOST: usize = 64 << 10;

/// Each part that is the base64 of a text, with that: the whole, which may have several lines, or a word of it.
pub(super) fn texts(text: &str) -> Vec<(&str, String)> {
    if let Some(plain) = decoded(text) {
        return vec![(text, plain)];
    }
    let is_digit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_');
    let words = text.split(|c: char| !is_digit(c));
    words
        .filter_map(|word| Some((word, decoded(word)?)))
        .collect()
}

/// The text that this is the base64 of; `None` of what is no base64, or not of a text.
fn decoded(encoded: &str) -> Option<String> {
    if !(LEAST..=MOST).contains(&encoded.len()) {
        return None;
    }
    let (mut bits, mut count) = (0_u32, 0_u32);
    let mut bytes = Vec::with_capacity(encoded.len() / 4 * 3);
    let mut padded = false;
    for c in encoded.bytes().filter(|c| !matches!(c, b'\n' | b'\r')) {
        let digit = match c {
            b'=' => {
                padded = true;
                continue;
            }
            _ if padded => return None,
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).unwrap_or_default());
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    let is_text = |c: char| !c.is_control() || c.is_ascii_whitespace();
    text.chars().all(is_text).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::{decoded, texts};

    #[test]
    fn texts_come_back_and_nothing_else_does() {
        for (encoded, plain) in [
            ("cGFzc3dvcmQ9MTIzNDU2Nzg=", "password=12345678"),
            ("cGFzc3dvcmQ9MTIzNDU2Nzg", "password=12345678"),
            ("cGFzc3dv\ncmQ9MTIzNDU2Nzg=\n", "password=12345678"),
        ] {
            assert_eq!(decoded(encoded).as_deref(), Some(plain));
        }
        for none in [
            "password=12345678",
            "cGFzc3dvcmQ9=TIzNDU2Nzg",
            "AAECAwQFBgcICQoLDA0ODw==",
            "cGFzc3dv",
            "",
        ] {
            assert_eq!(decoded(none), None, "{none}");
        }
        let words = texts("echo cGFzc3dvcmQ9MTIzNDU2Nzg= | base64 -d > /etc/orders/configuration");
        let plain = "password=12345678".to_owned();
        assert_eq!(words, [("cGFzc3dvcmQ9MTIzNDU2Nzg", plain)]);
    }
}
