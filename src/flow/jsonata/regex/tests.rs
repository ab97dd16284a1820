use super::*;

fn shown(pattern: &str) -> Option<Vec<String>> {
    read(pattern, "").map(|all| all.globs.iter().map(Glob::to_string).collect())
}

#[test]
fn small_classes_are_lists() {
    let list = |all: &[&str]| Some(all.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>());
    assert_eq!(shown("^job-[a-c]$"), list(&["job-a", "job-b", "job-c"]));
    assert_eq!(shown("^[ab]{2}$"), list(&["aa", "ab", "ba", "bb"]));
    assert_eq!(shown(r"^v\d$").map(|all| all.len()), Some(10));
    assert_eq!(shown("^job-[a-z]{3}$"), list(&["job-???"]));
    assert_eq!(shown("^job-[^a]$"), list(&["job-?"]));
    assert_eq!(shown("^[a-]$"), list(&["-", "a"]));
    let folded = read("^ab$", "i").map(|m| m.globs.len());
    assert_eq!(folded, Some(4));
    let any = |pattern| read(pattern, "").map(|m| m.any_text);
    assert_eq!(any("^[a-z]+$"), Some(false));
    for open in ["[a-z]+", "^[^a]+$", "^a.*$", r"^\S+$", "^a"] {
        assert_eq!(any(open), Some(true), "{open}");
    }
}

#[test]
fn anchors_and_alternatives() {
    assert_eq!(shown("^(a|b)$"), Some(vec!["a".into(), "b".into()]));
    assert_eq!(shown("^a|b$"), Some(vec!["a*".into(), "*b".into()]));
    assert_eq!(shown("media"), Some(vec!["*media*".into()]));
    assert_eq!(shown("^media-[a-z]+$"), Some(vec!["media-?*".into()]));
    assert_eq!(shown(r"^fn\.x$"), Some(vec!["fn.x".into()]));
    assert_eq!(shown(r"^\d{3}$"), Some(vec!["???".into()]));
    assert_eq!(
        shown("^colou?r$"),
        Some(vec!["colour".into(), "color".into()])
    );
}

#[test]
fn what_is_not_understood_is_given_up() {
    for pattern in ["(?=a)b", r"(a)\1", "a{", "[a", "^a$b", "(a", "a)", "(^a)+"] {
        assert_eq!(shown(pattern), None, "{pattern}");
    }
}
