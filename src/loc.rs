//! Where something stands in a definition: JSON pointers (RFC 6901).

use serde::Serialize;

/// A JSON pointer into a definition, built step by step and escaped as RFC 6901 asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Pointer(String);

impl Pointer {
    /// The whole document.
    pub fn root() -> Self {
        Self::default()
    }

    /// The member `key` of what this points at.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        let mut text = self.0.clone();
        text.push('/');
        for c in key.chars() {
            match c {
                '~' => text.push_str("~0"),
                '/' => text.push_str("~1"),
                c => text.push(c),
            }
        }
        Self(text)
    }

    /// The same with every token passed through `clean`, which says whether it changed it.
    #[must_use]
    pub fn cleaned(&self, clean: &impl Fn(&mut String) -> bool) -> Self {
        let mut whole = self.0.clone();
        if !clean(&mut whole) {
            return self.clone();
        }
        self.tokens()
            .into_iter()
            .fold(Self::root(), |to, mut token| {
                clean(&mut token);
                to.key(&token)
            })
    }

    /// The element `index` of what this points at.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        Self(format!("{}/{index}", self.0))
    }

    /// What holds the value; `None` for the whole document.
    pub fn parent(&self) -> Option<Self> {
        let (above, _) = self.0.rsplit_once('/')?;
        Some(Self(above.to_owned()))
    }

    /// The pointer as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The unescaped reference tokens, outermost first.
    pub fn tokens(&self) -> Vec<String> {
        self.0
            .split('/')
            .skip(1)
            .map(|t| t.replace("~1", "/").replace("~0", "~"))
            .collect()
    }
}

impl std::fmt::Display for Pointer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_back_as_they_went_in() {
        for name in ["", "a/b", "~", "~1", "a~0/b", "Run task", "ü"] {
            let pointer = Pointer::root().key("States").key(name).index(3);
            assert_eq!(pointer.tokens(), ["States", name, "3"], "{name:?}");
        }
    }
}
