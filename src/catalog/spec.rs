//! How a row of a table says what an action is used on: `@type(Param,-)@other(=Arn)`.

/// What one resource type's variables are filled with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetSpec {
    /// The resource type's name in `actions.txt`; `*` for any of the action's, `uri` for an API Gateway path.
    pub kind: &'static str,
    /// One entry a variable, in order.
    pub fills: Vec<Fill>,
}

/// What fills one variable of a resource template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// The request does not tell.
    Open,
    /// This pattern, whatever the request.
    Fixed(&'static str),
    /// A request parameter that holds a name, or an ARN where the API takes one.
    Name {
        /// Its path, such as `Entries[].EventBusName`.
        path: &'static str,
        /// What holds where it is absent; `-` for what no request tells.
        default: Option<&'static str>,
    },
    /// A request parameter that holds the whole ARN.
    Arn(&'static str),
    /// All that begins with what a request parameter holds; anything where it is absent.
    Below(&'static str),
    /// A request parameter that chooses the resource without naming it, such as the id of something that belongs to it.
    Behind(&'static str),
}

impl Fill {
    /// The parameter that it is filled from.
    pub fn path(&self) -> Option<&'static str> {
        match self {
            Self::Name { path, .. } | Self::Arn(path) | Self::Below(path) | Self::Behind(path) => {
                Some(path)
            }
            Self::Open | Self::Fixed(_) => None,
        }
    }
}

impl TargetSpec {
    /// The parameter that tells this target from others of its kind: the one behind the last variable that has one. Two
    /// types of one action that share it are alternatives; those with parameters of their own are all needed.
    pub fn own_parameter(&self) -> Option<&'static str> {
        self.fills.iter().rev().find_map(Fill::path)
    }
}

/// What one action is used on, according to a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Targets {
    /// `*`, as the row says.
    Star,
    /// These types, filled from the request; empty where the request names none.
    Types(Vec<TargetSpec>),
}

impl Targets {
    /// The request parameters that name resources, each with the type of what it names.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let specs = match self {
            Self::Star => &[],
            Self::Types(specs) => specs.as_slice(),
        };
        let fills = specs
            .iter()
            .flat_map(|s| s.fills.iter().map(|f| (f, s.kind)));
        fills.filter_map(|(fill, kind)| Some((fill.path()?, kind)))
    }
}

/// Reads a row's targets.
pub(super) fn parse(text: &'static str) -> Targets {
    if text == "*" {
        return Targets::Star;
    }
    Targets::Types(
        text.split('@')
            .filter_map(|part| {
                let (kind, rest) = part.split_once('(')?;
                let list = rest.strip_suffix(')')?;
                let fills = if list.is_empty() {
                    Vec::new()
                } else {
                    list.split(',').map(fill).collect()
                };
                Some(TargetSpec { kind, fills })
            })
            .collect(),
    )
}

fn fill(text: &'static str) -> Fill {
    if text == "-" {
        return Fill::Open;
    }
    if let Some(path) = text.strip_prefix('=') {
        return Fill::Arn(path);
    }
    if let Some(path) = text.strip_prefix('^') {
        return Fill::Below(path);
    }
    if let Some(path) = text.strip_prefix('~') {
        return Fill::Behind(path);
    }
    if let Some(fixed) = text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')) {
        return Fill::Fixed(fixed);
    }
    match text.split_once('|') {
        Some((path, default)) => Fill::Name {
            path,
            default: Some(default),
        },
        None => Fill::Name {
            path: text,
            default: None,
        },
    }
}
