//! Keeping a posture within a size that a store takes.

use super::{Part, Posture};

/// A kept posture is at most so many bytes of JSON.
pub const MAX_BYTES: usize = 64 * 1024;

impl Posture {
    /// The posture within [`MAX_BYTES`]: the largest parts are left out, one after the other, and named as such.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        while self.size() > MAX_BYTES {
            let largest = Part::ALL.into_iter().filter(|part| self.knows(*part));
            let Some(part) = largest.max_by_key(|part| self.size_of(*part)) else {
                break;
            };
            self.leave_out(part);
        }
        self
    }

    fn size(&self) -> usize {
        serde_json::to_string(self).map_or(usize::MAX, |text| text.len())
    }

    fn size_of(&self, part: Part) -> usize {
        let text = match part {
            Part::Grant => serde_json::to_string(&self.grants),
            Part::Reach => serde_json::to_string(&self.reach),
            Part::Target => serde_json::to_string(&self.targets),
            Part::Logging => serde_json::to_string(&self.logging),
            Part::Starter => serde_json::to_string(&self.starters),
            Part::Entry => serde_json::to_string(&self.entries),
            Part::Trust => serde_json::to_string(&self.trust),
        };
        text.map_or(0, |text| text.len())
    }

    fn leave_out(&mut self, part: Part) {
        match part {
            Part::Grant => self.grants = None,
            Part::Reach => self.reach = None,
            Part::Target => self.targets = None,
            Part::Logging => self.logging = None,
            Part::Starter => self.starters = None,
            Part::Entry => self.entries = None,
            Part::Trust => self.trust = None,
        }
        self.left_out.push(part);
        self.left_out.sort_unstable();
    }
}
