//! The account: moto, pinned, in a virtual environment that the tests make for themselves.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

struct Emulator {
    address: SocketAddr,
    /// The emulator ends when this pipe closes: with the test process.
    _pipe: ChildStdin,
    _child: Child,
}

static BARE: AtomicBool = AtomicBool::new(false);

/// From now on without AWS's own managed policies: an account is read much faster.
pub fn bare() {
    BARE.store(true, Ordering::Relaxed);
}

/// Starts it once for the process.
pub fn address() -> SocketAddr {
    static EMULATOR: OnceLock<Emulator> = OnceLock::new();
    EMULATOR.get_or_init(start).address
}

/// The interpreter of the virtual environment in which the emulator is installed.
pub fn python() -> std::path::PathBuf {
    install(Path::new(env!("CARGO_MANIFEST_DIR")))
}

fn start() -> Emulator {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = install(root);
    let mut child = Command::new(python)
        .arg(root.join("tests/emulator/serve.py"))
        .args(BARE.load(Ordering::Relaxed).then_some("--bare"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the emulator starts");
    let mut port = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut port)
        .unwrap();
    let port: u16 = port.trim().parse().expect("the emulator tells its port");
    Emulator {
        address: SocketAddr::from(([127, 0, 0, 1], port)),
        _pipe: child.stdin.take().unwrap(),
        _child: child,
    }
}

/// Makes `.moto/` where it is not there yet or holds another version; one process at a time.
fn install(root: &Path) -> std::path::PathBuf {
    let (venv, pinned) = (
        root.join(".moto"),
        root.join("tests/emulator/requirements.txt"),
    );
    let (python, stamp) = (venv.join("bin/python"), venv.join("installed.txt"));
    let lock = File::create(root.join(".moto.lock")).unwrap();
    lock.lock().unwrap();
    let wanted = fs::read_to_string(&pinned).unwrap();
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return python;
    }
    let run = |command: &mut Command| {
        let output = command
            .output()
            .expect("python3 is installed, with venv and pip");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{command:?} failed: {said}");
    };
    run(Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&venv));
    run(Command::new(&python)
        .args(["-m", "pip", "install", "--quiet", "-r"])
        .arg(&pinned));
    fs::write(&stamp, wanted).unwrap();
    python
}
