//! Passwords that are words: of letters alone, or several with blanks between. Only a field whose own name is a password's
//! says so; what describes a password, or tells people about it, is none.

use super::plausible::{is_placeholder, is_reference, letters, words};

/// Endings of names, in lower case and without separators, of fields that hold what a person chose.
const CHOSEN: &[&str] = &[
    "password",
    "passwords",
    "passwd",
    "passphrase",
    "pwd",
    "passwort",
    "kennwort",
    "motdepasse",
];

/// Words that say of what kind a value is, where it comes from or what becomes of it.
const DESCRIBING: &[&str] = &[
    "algorithm",
    "allowed",
    "argon",
    "attribute",
    "automatic",
    "base",
    "bcrypt",
    "binary",
    "boolean",
    "bytes",
    "changed",
    "check",
    "cleartext",
    "column",
    "config",
    "configured",
    "credential",
    "credentials",
    "custom",
    "default",
    "defined",
    "deleted",
    "denied",
    "disabled",
    "empty",
    "enabled",
    "encoded",
    "encrypted",
    "enforced",
    "env",
    "environment",
    "error",
    "expired",
    "failed",
    "field",
    "file",
    "forbidden",
    "format",
    "forgotten",
    "from",
    "function",
    "generated",
    "hash",
    "hashed",
    "header",
    "hidden",
    "id",
    "identifier",
    "invalid",
    "json",
    "key",
    "known",
    "lambda",
    "list",
    "login",
    "managed",
    "manager",
    "mandatory",
    "masked",
    "missing",
    "mode",
    "name",
    "object",
    "only",
    "optional",
    "output",
    "owner",
    "param",
    "parameter",
    "parameters",
    "pass",
    "passed",
    "passphrase",
    "passwd",
    "password",
    "path",
    "pattern",
    "plain",
    "plaintext",
    "policy",
    "property",
    "protected",
    "provided",
    "pwd",
    "random",
    "read",
    "ref",
    "reference",
    "required",
    "reset",
    "resource",
    "result",
    "role",
    "rotated",
    "rotation",
    "secret",
    "secrets",
    "secure",
    "set",
    "ssm",
    "state",
    "states",
    "stdin",
    "stored",
    "string",
    "success",
    "supplied",
    "table",
    "task",
    "temporary",
    "text",
    "token",
    "true",
    "type",
    "undefined",
    "unknown",
    "unset",
    "updated",
    "user",
    "username",
    "uuid",
    "valid",
    "validated",
    "value",
    "var",
    "variable",
    "vault",
    "verified",
    "wrong",
];

/// Words of sentences.
const PROSE: &[&str] = &[
    "a",
    "after",
    "all",
    "an",
    "and",
    "any",
    "are",
    "as",
    "ask",
    "at",
    "be",
    "before",
    "by",
    "can",
    "change",
    "characters",
    "chars",
    "contact",
    "contains",
    "days",
    "digits",
    "do",
    "every",
    "for",
    "get",
    "goes",
    "has",
    "have",
    "here",
    "if",
    "in",
    "into",
    "is",
    "it",
    "its",
    "least",
    "length",
    "letters",
    "long",
    "longer",
    "match",
    "matches",
    "maximum",
    "may",
    "minimum",
    "most",
    "must",
    "my",
    "never",
    "no",
    "not",
    "of",
    "on",
    "one",
    "or",
    "our",
    "per",
    "see",
    "should",
    "than",
    "that",
    "the",
    "there",
    "this",
    "to",
    "use",
    "used",
    "via",
    "was",
    "we",
    "when",
    "where",
    "which",
    "will",
    "with",
    "yes",
    "you",
];

/// Most words of a passphrase.
const MAX_WORDS: usize = 8;

/// Whether the text is what a person chose for the password that its field is named after.
pub(super) fn is_one(text: &str, of: &str) -> bool {
    let text = text.trim();
    let name: String = letters(of).collect();
    if !CHOSEN.iter().any(|end| name.ends_with(end))
        || !(8..=128).contains(&text.len())
        || is_reference(text)
        || is_placeholder(text)
        || name.contains(&letters(text).collect::<String>())
    {
        return false;
    }
    let parts: Vec<&str> = text.split_whitespace().collect();
    let says =
        |word: &String| DESCRIBING.contains(&word.as_str()) || PROSE.contains(&word.as_str());
    if words(text).iter().any(says) || parts.len() > MAX_WORDS {
        return false;
    }
    match parts.as_slice() {
        [one] => one
            .chars()
            .all(|c| c.is_ascii_alphabetic() || matches!(c, '-' | '_')),
        _ => text.chars().all(|c| !c.is_control()) && !text.ends_with(['.', ':', '?', ',']),
    }
}

#[cfg(test)]
mod tests {
    use super::is_one;

    #[test]
    fn what_describes_a_password_is_none() {
        for (text, of) in [
            ("SecureString", "password"),
            ("passwordHash", "password"),
            ("required", "Password"),
            ("must be at least 8 characters", "password"),
            ("Ask the operator on call", "password"),
            ("databasePassword", "databasePassword"),
            ("changeme please", "password"),
            ("$dbPassword", "password"),
            ("sunshine", "passwordPolicy"),
            ("sunshine", "token"),
            ("sun", "password"),
        ] {
            assert!(!is_one(text, of), "{of}: {text}");
        }
    }

    #[test]
    fn words_and_phrases() {
        for (text, of) in [
            ("sunshine", "password"),
            ("MonkeyBanana", "DB_PASSWORD"),
            ("correct horse battery staple", "passphrase"),
            ("Tr0ub4dor & 3 9xQz7", "MasterUserPassword"),
            ("blue-giraffe-lamp", "pwd"),
        ] {
            assert!(is_one(text, of), "{of}: {text}");
        }
    }
}
