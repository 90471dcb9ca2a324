//! Which run a file of raw data holds, by where it lies.

use std::path::Path;

use super::Fault;
use crate::iov::{ExpRun, IoV};

/// Folders of the two sites below which raw data lie by experiment and run.
const SITES: [&str; 2] = [
    "/group/belle2/dataprod/Data/Raw",
    "/hsm/belle2/bdata/Data/Raw",
];

/// The run of a file of raw data: its folders say experiment and run, and so does its name.
///
/// Folders are numbers with a letter in front or not (`e0007/r00047`), the name has both behind its first dot
/// (`physics.0007.00047.HLT1.root`).
///
/// # Errors
/// [`Fault::RawData`] when the file lies elsewhere, or one of the four numbers is missing or differs.
pub fn raw_data_iov(path: &Path) -> Result<IoV, Fault> {
    let run = run_by_place(path).map_err(|reason| Fault::RawData {
        path: path.to_path_buf(),
        reason,
    })?;
    Ok(IoV::single(run)?)
}

fn run_by_place(path: &Path) -> Result<ExpRun, String> {
    let below = SITES.iter().find_map(|site| path.strip_prefix(site).ok());
    let below = below.ok_or_else(|| format!("it does not lie below {}", SITES.join(" or ")))?;
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    let [exp, run, .., name] = &parts[..] else {
        return Err("folders for experiment and run are missing".into());
    };
    let by_folder = ExpRun::new(folder_number(exp)?, folder_number(run)?);
    let words: Vec<&str> = name.split('.').collect();
    let [_, exp, run, ..] = words[..] else {
        return Err(format!("`{name}` has no experiment and run between dots"));
    };
    let by_name = ExpRun::new(number(exp)?, number(run)?);
    if by_folder != by_name {
        return Err(format!("its folders say {by_folder}, its name {by_name}"));
    }
    Ok(by_folder)
}

/// The number of a folder, after a letter or alone.
fn folder_number(text: &str) -> Result<i32, String> {
    let without = text.strip_prefix(|first: char| first.is_ascii_alphabetic());
    number(without.unwrap_or(text)).map_err(|_| {
        format!("the folder `{text}` is no number of an experiment or run, such as e0007 or r00047")
    })
}

fn number(text: &str) -> Result<i32, String> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let value = text.parse().ok().filter(|_| digits);
    value.ok_or_else(|| format!("`{text}` is no number of an experiment or run"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said() {
        let site = SITES[0];
        let found = raw_data_iov(Path::new(&format!(
            "{site}/e0007/r00047/a/x.0007.00047.root"
        )));
        assert_eq!(found.unwrap(), IoV::single(ExpRun::new(7, 47)).unwrap());
        for (place, words) in [
            (
                "/data/e0007/r00047/x.0007.00047.root".to_owned(),
                "does not lie below",
            ),
            (
                format!("{site}/e0007"),
                "folders for experiment and run are missing",
            ),
            (
                format!("{site}/e0007/x.0007.00047.root"),
                "folders for experiment",
            ),
            (
                format!("{site}/exp7/r00047/x.0007.00047.root"),
                "the folder `exp7`",
            ),
            (
                format!("{site}/e0007/r00047/x.0007"),
                "`x.0007` has no experiment and run",
            ),
            (
                format!("{site}/e0007/r00047/x.0007.+47.root"),
                "`+47` is no number",
            ),
            (
                format!("{site}/e0007/r00047/x.0007.00048.root"),
                "folders say 7,47, its name 7,48",
            ),
        ] {
            let error = raw_data_iov(Path::new(&place)).unwrap_err().to_string();
            assert!(error.contains(words) && error.contains(&place), "{error}");
        }
    }
}
