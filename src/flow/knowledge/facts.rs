//! Facts by the value that they speak of. Every test on a way learns one more, and every place keeps its own: they are
//! cut into shards that places share.

use std::cmp::Ordering;
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

    /// The fields of the value that this path of a value's name leads to, of which, or of whose parts, something is known.
    pub fn fields_of(&self, whole: &Identity, path: &str) -> Vec<String> {
        let all = self.shards.iter().flat_map(|s| s.iter());
        let known = all.filter(|(id, fact)| {
            id.root == whole.root && id.is_chosen_as(whole) && !fact.is_bare()
        });
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
        if self.shards.is_empty() && other.shards.is_empty() {
            return Self::default();
        }
        let none = Arc::new(Shard::new());
        let shard = |facts: &'_ Self, at: usize| facts.shards.get(at).unwrap_or(&none).clone();
        let mut both = Self {
            shards: Vec::with_capacity(SHARDS),
            len: 0,
        };
        for at in 0..SHARDS {
            let (mut a, b) = (shard(self, at), shard(other, at));
            if !Arc::ptr_eq(&a, &b) {
                budget::spend(1 + a.len() + b.len());
                let new = told_anew(&a, &b, &f);
                if !new.is_empty() {
                    Arc::make_mut(&mut a).extend(new);
                }
            }
            both.len += a.len();
            both.shards.push(a);
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

/// What `f` makes of the facts of two shards, where it is not what the first one holds already.
fn told_anew(
    a: &Shard,
    b: &Shard,
    f: &impl Fn(Option<&Arc<Fact>>, Option<&Arc<Fact>>) -> Arc<Fact>,
) -> Vec<(Identity, Arc<Fact>)> {
    let mut new = Vec::new();
    let mut tell = |name: &Identity, old: Option<&Arc<Fact>>, other: Option<&Arc<Fact>>| {
        if let (Some(old), Some(other)) = (old, other)
            && Arc::ptr_eq(old, other)
        {
            return;
        }
        let fact = f(old, other);
        if !old.is_some_and(|old| Arc::ptr_eq(old, &fact)) {
            new.push((name.clone(), fact));
        }
    };
    // Both are sorted: one walk along the two meets every name once.
    let (mut ours, mut theirs) = (a.iter().peekable(), b.iter().peekable());
    loop {
        let order = match (ours.peek(), theirs.peek()) {
            (None, None) => return new,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((x, _)), Some((y, _))) => x.cmp(y),
        };
        let ours = if order.is_le() { ours.next() } else { None };
        let theirs = if order.is_ge() { theirs.next() } else { None };
        if let Some((name, _)) = ours.or(theirs) {
            tell(
                name,
                ours.map(|(_, fact)| fact),
                theirs.map(|(_, fact)| fact),
            );
        }
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
