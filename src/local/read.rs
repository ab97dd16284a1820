//! Reading one file that somebody named, or that a directory holds: text, or one line that says why not.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::Error;

/// A template has at most 1 MB, a definition 1 MiB, and a response that holds one, escaped, twice that; a plan of a large
/// infrastructure some tens of megabytes.
pub const MAX_FILE_BYTES: u64 = 64 << 20;

/// Reads one file of UTF-8 text for a command: a definition, a template, a role, an event, a configuration.
///
/// # Errors
/// When it cannot be read, is not UTF-8, or is larger than 64 MiB.
pub fn read_file(path: &Path) -> Result<String, Error> {
    let opened = match is_handed_over(path) {
        true => read_bounded(path, MAX_FILE_BYTES),
        false => read_regular(path, MAX_FILE_BYTES),
    };
    opened.map_err(|why| Error::Unreadable {
        path: path.to_owned(),
        why,
    })
}

/// Reads text from a stream, such as standard input.
///
/// # Errors
/// As [`read_file`].
pub fn read_stream(name: &str, stream: &mut dyn Read) -> Result<String, Error> {
    let mut bytes = Vec::new();
    let read = stream.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes);
    let text = match read {
        Ok(_) => text_of(bytes, MAX_FILE_BYTES),
        Err(error) => Err(io_words(&error)),
    };
    text.map_err(|why| Error::Unreadable {
        path: name.into(),
        why,
    })
}

/// Whether the path is an open file of this process, such as a shell's `<(command)`: somebody writes to it.
fn is_handed_over(path: &Path) -> bool {
    ["/dev/fd", "/proc/self/fd"]
        .iter()
        .any(|dir| path.starts_with(dir))
        || path == Path::new("/dev/stdin")
}

/// Reads a file, where a pipe that nobody writes to would be waited for without end, and a device has none.
pub fn read_regular(path: &Path, max: u64) -> Result<String, String> {
    match path.metadata() {
        Ok(found) if found.is_dir() => Err("it is a directory".to_owned()),
        Ok(found) if !found.is_file() => Err("it is a pipe or a device, and no file".to_owned()),
        Ok(found) if found.len() > max => Err(too_large(max)),
        Ok(_) => read_bounded(path, max),
        Err(error) if error.kind() == ErrorKind::NotFound && path.is_symlink() => {
            Err("it is a symbolic link to a file that does not exist".to_owned())
        }
        Err(error) => Err(io_words(&error)),
    }
}

/// Reads at most `max` bytes of UTF-8.
pub fn read_bounded(path: &Path, max: u64) -> Result<String, String> {
    let file = File::open(path).map_err(|error| io_words(&error))?;
    let mut bytes = Vec::new();
    file.take(max + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| io_words(&error))?;
    text_of(bytes, max)
}

fn text_of(bytes: Vec<u8>, max: u64) -> Result<String, String> {
    if bytes.len() as u64 > max {
        return Err(too_large(max));
    }
    if let Some(why) = binary(&bytes) {
        return Err(why.to_owned());
    }
    let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

/// What the bytes are, where they are no UTF-8 text: Windows PowerShell's `>` writes UTF-16, a plan that was not shown is an
/// archive.
fn binary(bytes: &[u8]) -> Option<&'static str> {
    let marks: [(&[u8], &'static str); 6] = [
        (&[0xff, 0xfe, 0, 0], "it is UTF-32; save it as UTF-8"),
        (&[0xff, 0xfe], "it is UTF-16; save it as UTF-8"),
        (&[0xfe, 0xff], "it is UTF-16; save it as UTF-8"),
        (
            b"PK\x03\x04",
            "it is a binary archive, not text; of a Terraform plan check what `terraform show -json` prints",
        ),
        (&[0x1f, 0x8b], "it is compressed, not text; unpack it first"),
        (b"%PDF", "it is a PDF, not text"),
    ];
    let marked = marks.iter().find(|(mark, _)| bytes.starts_with(mark));
    if let Some((_, why)) = marked {
        return Some(why);
    }
    let nul = bytes.iter().position(|b| *b == 0)?;
    // Latin text in UTF-16 without a mark has a NUL in every other byte, and something in the bytes between.
    let other = bytes
        .get(nul ^ 1)
        .is_some_and(|b| b.is_ascii_graphic() || b.is_ascii_whitespace());
    Some(match nul < 2 && other {
        true => "it is UTF-16; save it as UTF-8",
        false => "it is binary, not text",
    })
}

fn too_large(max: u64) -> String {
    format!("it is larger than {} MiB", max >> 20)
}

/// What the system says, without its numbers.
pub fn io_words(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file or directory".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => {
            let text = error.to_string();
            match text.split_once(" (os error") {
                Some((words, _)) => words.to_lowercase(),
                None => text,
            }
        }
    }
}

/// The directory that files which a file names must stand in: the repository that holds it, else its own directory. What a
/// template names is not to make this program read, and print, what its author may not see.
pub fn confines(path: &Path) -> Option<PathBuf> {
    let dir = match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir,
        _ => Path::new("."),
    };
    let dir = dir.canonicalize().ok()?;
    let repository = dir.ancestors().find(|up| up.join(".git").exists());
    Some(repository.unwrap_or(&dir).to_owned())
}

/// Whether a file stands in a directory once every link is followed; one that is not there does.
pub fn is_within(path: &Path, root: Option<&Path>) -> bool {
    match (path.canonicalize(), root) {
        (Ok(path), Some(root)) => path.starts_with(root),
        (Ok(_), None) => false,
        (Err(_), _) => true,
    }
}
