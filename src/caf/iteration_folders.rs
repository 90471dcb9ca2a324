//! The folders of iterations in the folder of a calibration.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

/// Iterations that have a folder, in order. Folders with other names than plain numbers, and a
/// missing folder, have none.
///
/// # Errors
/// When the folder cannot be read.
pub fn iteration_folders(of: &Path) -> io::Result<Vec<u32>> {
    let entries = match fs::read_dir(of) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        // Not what `parse` takes: a sign, or a zero in front, makes another name.
        let number = name.parse::<u32>().ok();
        let number = number.filter(|number| number.to_string() == name);
        if let Some(number) = number.filter(|_| entry.path().is_dir()) {
            found.push(number);
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Removes the folders of iterations after this one.
///
/// # Errors
/// When one of them cannot be removed.
pub fn remove_iterations_after(iteration: u32, of: &Path) -> io::Result<()> {
    for later in iteration_folders(of)? {
        if later > iteration {
            fs::remove_dir_all(of.join(later.to_string()))?;
        }
    }
    Ok(())
}
