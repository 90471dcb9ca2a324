//! Files that are written while the run goes on, and after it.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use super::Error;

/// Files under way. A value that is dropped waits for them, so that none appears later.
#[derive(Debug, Default)]
pub struct Behind(Mutex<Vec<File>>);

/// A file and who writes it.
type File = (PathBuf, JoinHandle<Result<(), Error>>);

impl Behind {
    /// Begins to write the file at `path`.
    pub(super) fn begin(
        &self,
        path: &Path,
        write: impl FnOnce() -> Result<(), Error> + Send + 'static,
    ) -> Result<(), Error> {
        let begun = thread::Builder::new().spawn(write);
        let begun = begun.map_err(Error::output(path))?;
        self.files().push((path.to_path_buf(), begun));
        Ok(())
    }

    /// Waits for all of them.
    ///
    /// # Errors
    /// The first file that could not be written.
    pub fn wait(&self) -> Result<(), Error> {
        let mut first = Ok(());
        for (path, file) in std::mem::take(&mut *self.files()) {
            let written = file.join();
            let written =
                written.unwrap_or_else(|panic| Err(Error::panicked_at(&path, panic.as_ref())));
            first = first.and(written);
        }
        first
    }

    fn files(&self) -> MutexGuard<'_, Vec<File>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Behind {
    fn drop(&mut self) {
        // Whoever wants to know what went wrong has waited before.
        let _ = self.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn the_first_error_is_told_and_all_have_ended_then() {
        let behind = Behind::default();
        let (end, ended) = channel::<&str>();
        for (name, ok) in [("a", true), ("b", false), ("c", true)] {
            let end = end.clone();
            let write = move || {
                let failed = || Error::output(name)(std::io::Error::other("the disk is full"));
                let result = if ok { Ok(()) } else { Err(failed()) };
                end.send(name).unwrap();
                result
            };
            behind.begin(Path::new(name), write).unwrap();
        }
        drop(end);
        let said = behind.wait().unwrap_err().to_string();
        assert!(
            said.contains('b') && said.contains("the disk is full"),
            "{said}"
        );
        assert_eq!(ended.iter().count(), 3);
        assert!(behind.wait().is_ok());
    }

    #[test]
    fn a_panic_is_an_error() {
        let behind = Behind::default();
        behind
            .begin(Path::new("a"), || panic!("out of paper"))
            .unwrap();
        let said = behind.wait().unwrap_err().to_string();
        assert_eq!(said, "a: out of paper; this is a bug in b2caf");
    }
}
