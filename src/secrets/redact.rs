//! The choice of what may be shown: everything that is said of a workflow passes here before anybody sees it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde_json::Value;

/// What stands in the place of a credential.
const MASK: &str = "***";
/// A secret shorter than this is masked only where it stands whole.
const WHOLE: usize = 8;
/// So many characters are looked up at once.
const GRAM: usize = 3;
/// Of what stands more often in the secrets the first places are looked at.
const MAX_PLACES: usize = 64;
/// What follows a text that was cut: a secret may be cut with it.
const CUT: char = '…';

/// Knows the credentials of one workflow, to take them out of texts. It shows none of them.
#[derive(Clone, Default)]
pub struct Redactor {
    /// In lower case.
    secrets: Vec<Vec<char>>,
    /// Where in which of them three characters stand.
    index: HashMap<[char; GRAM], Vec<(usize, usize)>>,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({} secrets)", self.secrets.len())
    }
}

impl Redactor {
    /// Of these credentials.
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut all: Vec<Vec<char>> = secrets
            .into_iter()
            .flat_map(|secret| {
                let escaped = serde_json::to_string(&secret).unwrap_or_default();
                let escaped = escaped.trim_matches('"').to_owned();
                [secret, escaped]
            })
            .map(|secret| secret.chars().map(lower).collect())
            .collect();
        all.sort();
        all.dedup();
        all.retain(|secret| secret.len() >= GRAM);
        let mut index: HashMap<[char; GRAM], Vec<(usize, usize)>> = HashMap::new();
        for (which, secret) in all.iter().enumerate() {
            for (at, gram) in secret.windows(GRAM).enumerate() {
                let Ok(gram) = <[char; GRAM]>::try_from(gram) else {
                    continue;
                };
                let places = index.entry(gram).or_default();
                if places.len() < MAX_PLACES {
                    places.push((which, at));
                }
            }
        }
        Self {
            secrets: all,
            index,
        }
    }

    /// Whether there is nothing to take out.
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// The text without the credentials, and without any large part of one: what a function made of it, where a line
    /// was cut in it. Letters count alike in either case.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.secrets.is_empty() {
            return Cow::Borrowed(text);
        }
        let chars: Vec<char> = text.chars().collect();
        let folded: Vec<char> = chars.iter().map(|c| lower(*c)).collect();
        let mut hidden = vec![false; chars.len()];
        let mut at = 0;
        while let Some(rest) = folded.get(at..).filter(|rest| rest.len() >= GRAM) {
            let run = self.run(rest);
            if let Some(marks) = hidden.get_mut(at..at + run) {
                marks.fill(true);
            }
            at += run.max(1);
        }
        if !hidden.contains(&true) {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        let mut before = false;
        for (c, hidden) in chars.iter().zip(&hidden) {
            match (hidden, before) {
                (true, false) => out.push_str(MASK),
                (true, true) => {}
                (false, _) => out.push(*c),
            }
            before = *hidden;
        }
        Cow::Owned(out)
    }

    /// Takes them out of a text in place; whether any was there.
    pub fn clean(&self, text: &mut String) -> bool {
        let Cow::Owned(clean) = self.text(text) else {
            return false;
        };
        *text = clean;
        true
    }

    /// Takes them out of every text and name of a document; whether any was there.
    pub fn clean_json(&self, value: &mut Value) -> bool {
        if self.secrets.is_empty() {
            return false;
        }
        match value {
            Value::String(text) => self.clean(text),
            Value::Array(items) => items
                .iter_mut()
                .fold(false, |any, item| self.clean_json(item) | any),
            Value::Object(map) => {
                let named = map
                    .keys()
                    .any(|key| matches!(self.text(key), Cow::Owned(_)));
                if named {
                    *map = std::mem::take(map)
                        .into_iter()
                        .map(|(key, value)| (self.text(&key).into_owned(), value))
                        .collect();
                }
                map.values_mut()
                    .fold(named, |any, value| self.clean_json(value) | any)
            }
            Value::Number(number) => match self.text(&number.to_string()) {
                Cow::Owned(clean) => {
                    *value = Value::String(clean);
                    true
                }
                Cow::Borrowed(_) => false,
            },
            Value::Bool(_) | Value::Null => false,
        }
    }
}

fn lower(c: char) -> char {
    c.to_ascii_lowercase()
}

/// The shortest part of a secret that gives it away.
fn telling(secret: &[char]) -> usize {
    match secret.len() {
        short if short <= WHOLE => short,
        length => (length * 2 / 3).clamp(WHOLE, 24),
    }
}

impl Redactor {
    /// How much of the text's beginning is a telling part of a secret, in one piece.
    fn run(&self, text: &[char]) -> usize {
        let Some(Ok(gram)) = text.get(..GRAM).map(<[char; GRAM]>::try_from) else {
            return 0;
        };
        let places = self.index.get(&gram).into_iter().flatten();
        places
            .filter_map(|(which, at)| {
                let secret = self.secrets.get(*which)?;
                let same = text.iter().zip(secret.get(*at..)?);
                let run = same.take_while(|(a, b)| a == b).count();
                let is_cut = *at == 0 && run > GRAM && text.get(run) == Some(&CUT);
                (run >= telling(secret) || is_cut).then_some(run)
            })
            .max()
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn redactor() -> Redactor {
        Redactor::new(["Tr0ub4dor-9xQz7".to_owned()])
    }

    #[test]
    fn ordinary_words_stay() {
        for text in ["a password", "the trouble with doors", "Tr0ub4", ""] {
            assert_eq!(redactor().text(text), text);
        }
    }

    #[test]
    fn whole_in_part_in_either_case_and_cut_off() {
        for (text, clean) in [
            ("https://u:Tr0ub4dor-9xQz7@h", "https://u:***@h"),
            ("TR0UB4DOR-9XQZ7", "***"),
            ("x Tr0ub4dor-9x y", "x *** y"),
            ("x Tr0ub…", "x ***…"),
            ("Tr0ub4dor-9xQz7 and Tr0ub4dor-9xQz7", "*** and ***"),
        ] {
            assert_eq!(redactor().text(text), clean);
        }
    }

    #[test]
    fn names_and_values_of_documents() {
        let mut value = json!({"a Tr0ub4dor-9xQz7": ["Tr0ub4dor-9xQz7", 1]});
        assert!(redactor().clean_json(&mut value));
        assert_eq!(value, json!({"a ***": ["***", 1]}));
        assert!(!redactor().clean_json(&mut value));
    }

    #[test]
    fn it_shows_nothing_itself() {
        assert_eq!(format!("{:?}", redactor()), "Redactor(1 secrets)");
    }
}
