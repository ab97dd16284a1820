//! Filling the ARN templates of resource types.

use super::Home;
use super::names;
use super::pattern::{head, or_any};
use crate::glob::Glob;

/// The literal text between each variable that the request fills and the colon or variable before it.
pub(super) fn before_variables(template: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = template;
    while let Some((text, tail)) = rest.split_once("${") {
        let (variable, tail) = tail.split_once('}').unwrap_or((tail, ""));
        if !HOME.contains(&variable) {
            let word = text.rsplit(':').next().unwrap_or_default();
            found.push(word.to_owned());
        }
        rest = tail;
    }
    found
}

/// A value without what the template writes before it already: ids that begin as the template does (`p-` of a policy of AWS
/// Organizations), and those that Amazon Route 53 gives with their type (`/hostedzone/Z…`).
pub(super) fn without(word: &str, value: &Glob) -> Glob {
    let id = word.rsplit('/').next().unwrap_or_default();
    let with_type = format!("/{}", word.trim_start_matches('/'));
    if word.len() > 1 && word.ends_with('/') && head(value).starts_with(&with_type) {
        return names::strip(value, &with_type);
    }
    if id.ends_with('-') && id.len() > 1 {
        return names::strip(value, id);
    }
    value.clone()
}

/// The variables that the home fills, and not the request.
const HOME: [&str; 3] = ["Partition", "Region", "Account"];

/// What the home puts in the place of a variable; any, where it does not know or it is the request's.
fn of_home(variable: &str, home: &Home) -> Glob {
    match variable {
        "Partition" => or_any(&home.partition),
        "Region" => or_any(&home.region),
        "Account" => or_any(&home.account),
        _ => Glob::any(),
    }
}

/// Every resource of the type, at home.
pub(super) fn everywhere(template: &str, home: &Home) -> Glob {
    fill_template(template, |variable| of_home(variable, home))
}

/// A resource of the type by what fills its last variable.
pub(super) fn named_last(template: &str, name: &Glob, home: &Home) -> Glob {
    let mut left = before_variables(template).len();
    fill_template(template, |variable| {
        if !HOME.contains(&variable) {
            left = left.saturating_sub(1);
            if left == 0 {
                let bare = variable.ends_with("WithoutLeadingSlash");
                return if bare {
                    names::strip(name, "/")
                } else {
                    name.clone()
                };
            }
        }
        of_home(variable, home)
    })
}

/// Every resource of the type, in any region and account.
pub(super) fn anywhere(template: &str, home: &Home) -> Glob {
    fill_template(template, |variable| match variable {
        "Partition" => of_home(variable, home),
        _ => Glob::any(),
    })
}

/// The template with what stands for each of its variables.
pub(super) fn fill_template(template: &str, mut value: impl FnMut(&str) -> Glob) -> Glob {
    let mut filled = Glob::literal("");
    let mut rest = template;
    while let Some((text, tail)) = rest.split_once("${") {
        filled.extend(&Glob::parse(text));
        let (variable, tail) = tail.split_once('}').unwrap_or((tail, ""));
        filled.extend(&value(variable));
        rest = tail;
    }
    filled.extend(&Glob::parse(rest));
    filled
}
