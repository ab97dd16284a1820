//! Errors on their way out of the scopes in which they were thrown.

use super::*;

/// More states of a scope whose errors are told one by one.
const MAX_THROWN: usize = 64;

impl Engine<'_> {
    /// Notes what leaves the scope where a state fails.
    pub(super) fn throw(&mut self, state: &State, errors: Thrown) {
        let gives_up = self
            .visits
            .get(state.id.0)
            .is_some_and(|v| *v >= WIDENING_DELAY);
        let Some(all) = self.throws.get_mut(state.scope.0) else {
            return;
        };
        let mut changed = false;
        for (origin, error) in errors {
            // Beyond the bound they are told as one.
            let key = if all.len() < MAX_THROWN || all.contains_key(&origin) {
                origin
            } else {
                usize::MAX
            };
            let joined = match all.get(&key) {
                Some(old) => {
                    let joined = old.join(&error).anonymous();
                    if gives_up {
                        old.widened(&joined)
                    } else {
                        joined
                    }
                }
                None => error,
            };
            if all.get(&key).is_none_or(|old| !old.same(&joined)) {
                all.insert(key, joined);
                changed = true;
            }
        }
        let parent = self.definition.scope(state.scope).and_then(|s| s.parent);
        if let (true, Some(parent)) = (changed, parent) {
            self.queue(parent, true);
        }
    }

    /// What is thrown inside a Map or Parallel.
    pub(super) fn thrown_in(&self, state: &State) -> Vec<Thrown> {
        let scopes = match &state.kind {
            Kind::Parallel(branches) => branches.as_slice(),
            Kind::Map(map) => std::slice::from_ref(&map.processor),
            _ => &[],
        };
        let all = scopes.iter().filter_map(|s| self.throws.get(s.0));
        all.cloned().collect()
    }
}
