//! The types of resources by what their ids begin with, from `catalog/ids.txt`.

static TEXT: &str = include_str!("../../catalog/ids.txt");

fn rows() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    TEXT.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter_map(|line| {
            let mut words = line.split(' ');
            Some((words.next()?, words.next()?, words.next()?))
        })
}

/// The types of a service that have ids beginning as this one, the longest beginning first; none where the id does not
/// tell.
pub fn types_of_id(service: &str, id: &str) -> Vec<&'static str> {
    let longest = rows()
        .filter(|(prefix, of, _)| *of == service && id.starts_with(prefix))
        .map(|(prefix, _, _)| prefix.len())
        .max();
    rows()
        .filter(|(prefix, of, _)| {
            *of == service && id.starts_with(prefix) && Some(prefix.len()) == longest
        })
        .map(|(_, _, kind)| kind)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_names_a_type_of_the_reference() {
        for (prefix, service, kind) in rows() {
            let known = crate::catalog::resource_type(service, kind);
            assert!(known.is_some(), "{prefix} {service} {kind}");
        }
        assert_eq!(
            types_of_id("ec2", "tgw-attach-1"),
            ["transit-gateway-attachment"]
        );
        assert!(types_of_id("ec2", "x").is_empty());
    }
}
