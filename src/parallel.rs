//! The same work for many, on every processor. The answers come in the order of the questions, so that nobody can tell how
//! many threads there were; each question has a budget of its own, for the meter of [`crate::budget`] is its thread's.

use std::ops::Range;
use std::sync::LazyLock;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// What a thread may use of stack: no less than a process gives its first one.
const STACK: usize = 8 << 20;

/// So many threads as there are processors, or as `RAYON_NUM_THREADS` says; `None` where none can be made.
static POOL: LazyLock<Option<ThreadPool>> = LazyLock::new(|| pool(0));

fn pool(threads: usize) -> Option<ThreadPool> {
    let threads = ThreadPoolBuilder::new().num_threads(threads);
    threads.stack_size(STACK).build().ok()
}

/// The answer for each of these numbers, in their order.
pub fn map<R: Send>(numbers: Range<usize>, answer: impl Fn(usize) -> R + Sync) -> Vec<R> {
    let few = numbers.len() < 2;
    let at_once = || numbers.clone().into_par_iter().map(&answer).collect();
    match rayon::current_thread_index() {
        _ if few => numbers.map(answer).collect(),
        // Whoever is in a pool stays in it.
        Some(_) => at_once(),
        None => match &*POOL {
            Some(pool) => pool.install(at_once),
            None => numbers.map(answer).collect(),
        },
    }
}

/// Runs something with so many threads, whatever the process has.
pub fn with_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    match pool(threads) {
        Some(pool) => pool.install(work),
        None => work(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_keep_the_order_of_the_questions() {
        for threads in [1, 2, 8] {
            let squares = with_threads(threads, || map(0..1000, |n| n * n));
            assert!(
                squares
                    .iter()
                    .enumerate()
                    .all(|(n, square)| n * n == *square)
            );
        }
        assert_eq!(map(3..4, |n| n), [3]);
    }
}
