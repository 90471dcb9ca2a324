//! All keys of a file, directory by directory.

use std::collections::HashSet;

use super::cursor::Cursor;
use super::error::{Damage, Result};
use super::key::Key;
use super::source::{KeyList, Source, directory_keys};

/// Directories inside directories.
const DEPTH: usize = 64;
/// A label takes at least this many bytes.
const LEAST: usize = 26;

/// Keys in the order of the file, those of a directory after its own.
pub(super) fn keys(source: &Source) -> Result<Vec<Key>> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    walk(source, source.first_keys, "", DEPTH, &mut seen, &mut found)?;
    Ok(found)
}

fn walk(
    source: &Source,
    place: KeyList,
    above: &str,
    depth: usize,
    seen: &mut HashSet<u64>,
    found: &mut Vec<Key>,
) -> Result<()> {
    let what = if above.is_empty() {
        "its list of keys".into()
    } else {
        format!("directory {above}")
    };
    if depth == 0 || !seen.insert(place.seek) {
        let reason = "a directory is inside itself, or nested too deeply";
        return Err(source.damaged(&what, Damage::Other(reason.into())));
    }
    let key = source.key(place.seek, &what)?;
    let length = place.bytes.checked_sub(key.key_length).ok_or_else(|| {
        source.damaged(
            &what,
            Damage::Other("it is shorter than its own label".into()),
        )
    })?;
    let data = source.bytes(place.seek + key.key_length as u64, length)?;
    let list = read_list(&data).map_err(|damage| source.damaged(&what, damage))?;
    for mut key in list {
        if !above.is_empty() {
            key.path = format!("{above}/{}", key.name);
        }
        let inside = if key.is_directory() {
            Some((key.seek, key.path.clone()))
        } else {
            None
        };
        found.push(key);
        if let Some((seek, path)) = inside {
            let directory = source.directory(seek, &path)?;
            let keys = directory_keys(&directory).map_err(|e| source.damaged(&path, e))?;
            if keys.seek != 0 {
                walk(source, keys, &path, depth - 1, seen, found)?;
            }
        }
    }
    Ok(())
}

fn read_list(data: &[u8]) -> Result<Vec<Key>, Damage> {
    let mut cursor = Cursor::new(data);
    let count = cursor.count(LEAST)?;
    let mut list = Vec::with_capacity(count);
    for _ in 0..count {
        list.push(Key::read(&mut cursor)?);
    }
    Ok(list)
}
