//! Taking values apart and putting them together.

use super::{Piece, Source, Unknown, Value};

/// An object of more known fields than this keeps the first ones; the others become its `rest`.
pub const MAX_FIELDS: usize = 1024;

impl Value {
    /// No value that any run can have: the result of what never returns. Joining it with `x` gives `x`.
    pub const NEVER: Self = Self::OneOf(Vec::new());

    /// Whether it is [`Self::NEVER`].
    pub fn is_never(&self) -> bool {
        matches!(self, Self::OneOf(values) if values.is_empty())
    }

    /// An object of exactly these fields.
    pub fn object(fields: impl IntoIterator<Item = (String, Self)>) -> Self {
        Self::Object {
            fields: fields.into_iter().collect(),
            rest: None,
        }
    }

    /// Either truth value.
    pub fn either_bool() -> Self {
        Self::OneOf(vec![Self::Bool(true), Self::Bool(false)])
    }

    /// A string of these pieces, neighbouring literals joined and known holes filled in.
    pub fn from_pieces(pieces: impl IntoIterator<Item = Piece>) -> Self {
        let mut out: Vec<Piece> = Vec::new();
        for piece in pieces {
            match (out.last_mut(), piece) {
                (_, Piece::Literal(text)) if text.is_empty() => {}
                (Some(Piece::Literal(last)), Piece::Literal(text)) => last.push_str(&text),
                (_, piece) => out.push(piece),
            }
        }
        Self::Text(out)
    }

    /// What the single alternatives are; a value that is no choice is its own only one.
    pub fn alternatives(&self) -> &[Self] {
        match self {
            Self::OneOf(values) => values,
            other => std::slice::from_ref(other),
        }
    }

    /// Joins what `f` makes of each alternative.
    pub fn each_alternative(&self, mut f: impl FnMut(&Self) -> Self) -> Self {
        match self {
            Self::OneOf(values) => values
                .iter()
                .map(&mut f)
                .fold(Self::NEVER, |a, b| a.join(&b)),
            other => f(other),
        }
    }

    /// The same object, whose other fields may be this.
    #[must_use]
    pub fn with_rest(self, rest: Self) -> Self {
        match self {
            Self::Object { fields, .. } => Self::Object {
                fields,
                rest: Some(Box::new(rest)),
            },
            other => other,
        }
    }

    /// The field of this name; of an array, nothing.
    #[must_use]
    pub fn field(&self, name: &str) -> Self {
        match self {
            Self::Any(unknown) => Self::Any(unknown.part(&path_step(name))),
            Self::Object { fields, rest } => match (fields.get(name), rest) {
                (Some(value), _) => value.clone(),
                (None, Some(rest)) => {
                    let value = rest.map_unknowns(&mut |unknown| unknown.specialise_or_same(name));
                    // A computed name may be another one.
                    match (fields.names(), value) {
                        (None, value) | (_, value @ Self::Any(_)) => value,
                        (Some(_), value) => value.or_absent(),
                    }
                }
                (None, None) => Self::Absent,
            },
            Self::OneOf(_) => self.each_alternative(|v| v.field(name)),
            _ => Self::Absent,
        }
    }

    /// The element at this index, from the end where negative; of anything but an array, nothing.
    #[must_use]
    pub fn element(&self, index: i64) -> Self {
        match self {
            Self::Any(unknown) => Self::Any(unknown.part(&format!("[{index}]"))),
            Self::Array(values) if Self::is_shifted(values, index) => self.elements().anonymous(),
            Self::Array(values) => {
                let at = if index < 0 {
                    i64::try_from(values.len()).map_or(-1, |len| len + index)
                } else {
                    index
                };
                usize::try_from(at)
                    .ok()
                    .and_then(|at| values.get(at))
                    .cloned()
                    .unwrap_or(Self::Absent)
            }
            Self::Each(value) => Self::clone(value),
            Self::OneOf(_) => self.each_alternative(|v| v.element(index)),
            // What is known of some fields only may be an array on another way.
            Self::Object {
                rest: Some(rest), ..
            } => rest.anonymous(),
            _ => Self::Absent,
        }
    }

    /// Whether something before this index, counted from the end where it is negative, may be missing.
    fn is_shifted(values: &[Self], index: i64) -> bool {
        let count = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
        if index < 0 {
            values.iter().rev().take(count).any(Self::may_be_absent)
        } else {
            let count = count.saturating_add(1);
            values.iter().take(count).any(Self::may_be_absent)
        }
    }

    /// What any one element of an array is; of anything but an array, nothing.
    #[must_use]
    pub fn elements(&self) -> Self {
        match self {
            Self::Any(unknown) => Self::Any(unknown.some_part("[*]")),
            Self::Array(values) => values.iter().fold(Self::NEVER, |a, b| a.join(b)),
            Self::Each(value) => Self::clone(value),
            Self::OneOf(_) => self.each_alternative(Self::elements),
            Self::Object {
                rest: Some(rest), ..
            } => rest.anonymous(),
            _ => Self::NEVER,
        }
    }

    /// What any one child of an object or array is.
    #[must_use]
    pub fn children(&self) -> Self {
        match self {
            Self::Object { fields, rest } => fields
                .values()
                .chain(rest.as_deref())
                .fold(Self::NEVER, |a, b| a.join(b))
                .anonymous(),
            Self::Any(unknown) => Self::Any(unknown.some_part(".*")),
            Self::OneOf(_) => self.each_alternative(Self::children),
            other => other.elements().anonymous(),
        }
    }

    /// What the name of any one field of an object is.
    #[must_use]
    pub fn key(&self) -> Self {
        match self {
            Self::Object { fields, rest } => {
                let known = fields.keys().map(Self::text);
                let known = known.fold(Self::NEVER, |a, b| a.join(&b));
                match (rest, fields.names()) {
                    (None, _) => known,
                    (Some(_), Some(names)) => known.join(names),
                    (Some(rest), None) => known.join(&rest.as_names()),
                }
            }
            Self::Any(unknown) => Self::Any(unknown.derived()),
            Self::OneOf(_) => self.each_alternative(Self::key),
            Self::Array(_) | Self::Each(_) => self.elements().key(),
            _ => Self::NEVER,
        }
    }

    /// The names of fields that come from where these values do.
    pub fn as_names(&self) -> Self {
        let mut all = self.collapsed().derived();
        if all.origins.is_empty() {
            all = Unknown::of(Source::Generated, "a name");
        }
        Self::Any(all)
    }

    /// Sets a field whose name is computed.
    #[must_use]
    pub fn with_field_named(self, name: &Self, value: Self) -> Self {
        match (self, name.finite()) {
            (object, Some(names)) if matches!(names.as_slice(), [_]) => {
                names.iter().fold(object, |object, name| {
                    object.with_field(name, value.clone())
                })
            }
            (Self::Object { fields, rest }, _) => {
                let names = match (&rest, fields.names()) {
                    (Some(rest), None) => name.join(&rest.as_names()),
                    _ => name.clone(),
                };
                let more = value.anonymous();
                Self::Object {
                    fields: fields.with_names(Some(&names)),
                    rest: Some(Box::new(rest.map_or(more.clone(), |r| r.join(&more)))),
                }
            }
            (other, _) => other,
        }
    }

    /// The same, no longer known to be one particular value of the run.
    #[must_use]
    pub fn anonymous(&self) -> Self {
        let is_bare = |u: &&Unknown| u.identity.is_none() && u.tells.is_none();
        if self.unknowns().iter().all(is_bare) {
            return self.clone();
        }
        self.map_unknowns(&mut |unknown| Unknown {
            identity: None,
            tells: None,
            ..unknown.clone()
        })
    }

    /// Sets a field, making an object of what is none.
    #[must_use]
    pub fn with_field(self, name: &str, value: Self) -> Self {
        match self {
            Self::Object {
                mut fields,
                mut rest,
            } => {
                if fields.len() >= MAX_FIELDS && !fields.contains_key(name) {
                    let joined = match rest.take() {
                        Some(rest) => rest.anonymous().join(&value.anonymous()),
                        None => value.anonymous(),
                    };
                    rest = Some(Box::new(joined.capped(3)));
                    if fields.names().is_some() {
                        fields = fields.with_names(Some(&Self::text(name)));
                    }
                } else {
                    fields.insert(name.to_owned(), value);
                }
                Self::Object { fields, rest }
            }
            Self::Any(unknown) => Self::Object {
                fields: [(name.to_owned(), value)].into(),
                rest: Some(Box::new(Self::Any(unknown.any_child()))),
            },
            Self::OneOf(values) => values
                .into_iter()
                .map(|v| v.with_field(name, value.clone()))
                .fold(Self::NEVER, |a, b| a.join(&b)),
            _ => Self::object([(name.to_owned(), value)]),
        }
    }

    /// Sets an element; beyond the end of a known array the array becomes one of unknown length.
    #[must_use]
    pub fn with_element(self, index: i64, value: Self) -> Self {
        match self {
            Self::Array(mut values) if !values.iter().any(Self::may_be_absent) => {
                match usize::try_from(index).ok().and_then(|i| values.get_mut(i)) {
                    Some(slot) => {
                        *slot = value;
                        Self::Array(values)
                    }
                    None => Self::Each(Box::new(
                        values.iter().fold(value, |a, b| a.join(b)).anonymous(),
                    )),
                }
            }
            other => Self::Each(Box::new(other.elements().join(&value).anonymous())),
        }
    }

    /// The same, at most this deep: what is deeper is told as one unknown.
    #[must_use]
    pub fn capped(self, depth: usize) -> Self {
        if self.is_deeper(depth) {
            self.cut(depth)
        } else {
            self
        }
    }

    /// A bound on how deep it is nested.
    pub(super) fn height(&self) -> usize {
        let most = |values: &[Self]| values.iter().map(Self::height).max().unwrap_or(0);
        match self {
            Self::Array(values) => 1 + most(values),
            Self::Each(value) => 1 + value.height(),
            Self::Object { fields, rest } => {
                1 + fields.height().max(rest.as_ref().map_or(0, |r| r.height()))
            }
            Self::OneOf(values) => most(values),
            _ => 0,
        }
    }

    fn is_deeper(&self, depth: usize) -> bool {
        match self {
            Self::Object { .. } if self.height() <= depth => false,
            Self::Array(values) => depth == 0 || values.iter().any(|v| v.is_deeper(depth - 1)),
            Self::Each(value) => depth == 0 || value.is_deeper(depth - 1),
            Self::Object { fields, rest } => {
                depth == 0
                    || fields
                        .values()
                        .chain(rest.as_deref())
                        .any(|v| v.is_deeper(depth - 1))
            }
            Self::OneOf(values) => values.iter().any(|v| v.is_deeper(depth)),
            _ => false,
        }
    }

    /// The same, with what stands deeper told as one unknown each.
    pub(super) fn cut(&self, depth: usize) -> Self {
        match self {
            Self::Array(_) | Self::Each(_) | Self::Object { .. } if depth == 0 => {
                Self::Any(self.collapsed())
            }
            Self::Array(values) => Self::Array(values.iter().map(|v| v.cut(depth - 1)).collect()),
            Self::Each(value) => Self::Each(Box::new(value.cut(depth - 1))),
            Self::Object { fields, rest } => Self::Object {
                fields: fields.map(|_, v| v.cut(depth - 1)),
                rest: rest.as_ref().map(|r| Box::new(r.cut(depth - 1))),
            },
            Self::OneOf(values) => Self::OneOf(values.iter().map(|v| v.cut(depth)).collect()),
            other => other.clone(),
        }
    }
}

/// A field as the step of a path: `.name`, or in brackets where the name itself holds what paths are written with.
pub fn path_step(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ' | ':' | '/' | '$');
    if !name.is_empty() && name.chars().all(is_plain) {
        return format!(".{name}");
    }
    let name = name.replace('\\', "\\\\").replace('\'', "\\'");
    format!("['{name}']")
}

impl Unknown {
    /// Whether it stands for fields of which each is told by its own name.
    pub fn is_any_child(&self) -> bool {
        self.origins.iter().any(|o| o.path.ends_with(".*"))
    }

    /// Names the field of an `any_child`; any other unknown stays as it is.
    fn specialise_or_same(&self, name: &str) -> Self {
        if self.is_any_child() {
            let mut named = self.specialise(name);
            named.allowed.clone_from(&self.allowed);
            named.guards.clone_from(&self.guards);
            named
        } else {
            self.clone()
        }
    }
}
