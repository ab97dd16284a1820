//! Credentials that are known by their shape, wherever they stand. Sources: each vendor's documentation of its token
//! format, and the public rule set of gitleaks (MIT).

use std::sync::{LazyLock, OnceLock};

use regex_lite::Regex;

use super::plausible;

/// A shape: what it is, the texts without one of which it cannot stand (in lower case), and itself. A group, where there is
/// one, is the secret part of it.
type Row = (&'static str, &'static [&'static str], &'static str);

const SHAPES: &[Row] = &[
    (
        "AWS access key id",
        &["akia", "asia"],
        r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b",
    ),
    (
        "private key",
        &["private key"],
        r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----(?s:.*?-----END|.*)",
    ),
    (
        "GitHub token",
        &["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
        r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})",
    ),
    ("GitLab token", &["glpat-"], r"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("Slack token", &["xox"], r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    (
        "Slack webhook",
        &["hooks.slack.com/"],
        r"hooks\.slack\.com/(?:services|workflows)/(T[A-Za-z0-9_]+/[A-Za-z0-9_]+/[A-Za-z0-9_]{16,})",
    ),
    (
        "Stripe key",
        &["k_live_", "k_test_"],
        r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}",
    ),
    ("Google API key", &["aiza"], r"\bAIza[A-Za-z0-9_-]{35}"),
    (
        "Google OAuth secret",
        &["gocspx-"],
        r"\bGOCSPX-[A-Za-z0-9_-]{20,}",
    ),
    ("npm token", &["npm_"], r"\bnpm_[A-Za-z0-9]{36}\b"),
    (
        "PyPI token",
        &["pypi-ageichlwas5vcmc"],
        r"\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{20,}",
    ),
    (
        "SendGrid key",
        &["sg."],
        r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    ),
    (
        "API key",
        &["sk-"],
        r"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}",
    ),
    ("Databricks token", &["dapi"], r"\bdapi[0-9a-f]{32}\b"),
    ("Vault token", &["hvs."], r"\bhvs\.[A-Za-z0-9_-]{24,}"),
    (
        "JSON Web Token",
        &["eyj"],
        r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}",
    ),
    (
        "bearer token",
        &["bearer"],
        r"(?i)\bbearer\s+([A-Za-z0-9._~+/-]{20,}=*)",
    ),
    (
        "basic authentication",
        &["basic"],
        r"(?i)\bbasic\s+([A-Za-z0-9+/]{12,}={0,2})(?:[^A-Za-z0-9+/=]|$)",
    ),
    (
        "password in a URL",
        &["://"],
        r"\b[a-z][a-z0-9+.-]*://[^\s/:@{}$<>'\x22]*:([^\s/:@{}$<>'\x22]{3,})@[^\s/]",
    ),
    (
        "user and password for curl",
        &["curl"],
        r"\bcurl\s[^|;]*?(?:-u|--user)[\s=]+['\x22]?[^\s:'\x22$]+:([^\s'\x22$]{6,})",
    ),
    (
        "password argument",
        &["mysql", "sshpass"],
        r"\b(?:mysql|mysqldump|mysqladmin|sshpass)\b[^|;]*?\s-p\s?([^\s$'\x22-][^\s$'\x22]{5,})",
    ),
    (
        "password argument",
        &["sqlcmd", "osql", "bcp", "zip"],
        r"\b(?:sqlcmd|osql|bcp|zip|unzip)\b[^|;]*?\s-P\s?['\x22]?([^\s$'\x22-][^\s$'\x22]{5,})",
    ),
    (
        "password argument",
        &["mongo"],
        r"\bmongo(?:sh|dump|restore|import|export)?\b[^|;]*?\s-p\s+['\x22]?([^\s$'\x22-][^\s$'\x22]{5,})",
    ),
    (
        "password argument",
        &["redis-cli"],
        r"\bredis-cli\b[^|;]*?\s-a\s+['\x22]?([^\s$'\x22-][^\s$'\x22]{5,})",
    ),
    (
        "password argument",
        &["ldap"],
        r"\bldap(?:search|modify|add|delete|passwd|whoami)\b[^|;]*?\s-w\s*['\x22]?([^\s$'\x22-][^\s$'\x22]{5,})",
    ),
    (
        "password argument",
        &["7z"],
        r"\b7z[ar]?\b[^|;]*?\s-p([^\s$'\x22]{6,})",
    ),
    (
        "password argument",
        &["pass:"],
        r"\s-(?:pass|passin|passout)\s+['\x22]?pass:([^\s$'\x22][^\s'\x22]{5,})",
    ),
    (
        "password argument",
        &["smbclient", "rpcclient"],
        r"\b(?:smbclient|rpcclient)\b[^|;]*?\s-U\s+['\x22]?[^\s%'\x22]+%([^\s$'\x22]{6,})",
    ),
    (
        "password argument",
        &["login"],
        r"\blogin\b[^|;]*?\s-p[\s=]+['\x22]?([^\s$'\x22-][^\s$'\x22]{5,})",
    ),
    (
        "password argument",
        &["convertto-securestring"],
        r"(?i)\bConvertTo-SecureString\s+(?:-String\s+)?['\x22]([^'\x22$]{6,})['\x22]",
    ),
    (
        "password in a statement",
        &["identified", "password "],
        r"(?i)\b(?:identified\s+(?:with\s+\w+\s+)?by|password)\s+\\?'([^'\s$\\]{6,})\\?'",
    ),
    (
        "basic authentication",
        &["base64encode"],
        r"(?i)\bbasic\b.{0,80}?base64encode\(\s*\\?['\x22][^'\x22:]{1,64}:([^'\x22\\]{6,})",
    ),
    (
        "Discord webhook",
        &["/api/webhooks/"],
        r"\bdiscord(?:app)?\.com/api/webhooks/[0-9]+/([A-Za-z0-9_-]{40,})",
    ),
    (
        "Teams webhook",
        &["incomingwebhook/"],
        r"/IncomingWebhook/([0-9a-f]{32}(?:/[A-Za-z0-9-]{36})?)",
    ),
    (
        "Telegram token",
        &["api.telegram.org/bot"],
        r"\bapi\.telegram\.org/bot([0-9]{6,}:[A-Za-z0-9_-]{30,})",
    ),
    (
        "Azure function key",
        &["azurewebsites.net/"],
        r"\bazurewebsites\.net/[^\s?]*\?(?:[^\s]*&)?code=([A-Za-z0-9_%/+=-]{20,})",
    ),
    ("Mailgun key", &["key-"], r"\bkey-[0-9a-f]{32}\b"),
    (
        "Shopify token",
        &["shp"],
        r"\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b",
    ),
    (
        "Terraform token",
        &[".atlasv1."],
        r"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,}",
    ),
    (
        "DigitalOcean token",
        &["_v1_"],
        r"\bdo[opr]_v1_[0-9a-f]{64}\b",
    ),
    (
        "Docker token",
        &["dckr_pat_"],
        r"\bdckr_pat_[A-Za-z0-9_-]{27,}",
    ),
    ("Hugging Face token", &["hf_"], r"\bhf_[A-Za-z]{34}\b"),
    (
        "Grafana token",
        &["glsa_", "glc_"],
        r"\bgl(?:sa|c)_[A-Za-z0-9+/_=-]{32,}",
    ),
    ("New Relic key", &["nrak-"], r"\bNRAK-[A-Z0-9]{27}\b"),
    (
        "Atlassian token",
        &["atatt3"],
        r"\bATATT3[A-Za-z0-9_=-]{60,}",
    ),
    ("Linear key", &["lin_api_"], r"\blin_api_[A-Za-z0-9]{40}\b"),
    (
        "password in a connection",
        &["sqlplus", "impdp", "expdp"],
        r"\b(?:sqlplus|impdp|expdp)\s+[A-Za-z0-9_]+/([^\s@$]{6,})@",
    ),
    (
        "password in a connection",
        &["jdbc:oracle:"],
        r"\bjdbc:oracle:[a-z0-9]+:[A-Za-z0-9_.]+/([^\s@${}]{6,})@",
    ),
];

/// A text without which a shape cannot stand, with the letters of it: most texts lack one of them, which costs less to see
/// than that the text is not in them.
struct Needed {
    text: &'static str,
    letters: u128,
}

struct Shape {
    kind: &'static str,
    needs: Vec<Needed>,
    text: &'static str,
    /// Compiled when a text first holds what it needs: most never do.
    regex: OnceLock<Option<Regex>>,
}

impl Shape {
    fn regex(&self) -> Option<&Regex> {
        let compiled = self.regex.get_or_init(|| Regex::new(self.text).ok());
        compiled.as_ref()
    }
}

static ALL: LazyLock<Vec<Shape>> = LazyLock::new(|| {
    let needed = |text: &&'static str| Needed {
        text,
        letters: letters(text),
    };
    let shape = |(kind, needs, text): &Row| Shape {
        kind,
        needs: needs.iter().map(needed).collect(),
        text,
        regex: OnceLock::new(),
    };
    SHAPES.iter().map(shape).collect()
});

/// The ASCII characters of a text, a bit for each.
fn letters(text: &str) -> u128 {
    let ascii = text.bytes().filter(u8::is_ascii);
    ascii.fold(0, |all, byte| all | 1 << byte)
}

/// What people write for the password of a URL that shows a form.
const STAND_INS: &[&str] = &["pass", "passwd", "password", "pw", "pwd", "secret", "token"];

/// Each credential in the text that is known by its shape, with what it is.
pub(super) fn find(text: &str, found: &mut impl FnMut(&'static str, &str)) {
    let lower = text.to_ascii_lowercase();
    let there = letters(&lower);
    let holds = |n: &Needed| n.letters & !there == 0 && lower.contains(n.text);
    let may_hold = |shape: &&Shape| shape.needs.iter().any(holds);
    for shape in ALL.iter().filter(may_hold) {
        for captures in shape
            .regex()
            .into_iter()
            .flat_map(|r| r.captures_iter(text))
        {
            // What stands around a secret says nothing of it: `curl https://example.org -u …`.
            let Some(part) = captures.get(1).or(captures.get(0)) else {
                continue;
            };
            let secret = part.as_str();
            let scheme = matches!(shape.kind, "bearer token" | "basic authentication");
            let stands_in = STAND_INS.iter().any(|s| secret.eq_ignore_ascii_case(s));
            if plausible::is_placeholder(secret)
                || stands_in
                || (scheme && !plausible::is_random(secret))
            {
                continue;
            }
            found(shape.kind, secret);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_compiles() {
        assert!(ALL.iter().all(|shape| shape.regex().is_some()));
    }
}
