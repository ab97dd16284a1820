//! The command line's process: streams, clock and terminal, and nothing else.

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use stepwarden::cli::{self, Host};
use stepwarden::moment::Moment;

/// A scan is mostly small values that are made and dropped: a quarter of its time is spent in the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    // https://no-color.org: present and not empty.
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let (out, err) = (std::io::stdout(), std::io::stderr());
    let mut host = Host {
        colour: out.is_terminal() && !plain,
        width: terminal_size::terminal_size_of(&out).map(|(width, _)| usize::from(width.0)),
        progress: err.is_terminal(),
        now: Moment::from_seconds(now.as_secs()),
        input: &mut std::io::stdin(),
        variable: &|name| std::env::var(name).ok(),
        out: &mut out.lock(),
        err: &mut err.lock(),
    };
    ExitCode::from(cli::run(std::env::args_os(), &mut host))
}
