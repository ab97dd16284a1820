//! Whether a text can be a credential at all, and whether a name is one's.

/// How surely a field of this name holds a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// A password or key: whatever stands there.
    Surely,
    /// A token, a secret, authentication: what looks as if nobody had thought of it as a word.
    Perhaps,
}

/// Endings of names, in lower case and without separators, of fields that surely hold a credential.
const SURELY: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "passcode",
    "secretaccesskey",
    "secretkey",
    "clientsecret",
    "apisecret",
    "appsecret",
    "sharedsecret",
    "webhooksecret",
    "signingsecret",
    "apikey",
    "authtoken",
    "accesstoken",
    "apitoken",
    "bearertoken",
    "refreshtoken",
    "sessiontoken",
    "privatekey",
    "encryptionkey",
    "signingkey",
    "accountkey",
    "sharedaccesskey",
    "storagekey",
    "subscriptionkey",
    "secretstring",
    "passwort",
    "kennwort",
    "motdepasse",
];

/// Last words of names of fields that may hold one.
const PERHAPS: &[&str] = &[
    "pass",
    "pw",
    "token",
    "auth",
    "authorization",
    "secret",
    "credential",
    "credentials",
    "sig",
    "signature",
];

/// Words before `token` that make it a mark of a request, a page or a task.
const MARKS: &[&str] = &[
    "task",
    "next",
    "request",
    "client",
    "continuation",
    "pagination",
    "page",
    "idempotency",
    "cancel",
    "cancellation",
    "starting",
    "previous",
    "last",
    "resume",
    "sync",
    "creation",
    "change",
    "lock",
    "update",
];

/// What a name says of its value. Words are told apart by case, separators and digits.
pub(super) fn name(name: &str) -> Option<Named> {
    if name.len() > 128 {
        return None;
    }
    let plain: String = letters(name).collect();
    // `passwords` is a list of them.
    let one = plain.strip_suffix('s').unwrap_or(&plain);
    if SURELY
        .iter()
        .any(|s| plain.ends_with(s) || one.ends_with(s))
    {
        return Some(Named::Surely);
    }
    let words = words(name);
    let last = words.last()?;
    let is = |word: &str| PERHAPS.iter().find(|p| **p == word);
    let marks = |word: &String| MARKS.contains(&word.as_str());
    match is(last) {
        Some(&"token") if words.iter().rev().nth(1).is_some_and(marks) => None,
        Some(_) => Some(Named::Perhaps),
        // `authtoken` and the like in one word, but no `tasktoken`.
        None => (last.ends_with("token") && !MARKS.iter().any(|m| last.starts_with(m)))
            .then_some(Named::Perhaps),
    }
}

pub(super) fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
}

pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let begins = c.is_ascii_uppercase() && before.is_ascii_lowercase();
        if (begins || !c.is_ascii_alphabetic()) && words.last().is_some_and(|word| !word.is_empty())
        {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_ascii_alphabetic(), words.last_mut()) {
            word.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Words that people write in place of a secret.
const PLACEHOLDERS: &[&str] = &[
    "example",
    "changeme",
    "change-me",
    "change_me",
    "placeholder",
    "replace",
    "redacted",
    "your",
    "dummy",
    "insert",
    "todo",
    "xxxx",
    "****",
    "....",
    "none",
    "null",
    "undefined",
    "string",
    "hidden",
    "sample",
    "fixme",
];

/// Whether it only stands where a secret will.
pub(super) fn is_placeholder(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let mut chars = text.chars();
    let first = chars.next();
    let repeated = chars.all(|c| Some(c) == first);
    repeated
        || PLACEHOLDERS.iter().any(|p| lower.contains(p))
        || (lower.contains('<') && lower.contains('>'))
}

/// Whether what follows an authentication scheme is a token rather than prose: it has a digit or changes case inside.
pub(super) fn is_random(token: &str) -> bool {
    let inner_upper = token.chars().skip(1).any(|c| c.is_ascii_uppercase());
    let lower = token.chars().any(|c| c.is_ascii_lowercase());
    token.chars().any(|c| c.is_ascii_digit()) || (inner_upper && lower)
}

/// Whether it is made of words and short numbers, as names of things are: `prod/db/password-1`.
fn is_made_of_words(text: &str) -> bool {
    text.split(['/', '-', '_', '.', ':']).all(|part| {
        let digits = part.chars().filter(char::is_ascii_digit).count();
        let same_case = !part.chars().any(|c| c.is_ascii_uppercase())
            || !part.chars().any(|c| c.is_ascii_lowercase())
            || part.chars().skip(1).all(|c| !c.is_ascii_uppercase());
        let plain = part.chars().all(|c| c.is_ascii_alphanumeric());
        plain
            && same_case
            && (digits == 0 || (digits == part.len() && digits <= 4) || {
                // A word with a number behind it, such as `v2` or `orders1`.
                digits <= 2
                    && part.trim_end_matches(|c: char| c.is_ascii_digit()).len() + digits
                        == part.len()
            })
    })
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

/// Something that names a secret, or is computed at run or deployment time.
pub(super) fn is_reference(text: &str) -> bool {
    const STARTS: [&str; 10] = [
        "{%",
        "{{",
        "arn:",
        "alias/",
        "States.",
        "ssm:",
        "secretsmanager:",
        "<",
        "http",
        "%",
    ];
    let whole = text.trim();
    STARTS.iter().any(|s| whole.starts_with(s))
        || whole.split([':', '=', '@']).any(is_variable)
        || is_path(whole)
        || whole.contains("${")
        || whole.contains("{{resolve:")
}

/// A path of the workflow's data, a variable of a shell or a template, or several side by side: `$.password`, `$DB_PASS`,
/// `$USER:$PASS`, `$(cat file)`. What begins with a dollar and goes on as no name does is a text.
fn is_variable(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('$') else {
        return false;
    };
    if rest.starts_with(['.', '[', '{', '(', '$', '@']) {
        return true;
    }
    let of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '[' | ']');
    let joins = |c: char| matches!(c, '/' | ':' | '@' | ',' | ';' | '\'' | '"' | ')');
    text.split('$').skip(1).all(|word| {
        let begins = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let after = word.trim_start_matches(of_name);
        let goes_on = after.starts_with(joins) && is_made_of_words(after.trim_matches(joins));
        begins && (after.is_empty() || goes_on)
    })
}

/// A path such as `/prod/db/password`; a key in base64 may begin with a slash, too.
fn is_path(text: &str) -> bool {
    let Some(inner) = text.strip_prefix('/') else {
        return false;
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.');
    inner.chars().all(plain) && (inner.contains('/') || is_made_of_words(inner))
}

/// The name of an algorithm, such as `HMAC-SHA256`: what says how something is signed.
fn is_algorithm(text: &str) -> bool {
    const FAMILIES: [&str; 11] = [
        "hmac", "sha", "rsa", "ecdsa", "aes", "hs256", "hs512", "rs256", "es256", "aws4", "ed25519",
    ];
    let lower = text.to_ascii_lowercase();
    text.len() <= 32
        && FAMILIES.iter().any(|family| lower.starts_with(family))
        && text.split(['-', '_', '+']).count() > 1
}

/// An action of AWS, such as `lambda:InvokeFunction`.
fn is_action(text: &str) -> bool {
    let Some((service, action)) = text.split_once(':') else {
        return false;
    };
    let of_service = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let of_action = |c: char| c.is_ascii_alphanumeric() || c == '*';
    service.chars().all(of_service)
        && action.starts_with(|c: char| c.is_ascii_uppercase() || c == '*')
        && action.chars().all(of_action)
        && !action.chars().any(|c| c.is_ascii_digit())
}

/// Whether the text can be the credential that its name says it is.
pub(super) fn value(text: &str, of: &str, named: Named) -> bool {
    let least = if named == Named::Surely { 6 } else { 8 };
    let text = text.trim();
    if text.len() < least
        || text.len() > 8192
        || is_reference(text)
        || is_placeholder(text)
        || is_action(text)
        || text.chars().any(char::is_whitespace)
    {
        return false;
    }
    let name: String = letters(of).collect();
    if name.contains(&text.to_ascii_lowercase()) {
        return false;
    }
    // Type names and words describe a secret; they are none.
    let varied = text
        .chars()
        .any(|c| !c.is_ascii_alphabetic() && c != '_' && c != '-');
    match named {
        Named::Surely => varied && !(text.contains('/') && is_made_of_words(text)),
        Named::Perhaps => {
            varied
                && text.chars().any(|c| c.is_ascii_alphabetic())
                && text.chars().any(|c| c.is_ascii_digit())
                && !is_made_of_words(text)
                && !is_algorithm(text)
                && !is_uuid(text)
        }
    }
}
