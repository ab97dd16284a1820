//! The fields of an object. Objects grow by one field in each state of a long workflow, and every state keeps its own:
//! large ones are cut into shards that they share.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Value;

type Shard = BTreeMap<Arc<str>, Arc<Value>>;

/// A shard with what its values weigh.
#[derive(Clone, Debug, Default)]
struct Part {
    fields: Shard,
    weight: usize,
}

impl From<Shard> for Part {
    fn from(fields: Shard) -> Self {
        let weight = fields.values().map(|v| 1 + v.weight());
        Self {
            weight: weight.fold(0, usize::saturating_add),
            fields,
        }
    }
}

/// Objects of more fields than this are cut.
const SMALL: usize = 48;
/// Into this many shards.
const SHARDS: usize = 64;

/// Fields by name, in an order that depends on the names alone.
#[derive(Clone, Debug)]
pub struct Fields {
    /// One, or [`SHARDS`].
    shards: Vec<Arc<Part>>,
    len: usize,
    /// No value is nested deeper than this.
    height: usize,
    /// What the names of the other fields may be, where they are computed apart from their values.
    names: Option<Arc<Value>>,
}

impl Default for Fields {
    fn default() -> Self {
        Self {
            shards: vec![Arc::default()],
            len: 0,
            height: 0,
            names: None,
        }
    }
}

/// The shard of a name, by the first bytes of its FNV-1a hash.
fn shard_of(name: &str, count: usize) -> usize {
    if count < 2 {
        return 0;
    }
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    usize::try_from(hash % count as u64).unwrap_or(0)
}

impl Fields {
    /// How many.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// A bound on how deep the values are nested.
    pub const fn height(&self) -> usize {
        self.height
    }

    /// What the values weigh together.
    pub(super) fn weight(&self) -> usize {
        let parts = self.shards.iter().map(|part| part.weight);
        let names = self.names.as_ref().map_or(0, |names| names.weight());
        parts.fold(names, usize::saturating_add)
    }

    /// None known, with others that have such names.
    pub fn named_by(names: Value) -> Self {
        Self::default().with_names(Some(&names))
    }

    /// What the names of the other fields may be; `None` where they come from where the values do.
    pub fn names(&self) -> Option<&Value> {
        self.names.as_deref()
    }

    /// The same, where the names of the other fields may be these as well.
    #[must_use]
    pub fn with_names(mut self, names: Option<&Value>) -> Self {
        if let Some(names) = names {
            let names = names.anonymous();
            self.names = Some(match self.names.take() {
                Some(mine) if mine.same(&names) => mine,
                Some(mine) => Arc::new(mine.join(&names)),
                None => Arc::new(names),
            });
        }
        self
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The field of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.shards
            .get(shard_of(name, self.shards.len()))?
            .fields
            .get(name)
            .map(Arc::as_ref)
    }

    /// Whether there is a field of this name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Sets a field.
    pub fn insert(&mut self, name: impl Into<Arc<str>>, value: Value) {
        let name = name.into();
        self.height = self.height.max(value.height());
        let at = shard_of(&name, self.shards.len());
        if let Some(part) = self.shards.get_mut(at) {
            let part = Arc::make_mut(part);
            part.weight = part.weight.saturating_add(1 + value.weight());
            match part.fields.insert(name, Arc::new(value)) {
                Some(old) => part.weight = part.weight.saturating_sub(1 + old.weight()),
                None => self.len += 1,
            }
        }
        if self.shards.len() == 1 && self.len > SMALL {
            *self = self.cut();
        }
    }

    fn cut(&self) -> Self {
        let mut shards = vec![Shard::new(); SHARDS];
        for (name, value) in self.shards.iter().flat_map(|part| &part.fields) {
            if let Some(shard) = shards.get_mut(shard_of(name, SHARDS)) {
                shard.insert(name.clone(), value.clone());
            }
        }
        Self {
            shards: shards
                .into_iter()
                .map(|shard| Arc::new(Part::from(shard)))
                .collect(),
            len: self.len,
            height: self.height,
            names: self.names.clone(),
        }
    }

    /// Name and value of each.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        let all = self.shards.iter().flat_map(|part| &part.fields);
        all.map(|(name, value)| (&**name, &**value))
    }

    /// The names.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(name, _)| name)
    }

    /// The values.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.iter().map(|(_, value)| value)
    }

    /// The same names with other values.
    #[must_use]
    pub fn map(&self, mut f: impl FnMut(&str, &Value) -> Value) -> Self {
        let mut height = 0;
        let shards = self.shards.iter().map(|part| {
            let fields = part.fields.iter().map(|(k, v)| {
                let value = f(k, v);
                height = height.max(value.height());
                (k.clone(), Arc::new(value))
            });
            Arc::new(Part::from(fields.collect::<Shard>()))
        });
        Self {
            shards: shards.collect(),
            len: self.len,
            height,
            names: self.names.as_ref().map(|n| Arc::new(f("", n))),
        }
    }

    /// The same with the values that `f` changes. Shards in which it changes nothing stay as they are.
    #[must_use]
    pub fn edit(&self, mut f: impl FnMut(&str, &Value) -> Option<Value>) -> Self {
        let mut height = self.height;
        let shards = self.shards.iter().map(|part| {
            let changes: Vec<(Arc<str>, Arc<Value>)> = part
                .fields
                .iter()
                .filter_map(|(k, v)| {
                    let value = f(k, v)?;
                    height = height.max(value.height());
                    Some((k.clone(), Arc::new(value)))
                })
                .collect();
            if changes.is_empty() {
                return part.clone();
            }
            let mut fields = part.fields.clone();
            fields.extend(changes);
            Arc::new(Part::from(fields))
        });
        Self {
            shards: shards.collect(),
            len: self.len,
            height,
            names: self.names.clone(),
        }
    }

    /// The names of both, each with what `f` makes of its values on the two sides. Values that both share stay as they are.
    #[must_use]
    pub fn zip(
        &self,
        other: &Self,
        f: impl FnMut(&str, Option<&Value>, Option<&Value>) -> Value,
    ) -> Self {
        self.zip_since(other, None, f)
    }

    /// The same, where these fields hold all of `before` already: what `other` shares with it stays as it is here.
    #[must_use]
    pub fn zip_since(
        &self,
        other: &Self,
        before: Option<&Self>,
        mut f: impl FnMut(&str, Option<&Value>, Option<&Value>) -> Value,
    ) -> Self {
        match (self.shards.len(), other.shards.len()) {
            (1, n) if n > 1 => return self.cut().zip_since(other, before, f),
            (n, 1) if n > 1 => return self.zip_since(&other.cut(), before, f),
            _ => {}
        }
        let before = before.filter(|b| b.shards.len() == other.shards.len());
        let mut all = Self {
            shards: Vec::with_capacity(self.shards.len()),
            len: 0,
            height: self.height.max(other.height),
            names: self.clone().with_names(other.names()).names,
        };
        for (at, (a, b)) in self.shards.iter().zip(&other.shards).enumerate() {
            let known = before.and_then(|fields| fields.shards.get(at));
            let shard = if Arc::ptr_eq(a, b) || known.is_some_and(|k| Arc::ptr_eq(k, b)) {
                a.clone()
            } else {
                let known = known.map(|part| &part.fields);
                let (a, b) = (&a.fields, &b.fields);
                let mut joined = Shard::new();
                let names = a.keys().chain(b.keys().filter(|k| !a.contains_key(*k)));
                for name in names {
                    let (x, y) = (a.get(name), b.get(name));
                    let value = match (x, y, known.and_then(|k| k.get(name))) {
                        (Some(x), Some(y), _) if Arc::ptr_eq(x, y) => x.clone(),
                        (Some(x), Some(y), Some(k)) if Arc::ptr_eq(k, y) => x.clone(),
                        _ => Arc::new(f(name, x.map(Arc::as_ref), y.map(Arc::as_ref))),
                    };
                    all.height = all.height.max(value.height());
                    joined.insert(name.clone(), value);
                }
                Arc::new(Part::from(joined))
            };
            all.len += shard.fields.len();
            all.shards.push(shard);
        }
        if all.shards.len() == 1 && all.len > SMALL {
            return all.cut();
        }
        all
    }

    /// Whether both have the same names with values that are the same in the sense of `f`.
    pub fn same(&self, other: &Self, f: impl Fn(&Value, &Value) -> bool) -> bool {
        let same_names = match (&self.names, &other.names) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b) || a.same(b),
            (None, None) => true,
            _ => false,
        };
        same_names
            && self.len == other.len
            && if self.shards.len() == other.shards.len() {
                self.shards.iter().zip(&other.shards).all(|(a, b)| {
                    Arc::ptr_eq(a, b)
                        || (a.fields.len() == b.fields.len()
                            && a.fields
                                .iter()
                                .zip(&b.fields)
                                .all(|((k, x), (l, y))| k == l && (Arc::ptr_eq(x, y) || f(x, y))))
                })
            } else {
                self.iter()
                    .all(|(k, x)| other.get(k).is_some_and(|y| f(x, y)))
            }
    }

    /// Whether both have the same names.
    pub fn same_names(&self, other: &Self) -> bool {
        self.len == other.len && self.keys().all(|k| other.contains_key(k))
    }
}

impl PartialEq for Fields {
    fn eq(&self, other: &Self) -> bool {
        self.same(other, |a, b| a == b)
    }
}

impl Extend<(String, Value)> for Fields {
    fn extend<I: IntoIterator<Item = (String, Value)>>(&mut self, fields: I) {
        for (name, value) in fields {
            self.insert(name, value);
        }
    }
}

impl FromIterator<(String, Value)> for Fields {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(fields: I) -> Self {
        let mut all = Self::default();
        all.extend(fields);
        all
    }
}

impl<const N: usize> From<[(String, Value); N]> for Fields {
    fn from(fields: [(String, Value); N]) -> Self {
        fields.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn many(count: usize) -> Fields {
        (0..count)
            .map(|i| (format!("f{i}"), Value::text(i.to_string())))
            .collect()
    }

    #[test]
    fn a_large_object_shares_what_did_not_change() {
        let large = many(500);
        let mut larger = large.clone();
        larger.insert("new".to_owned(), Value::Null);
        assert_eq!((large.len(), larger.len()), (500, 501));
        let shared = large
            .shards
            .iter()
            .zip(&larger.shards)
            .filter(|(a, b)| Arc::ptr_eq(a, b));
        assert_eq!(shared.count(), SHARDS - 1);
        assert_eq!(larger.get("f499"), Some(&Value::text("499")));
    }

    #[test]
    fn cut_and_whole_say_the_same() {
        let small = many(SMALL);
        assert_eq!(small, small.cut());
        let both = small.zip(&many(SMALL + 1), |_, a, b| {
            a.or(b).cloned().unwrap_or(Value::Absent)
        });
        assert_eq!(both, many(SMALL + 1));
        assert!(!small.same_names(&both));
    }
}
