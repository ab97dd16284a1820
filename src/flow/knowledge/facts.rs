//! Facts by the value that they speak of. Every test on a way learns one more, and every place keeps its own: they are
//! cut into shards that places share.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Fact;
use crate::budget;
use crate::value::{Identity, MAX_ALTERNATIVES};

type Shard = BTreeMap<Identity, Arc<Fact>>;

const SHARDS: usize = 32;

/// A map from values to what is known of them.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// None, or [`SHARDS`].
    shards: Vec<Arc<Shard>>,
    len: usize,
}

/// The shard of a value, by the FNV-1a hash of its name.
fn shard_of(identity: &Identity) -> usize {
    let root = identity.root.to_le_bytes();
    let bytes = root.into_iter().chain(identity.path.bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    usize::try_from(hash % SHARDS as u64).unwrap_or(0)
}

impl Facts {
    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What is known of a value.
    pub fn get(&self, identity: &Identity) -> Option<&Arc<Fact>> {
        self.shards.get(shard_of(identity))?.get(identity)
    }

    /// The fields of the value at this path, of which, or of whose parts, something is known.
    pub fn fields_of(&self, root: usize, path: &str) -> Vec<String> {
        let all = self.shards.iter().flat_map(|s| s.iter());
        let known = all.filter(|(id, fact)| id.root == root && !fact.is_bare());
        let mut names: Vec<String> = known
            .filter_map(|(id, _)| first_field(id.path.strip_prefix(path)?))
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// Keeps a fact; beyond `most` of them the oldest are given up.
    pub fn insert(&mut self, identity: Identity, fact: Arc<Fact>, most: usize) {
        if self.shards.is_empty() {
            self.shards = vec![Arc::default(); SHARDS];
        }
        budget::spend(4);
        if let Some(shard) = self.shards.get_mut(shard_of(&identity))
            && Arc::make_mut(shard).insert(identity, fact).is_none()
        {
            self.len += 1;
        }
        self.trim(most);
    }

    fn trim(&mut self, most: usize) {
        let surplus = self.len.saturating_sub(most);
        if surplus == 0 {
            return;
        }
        budget::spend(self.len / 2);
        let all = self.shards.iter().flat_map(|s| s.values());
        let mut ages: Vec<usize> = all.map(|f| f.age).collect();
        let (_, newest_lost, _) = ages.select_nth_unstable(surplus - 1);
        let (limit, mut left) = (*newest_lost, surplus);
        self.retain(|_, fact| {
            let goes = left > 0 && fact.age <= limit;
            left -= usize::from(goes);
            !goes
        });
    }

    /// Keeps only the facts that this says.
    pub fn retain(&mut self, mut keep: impl FnMut(&Identity, &Fact) -> bool) {
        budget::spend(self.len / 2);
        for shard in &mut self.shards {
            let lost: Vec<Identity> = shard
                .iter()
                .filter(|(identity, fact)| !keep(identity, fact))
                .map(|(identity, _)| identity.clone())
                .collect();
            if lost.is_empty() {
                continue;
            }
            self.len -= lost.len();
            let shard = Arc::make_mut(shard);
            for identity in &lost {
                shard.remove(identity);
            }
        }
    }

    /// Takes over the other's facts.
    pub fn extend(&mut self, other: &Self, most: usize) {
        if self.is_empty() {
            *self = other.clone();
        } else {
            for (identity, fact) in other.shards.iter().flat_map(|s| s.iter()) {
                self.insert(identity.clone(), fact.clone(), usize::MAX);
            }
        }
        self.trim(most);
    }

    /// What `f` makes of the facts of both. Facts that both share stay as they are.
    pub fn zip(
        &self,
        other: &Self,
        most: usize,
        f: impl Fn(Option<&Arc<Fact>>, Option<&Arc<Fact>>) -> Arc<Fact>,
    ) -> Self {
        let mut both = Self::default();
        let none = vec![Arc::default(); SHARDS];
        let shards = |facts: &Self| match facts.shards.as_slice() {
            [] => none.clone(),
            shards => shards.to_vec(),
        };
        for (a, b) in shards(self).iter().zip(&shards(other)) {
            let shard = if Arc::ptr_eq(a, b) {
                a.clone()
            } else {
                budget::spend(1 + a.len() + b.len());
                let names = a.keys().chain(b.keys().filter(|k| !a.contains_key(*k)));
                let joined = names.map(|name| (name, a.get(name), f(a.get(name), b.get(name))));
                let new: Vec<(Identity, Arc<Fact>)> = joined
                    .filter(|(_, old, new)| !old.is_some_and(|old| Arc::ptr_eq(old, new)))
                    .map(|(name, _, new)| (name.clone(), new))
                    .collect();
                let mut shard = a.clone();
                if !new.is_empty() {
                    Arc::make_mut(&mut shard).extend(new);
                }
                shard
            };
            both.len += shard.len();
            both.shards.push(shard);
        }
        both.trim(most);
        both
    }

    /// The same facts, those that `new` tells otherwise without what they said; nothing is added.
    #[must_use]
    pub fn widened(&self, new: &Self) -> Self {
        let mut left = self.clone();
        for (at, (old, new)) in self.shards.iter().zip(&new.shards).enumerate() {
            if Arc::ptr_eq(old, new) {
                continue;
            }
            let changed = |(name, fact): (&Identity, &Arc<Fact>)| {
                let same = new
                    .get(name)
                    .is_some_and(|n| Arc::ptr_eq(n, fact) || n == fact);
                let bare = || Arc::new(Fact::guarded(fact.guards.clone()));
                (!same && !fact.is_bare()).then(|| (name.clone(), bare()))
            };
            let changed: Vec<_> = old.iter().filter_map(changed).collect();
            if let (Some(shard), false) = (left.shards.get_mut(at), changed.is_empty()) {
                Arc::make_mut(shard).extend(changed);
            }
        }
        left
    }

    /// Whether both hold the same.
    pub fn same(&self, other: &Self) -> bool {
        self.len == other.len
            && self.shards.iter().zip(&other.shards).all(|(a, b)| {
                Arc::ptr_eq(a, b)
                    || (a.len() == b.len()
                        && a.iter()
                            .zip(&**b)
                            .all(|((k, x), (l, y))| k == l && (Arc::ptr_eq(x, y) || x == y)))
            })
    }
}

/// The name of the field that a path begins with, as [`crate::value::path_step`] writes it.
fn first_field(path: &str) -> Option<String> {
    if let Some(plain) = path.strip_prefix('.') {
        let name = plain.split(['.', '[', '|', '#']).next()?;
        return (name != "*" && !name.is_empty()).then(|| name.to_owned());
    }
    let mut name = String::new();
    let mut chars = path.strip_prefix("['")?.chars();
    loop {
        match chars.next()? {
            '\\' => name.push(chars.next()?),
            '\'' => return Some(name),
            c => name.push(c),
        }
    }
}

/// What holds of a value whichever of two ways was taken, by what is known of it on each.
pub fn join_facts(a: Option<&Arc<Fact>>, b: Option<&Arc<Fact>>) -> Arc<Fact> {
    match (a, b) {
        (Some(a), Some(b)) if Arc::ptr_eq(a, b) || a == b => a.clone(),
        (Some(a), Some(b)) if a.is_bare() && a.has_guards_of(b) => a.clone(),
        (Some(a), Some(b)) => {
            let equal = match (&a.equal, &b.equal) {
                (Some(x), Some(y)) => Some(x.join(y)),
                _ => None,
            };
            let strings = |fact: &Fact| match (&fact.allowed, &fact.equal) {
                (Some(allowed), _) => Some(allowed.clone()),
                (None, Some(equal)) => Some(equal.patterns()),
                (None, None) => None,
            };
            let allowed = match (strings(a), strings(b), &equal) {
                (Some(mut x), Some(y), None) => {
                    x.extend(y);
                    x.sort();
                    x.dedup();
                    (x.len() <= MAX_ALTERNATIVES).then_some(x)
                }
                _ => None,
            };
            let mut guards = a.guards.clone();
            crate::value::merge_guards(&mut guards, &b.guards);
            Arc::new(Fact {
                allowed,
                equal,
                guards,
                age: a.age.max(b.age),
            })
        }
        (Some(fact), None) | (None, Some(fact))
            if fact.allowed.is_none() && fact.equal.is_none() =>
        {
            fact.clone()
        }
        (Some(fact), None) | (None, Some(fact)) => Arc::new(Fact {
            age: fact.age,
            ..Fact::guarded(fact.guards.clone())
        }),
        (None, None) => Arc::default(),
    }
}
