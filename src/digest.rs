//! Digests: of texts that identify something, told apart wherever one ends and the next begins.

use sha2::{Digest as _, Sha256};

/// SHA-256 over texts with their lengths, cut to 128 bits.
#[derive(Clone, Debug, Default)]
pub struct Digest(Sha256);

impl Digest {
    /// Adds one text.
    pub fn part(&mut self, text: &str) {
        self.0.update(text.len().to_be_bytes());
        self.0.update(text.as_bytes());
    }

    /// In hexadecimal.
    pub fn hex(self) -> String {
        let bytes = self.0.finalize();
        bytes.iter().take(16).map(|b| format!("{b:02x}")).collect()
    }
}
