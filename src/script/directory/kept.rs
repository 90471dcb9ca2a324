//! Settings of all scripts as JSON, kept from call to call under the hash of everything that they come from.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde_json::{Map, Value};

use super::super::stdlib;
use super::folder::cache;
use super::{Catalogue, Directory, DirectoryError, Kind};

impl Catalogue {
    /// The settings of all scripts of one kind, by script, as JSON: what was read before is used again as
    /// long as no text has changed and the program is the same. The catalogue itself where a script has
    /// problems.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn settings(
        directory: &Directory,
        kind: Kind,
    ) -> Result<Result<Map<String, Value>, Self>, DirectoryError> {
        let file = place(directory, kind);
        if let Some(known) = file.as_deref().and_then(read) {
            return Ok(Ok(known));
        }
        let catalogue = Self::read(directory, kind)?;
        if !catalogue.problems.is_empty() {
            return Ok(Err(catalogue));
        }
        let entries = catalogue.entries.iter();
        let all: Map<String, Value> = entries
            .map(|entry| (entry.script.clone(), entry.settings.to_json()))
            .collect();
        if let Some(file) = file {
            // Without it the next call takes longer, and nothing else.
            let _ = keep(&file, &all);
        }
        Ok(Ok(all))
    }
}

/// Where they are kept; `None` if there is no place, or the texts cannot be read.
fn place(directory: &Directory, kind: Kind) -> Option<PathBuf> {
    let mut hasher = blake3::Hasher::new();
    let mut add = |name: &str, bytes: &[u8]| {
        hasher.update(&name.len().to_le_bytes());
        hasher.update(name.as_bytes());
        hasher.update(&bytes.len().to_le_bytes());
        hasher.update(bytes);
    };
    // Another program may read the same texts in another way.
    let program = fs::metadata(std::env::current_exe().ok()?).ok()?;
    let changed = program.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    add(
        "program",
        format!("{} {}", program.len(), changed.as_nanos()).as_bytes(),
    );
    add("kind", kind.folder().as_bytes());
    for (name, text) in stdlib::MODULES {
        add(name, text.as_bytes());
    }
    // A script may import what lies beside it and what lies in `lib`, at any depth.
    for found in walkdir::WalkDir::new(directory.folder()).sort_by_file_name() {
        let entry = found.ok()?;
        let is_script = entry.path().extension().is_some_and(|end| end == "rhai");
        if is_script {
            let name = entry.path().strip_prefix(directory.folder()).ok()?;
            add(&name.to_string_lossy(), &fs::read(entry.path()).ok()?);
        }
    }
    let hash = hasher.finalize().to_hex();
    Some(cache()?.join(format!("settings-{}.json", &hash[..32])))
}

fn read(file: &Path) -> Option<Map<String, Value>> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

/// Writes the file as a whole or not at all, in place of those of other texts.
fn keep(file: &Path, all: &Map<String, Value>) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut draft = tempfile::NamedTempFile::new_in(folder)?;
    draft.write_all(&serde_json::to_vec(all)?)?;
    draft.persist(file)?;
    forget_oldest(folder)
}

/// Files of this kind that are kept at most.
const MOST: usize = 16;

/// Removes the files that were written first when there are too many.
fn forget_oldest(folder: &Path) -> std::io::Result<()> {
    let mut kept = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("settings-") {
            kept.push((entry.metadata()?.modified()?, entry.path()));
        }
    }
    kept.sort();
    for (_, path) in kept.iter().rev().skip(MOST) {
        fs::remove_file(path)?;
    }
    Ok(())
}
