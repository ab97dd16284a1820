//! The targets of the fuzzers (`fuzz/`, run for long by `scripts/fuzz`) on their seeds, and on what a fixed number makes of
//! them: no input ends the process, and none gets past a promise by a panic that the product contains.

#[path = "../fuzz/src/lib.rs"]
#[expect(
    clippy::indexing_slicing,
    reason = "a target stops at what it did not expect"
)]
mod targets;

use std::panic;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use targets::TARGETS;

/// Inputs made of each seed.
const MADE: usize = 10;

/// Panics since the test began, contained ones included.
static PANICS: AtomicUsize = AtomicUsize::new(0);
static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());

#[test]
fn no_seed_and_nothing_like_one_breaks_a_promise() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        PANICS.fetch_add(1, Ordering::SeqCst);
        if let Ok(mut said) = SAID.lock() {
            said.push(info.to_string());
        }
        before(info);
    }));
    let mut number = 0x9e37_79b9_7f4a_7c15_u64;
    for (name, target) in TARGETS {
        let seeds = seeds(name);
        assert!(!seeds.is_empty(), "`{name}` has no seeds");
        for (file, seed) in &seeds {
            target(seed);
            for _ in 0..MADE {
                target(&changed(seed, &mut number));
            }
            let panics = PANICS.load(Ordering::SeqCst);
            let said = SAID.lock().map(|s| s.join("; ")).unwrap_or_default();
            assert_eq!(panics, 0, "{name}/{file}: {said}");
        }
    }
}

/// The seeds of a target: what is interesting, and what once broke it.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/seeds")
        .join(target);
    let mut all: Vec<(String, Vec<u8>)> = std::fs::read_dir(&dir)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            Some((name, std::fs::read(entry.path()).ok()?))
        })
        .collect();
    all.sort();
    all
}

/// The seed with a few bytes changed, doubled or cut.
fn changed(seed: &[u8], number: &mut u64) -> Vec<u8> {
    let mut next = |most: usize| {
        // Knuth's constants of MMIX.
        *number = number
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(*number >> 33).unwrap_or(0) % most.max(1)
    };
    let mut bytes = seed.to_vec();
    for _ in 0..1 + next(4) {
        let at = next(bytes.len());
        match next(4) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at.min(bytes.len()), u8::try_from(next(256)).unwrap_or(0)),
            2 => {
                let part: Vec<u8> = bytes.iter().skip(at).take(64).copied().collect();
                bytes.extend(part);
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << next(8);
                }
            }
        }
    }
    bytes
}
