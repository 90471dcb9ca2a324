//! Several stores put together into one folder.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::commit::{UNDER_WAY, read_text};
use super::{Error, Provenance};

/// Name of the text file in each folder.
const TEXT: &str = "database.txt";

/// What became of the folders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Folders that do not exist and were left out.
    pub missing: Vec<PathBuf>,
    /// Payload files and what lies beside them, in the new folder.
    pub files: usize,
}

/// Makes the folder `into` from the stores in `folders`: all lines in their order, all files.
///
/// Of lines for the same run the last one counts, so a later folder wins over an earlier one. Files of
/// one name must have the same content; what their provenance files say is put together.
///
/// # Errors
/// When `into` exists, a folder has no text file or one that cannot be understood, two files of one name
/// differ, or something cannot be read or written. Nothing is left behind then.
pub fn merge_stores(folders: &[PathBuf], into: &Path) -> Result<Merged, Error> {
    let mut merged = Merged::default();
    let (mut lines, mut files) = (String::new(), BTreeMap::new());
    for folder in folders {
        match folder.try_exists() {
            Ok(true) => {}
            Ok(false) => {
                merged.missing.push(folder.clone());
                continue;
            }
            Err(error) => return Err(Error::io("read", folder)(error)),
        }
        if !folder.join(TEXT).is_file() {
            return Err(Error::NoTextFile(folder.clone()));
        }
        lines.push_str(&read_text(&folder.join(TEXT))?);
        gather(folder, &mut files)?;
    }
    merged.files = files.len();
    match fs::create_dir(into) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(Error::Exists(into.into()));
        }
        Err(error) => return Err(Error::io("create the folder", into)(error)),
    }
    match write(into, &files, &lines) {
        Ok(()) => Ok(merged),
        Err(error) => {
            // What went wrong first matters more.
            fs::remove_dir_all(into).ok();
            Err(error)
        }
    }
}

/// A file of the new folder.
struct Found {
    /// Where it was met first.
    path: PathBuf,
    content: Vec<u8>,
}

fn gather(folder: &Path, files: &mut BTreeMap<String, Found>) -> Result<(), Error> {
    let entries = fs::read_dir(folder).map_err(Error::io("read", folder))?;
    for entry in entries {
        let path = entry.map_err(Error::io("read", folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !path.is_file() || name == TEXT || name.starts_with(UNDER_WAY) {
            continue;
        }
        let content = fs::read(&path).map_err(Error::io("read", &path))?;
        match files.get_mut(name.as_ref()) {
            None => {
                let name = name.into_owned();
                files.insert(name, Found { path, content });
            }
            Some(found) if found.content == content => {}
            Some(found) => match both_origins(&name, &found.content, &content) {
                Some(both) => found.content = both,
                None => {
                    return Err(Error::Conflict {
                        first: found.path.clone(),
                        second: path,
                    });
                }
            },
        }
    }
    Ok(())
}

/// Two provenance files of one payload as one; `None` if they are none, or of two payloads.
fn both_origins(name: &str, first: &[u8], second: &[u8]) -> Option<Vec<u8>> {
    if !name.ends_with(".provenance.json") {
        return None;
    }
    let mut both: Provenance = serde_json::from_slice(first).ok()?;
    let second: Provenance = serde_json::from_slice(second).ok()?;
    if (&both.payload, &both.checksum) != (&second.payload, &second.checksum) {
        return None;
    }
    second
        .origins
        .into_iter()
        .for_each(|origin| both.add(origin));
    Some(both.to_json().into_bytes())
}

/// The text file comes last: what it names is there.
fn write(into: &Path, files: &BTreeMap<String, Found>, lines: &str) -> Result<(), Error> {
    for (name, found) in files {
        let path = into.join(name);
        fs::write(&path, &found.content).map_err(Error::io("write", path))?;
    }
    let path = into.join(TEXT);
    fs::write(&path, lines).map_err(Error::io("write", path))
}
