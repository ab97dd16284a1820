//! Choices of values, by the rules that they leave matching.

use std::collections::{BTreeMap, BTreeSet};

use super::{Atom, Group, MAX_COMBINATIONS, Outcome, Rule, Rules};

/// What any choice of values for these groups leaves matching; `None` beyond the bound.
pub(super) fn combinations<'g>(
    groups: impl Iterator<Item = (usize, &'g Group)>,
) -> Option<BTreeSet<Rules>> {
    let mut all = BTreeSet::from([Rules::MAX]);
    for (_, group) in groups {
        let masks: BTreeSet<Rules> = group.choices.iter().map(|(_, rules)| *rules).collect();
        all = all
            .iter()
            .flat_map(|a| masks.iter().map(move |b| a & b))
            .collect();
        if all.len() > MAX_COMBINATIONS {
            return None;
        }
    }
    Some(all)
}

/// Whether two values of the key at that position, all else being equal, lead to different outcomes.
pub(super) fn matters(
    group: &Group,
    position: usize,
    others: &BTreeSet<Rules>,
    outcome: &mut impl FnMut(Rules) -> Outcome,
) -> bool {
    let mut alike: BTreeMap<Vec<usize>, BTreeSet<Rules>> = BTreeMap::new();
    for (numbers, rules) in &group.choices {
        let mut rest = numbers.clone();
        if let Some(own) = rest.get_mut(position) {
            *own = 0;
        }
        alike.entry(rest).or_default().insert(*rules);
    }
    alike.values().any(|masks| {
        masks.len() > 1
            && others.iter().any(|other| {
                let mut outcomes = masks.iter().map(|rules| outcome(other & rules));
                let first = outcomes.next();
                outcomes.any(|o| Some(o) != first)
            })
    })
}

pub(super) fn free_group(rules: &[&Rule<'_>], choice: usize) -> Group {
    let mut without = Rules::MAX;
    for (i, rule) in rules.iter().enumerate() {
        let own = |atom: &Atom<'_>| matches!(atom, Atom::Free(c) if *c == choice);
        if rule.atoms.iter().any(own) {
            without &= !(1 << i);
        }
    }
    Group {
        keys: vec![format!("#{choice}")],
        choices: vec![(vec![0], Rules::MAX), (vec![1], without)],
    }
}
