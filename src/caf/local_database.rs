//! The constants in force as one local database, for programs that read it.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::collect::Payloads;
use crate::conditions::{Chain, Record, Store};

use super::Error;

/// What a database will hold: its text, and its payload files by name.
struct Merged {
    text: String,
    files: Vec<(String, PathBuf)>,
}

/// The identity of the constants of a chain: the hash of their intervals and contents.
///
/// # Errors
/// When a store cannot be read.
pub(super) fn identity(constants: &Chain) -> Result<String, Error> {
    merged(constants).map(|(_, identity)| identity)
}

/// Puts the constants of a chain into a folder below `folder`, one for each identity.
///
/// # Errors
/// When a store cannot be read, or the folder cannot be written.
pub(super) fn local_database(constants: &Chain, folder: &Path) -> Result<Payloads, Error> {
    let (merged, identity) = merged(constants)?;
    let target = folder.join(&identity);
    let path = target.join("database.txt");
    if !path.is_file() {
        fs::create_dir_all(folder).map_err(Error::output(folder))?;
        let new = tempfile::tempdir_in(folder).map_err(Error::output(folder))?;
        for (name, file) in &merged.files {
            let to = new.path().join(name);
            fs::copy(file, &to).map_err(Error::output(&to))?;
        }
        let text = new.path().join("database.txt");
        fs::write(&text, &merged.text).map_err(Error::output(&text))?;
        match fs::rename(new.path(), &target) {
            // Another calibration with the same constants was faster.
            Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => {}
            other => other.map_err(Error::output(&target))?,
        }
    }
    Ok(Payloads { path, identity })
}

/// All stores as one: a reader takes the last line that fits, so the first store comes last.
fn merged(constants: &Chain) -> Result<(Merged, String), Error> {
    let mut text = String::new();
    let mut names = BTreeSet::new();
    let mut files = Vec::new();
    let mut hash = blake3::Hasher::new();
    for store in constants.stores().iter().rev() {
        for record in store.database()?.records {
            let Some(iov) = record.iov else {
                continue;
            };
            let [e, r, f, s] = <[i32; 4]>::from(iov);
            text += &format!(
                "dbstore/{} {} {e},{r},{f},{s}\n",
                record.name, record.revision
            );
            for file in files_of(store, &record)? {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                if names.insert(name.to_string()) {
                    let content = fs::read(&file).map_err(Error::output(&file))?;
                    hash.update(name.as_bytes());
                    hash.update(blake3::hash(&content).as_bytes());
                    files.push((name.to_string(), file));
                }
            }
        }
    }
    hash.update(text.as_bytes());
    let identity = hash.finalize().to_hex().to_string();
    Ok((Merged { text, files }, identity))
}

/// The files of a payload in whatever form, without what says where it came from.
fn files_of(store: &Store, record: &Record) -> Result<Vec<PathBuf>, Error> {
    let start = format!("dbstore_{}_rev_{}.", record.name, record.revision);
    let folder = store.folder();
    let provenance = store.provenance_file(&record.name, &record.revision);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::output(folder))? {
        let path = entry.map_err(Error::output(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(&start) && path != provenance {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(folder: &Path, value: &str, iov: &str) -> Store {
        fs::create_dir_all(folder).unwrap();
        fs::write(
            folder.join("database.txt"),
            format!("dbstore/Times {value} {iov}\n"),
        )
        .unwrap();
        fs::write(
            folder.join(format!("dbstore_Times_rev_{value}.json")),
            value,
        )
        .unwrap();
        fs::write(
            folder.join(format!("dbstore_Times_rev_{value}.provenance.json")),
            "{}",
        )
        .unwrap();
        Store::new(folder)
    }

    #[test]
    fn the_store_that_is_asked_first_wins_in_the_database_too() {
        let folder = tempfile::tempdir().unwrap();
        let later = store(&folder.path().join("later"), "aaaaaa", "7,1,7,3");
        let earlier = store(&folder.path().join("earlier"), "bbbbbb", "0,0,-1,-1");
        let chain = Chain::new(vec![later.clone(), earlier.clone()]);
        let target = folder.path().join("made");
        let made = local_database(&chain, &target).unwrap();
        let text = fs::read_to_string(&made.path).unwrap();
        assert_eq!(
            text,
            "dbstore/Times bbbbbb 0,0,-1,-1\ndbstore/Times aaaaaa 7,1,7,3\n"
        );
        let database = Store::new(made.path.parent().unwrap()).database().unwrap();
        for run in [2, 9] {
            let run = crate::iov::ExpRun::new(7, run);
            let of_chain = chain.stores().iter().find_map(|store| {
                let database = store.database().unwrap();
                database.find("Times", run).map(|r| r.revision.clone())
            });
            let found = database.find("Times", run).map(|r| r.revision.clone());
            assert_eq!(found, of_chain);
        }
        let mut names: Vec<String> = fs::read_dir(made.path.parent().unwrap())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        assert_eq!(
            names,
            [
                "database.txt",
                "dbstore_Times_rev_aaaaaa.json",
                "dbstore_Times_rev_bbbbbb.json"
            ]
        );
        // Made once; another order is something else.
        assert_eq!(local_database(&chain, &target).unwrap(), made);
        let turned = Chain::new(vec![earlier, later]);
        assert_ne!(identity(&turned).unwrap(), made.identity);
    }

    #[test]
    fn no_constants_are_an_empty_database() {
        let folder = tempfile::tempdir().unwrap();
        let made = local_database(&Chain::default(), folder.path()).unwrap();
        assert_eq!(fs::read_to_string(made.path).unwrap(), "");
    }
}
