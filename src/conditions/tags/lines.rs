//! A testing store, line by line, with everything that is wrong with it.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::iov::{ExpRun, IoV, IovSet};

use super::super::store::checksum;
use super::super::{Error, check_name, database};
use super::content::{Look, faults_inside};
use super::coverage::{gaps, overlaps};
use super::{Fault, FaultKind};

/// Endings of payload files in the order in which they are looked for.
const ENDINGS: [&str; 2] = ["root", "json"];

/// A line of a testing store with the payload it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreLine {
    /// Line number, from 1.
    pub line: usize,
    /// Payload name.
    pub name: String,
    /// Revision in the line.
    pub revision: String,
    /// When the payload is valid.
    pub iov: IoV,
    /// The payload file.
    pub file: PathBuf,
    /// MD5 of the file.
    pub checksum: String,
}

/// What a testing store holds, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reviewed {
    /// Lines without an error in themselves. Of lines with the same payload name and interval the last one.
    pub lines: Vec<StoreLine>,
    /// Everything that was found, by line; what concerns several lines comes last.
    pub faults: Vec<Fault>,
    /// Lines that are records or should be.
    pub read: usize,
}

/// The text file of a store: `path` itself, or `database.txt` in it.
#[must_use]
pub fn text_file(path: &Path) -> PathBuf {
    if path.is_dir() {
        path.join("database.txt")
    } else {
        path.into()
    }
}

/// The error for a store, or its text file, that is not there.
pub(super) fn no_text_file(path: &Path) -> Error {
    let is_text_file = path.extension().is_some_and(|ending| ending == "txt");
    let folder = path.parent().filter(|_| is_text_file);
    Error::NoTextFile(match folder {
        Some(folder) if folder.as_os_str().is_empty() => ".".into(),
        folder => folder.unwrap_or(path).into(),
    })
}

/// Reads a testing store as a whole: every line, every payload file with its checksum, what `look` finds
/// inside, and which runs have two payloads of one name or none.
///
/// # Errors
/// When there is no text file, or something cannot be read. What can be read and is wrong is a fault.
pub fn review(path: &Path, look: Look) -> Result<Reviewed, Error> {
    let text_path = text_file(path);
    let text = match fs::read(&text_path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(no_text_file(path));
        }
        Err(error) => return Err(Error::io("read", text_path)(error)),
    };
    let mut reviewed = Reviewed::default();
    let folder = text_path.parent().unwrap_or(Path::new("."));
    let files = Files { folder, look };
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let content = line.split('#').next().unwrap_or_default();
        if content.trim().is_empty() {
            continue;
        }
        reviewed.read += 1;
        let (found, faults) = files.line(content, index + 1)?;
        let at = Some(index + 1);
        reviewed
            .faults
            .extend(faults.into_iter().map(|fault| fault.in_line(at)));
        lines.extend(found);
    }
    reviewed.lines = last_of_each(lines, &mut reviewed.faults);
    reviewed.faults.extend(coverage(&reviewed.lines));
    Ok(reviewed)
}

struct Files<'a> {
    folder: &'a Path,
    look: Look<'a>,
}

impl Files<'_> {
    /// One line; nothing of it if it has an error.
    fn line(&self, content: &str, number: usize) -> Result<(Option<StoreLine>, Vec<Fault>), Error> {
        let words: Vec<&str> = content.split_whitespace().collect();
        let record = match database::parse_line(content, number) {
            Ok(record) => record,
            Err(reason) => return Ok((None, vec![bad_line(reason)])),
        };
        let name = record.name.as_str();
        let mut faults = Vec::new();
        if let Some(extra) = words.get(3) {
            let reason = format!("`{extra}` stands behind the interval of {name}");
            faults.push(bad_line(reason).of(name));
        }
        if let Err(error) = check_name(name) {
            return Ok((None, vec![bad_line(error.to_string()).of(name)]));
        }
        if record.revision.contains(['/', '\\']) {
            let reason = format!("`{}` is no revision of {name}", record.revision);
            return Ok((None, vec![bad_line(reason).of(name)]));
        }
        let iov = record.iov.filter(|iov| iov.low() != ExpRun::new(-1, -1));
        if iov.is_none() {
            faults.push(no_interval(name, words.get(2).unwrap_or(&"")));
        }
        let file = payload_file(self.folder, name, &record.revision);
        if !file.is_file() {
            faults.push(missing(name, &file));
            return Ok((None, faults));
        }
        let bytes = fs::read(&file).map_err(Error::io("read", &file))?;
        let sum = checksum(&bytes);
        faults.extend(checksum_fault(name, &record.revision, &file, &sum));
        let inside = faults_inside(name, iov.as_slice(), &bytes, self.look);
        faults.extend(inside.into_iter().map(|fault| fault.of(name)));
        let line = iov
            .filter(|_| !super::any_error(&faults))
            .map(|iov| StoreLine {
                line: number,
                name: record.name.clone(),
                revision: record.revision.clone(),
                iov,
                file,
                checksum: sum,
            });
        Ok((line, faults))
    }
}

/// The payload file of a line, by whichever ending it has; if there is none, with the usual ending.
pub(super) fn payload_file(folder: &Path, name: &str, revision: &str) -> PathBuf {
    let [usual, other] =
        ENDINGS.map(|ending| folder.join(format!("dbstore_{name}_rev_{revision}.{ending}")));
    if !usual.is_file() && other.is_file() {
        other
    } else {
        usual
    }
}

fn bad_line(reason: String) -> Fault {
    let advice = "write it as dbstore/<name> <revision> <firstExp>,<firstRun>,<lastExp>,<lastRun>";
    Fault::error(FaultKind::Line, reason, advice)
}

fn no_interval(name: &str, text: &str) -> Fault {
    let numbers: Vec<i32> = text
        .split(',')
        .filter_map(|word| word.parse().ok())
        .collect();
    let (what, advice) = match numbers[..] {
        [-1, -1, -1, -1] => ("is empty", "for all runs write 0,0,-1,-1".to_owned()),
        [-1, -1, c, d] => (
            "has no beginning",
            format!("give its first run, such as 0,0,{c},{d}"),
        ),
        [a, b, c, d] if a >= 0 && c >= 0 && (a, b) > (c, d) => (
            "ends before it begins",
            format!("turn the ends round: {c},{d},{a},{b}"),
        ),
        _ => (
            "is no interval",
            "give first and last run as experiment,run, with -1,-1 for an open end".to_owned(),
        ),
    };
    let text = format!("{name}: {text} {what}, so that no run is in it");
    Fault::error(FaultKind::Interval, text, advice).of(name)
}

fn missing(name: &str, file: &Path) -> Fault {
    Fault::error(
        FaultKind::MissingFile,
        format!("there is no payload file {}", file.display()),
        "copy it from where the line came from, or take the line out",
    )
    .of(name)
}

/// A revision of six or more hexadecimal digits is the beginning of the checksum; digits alone may also
/// be the number that a server gave.
fn checksum_fault(name: &str, revision: &str, file: &Path, found: &str) -> Option<Fault> {
    let is_sum = revision.len() >= 6 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_sum || found.starts_with(&revision.to_ascii_lowercase()) {
        return None;
    }
    let text = format!(
        "{} has checksum {found}, and its name says {revision}",
        file.display()
    );
    let advice = "it was changed or cut off after it was written: make it again";
    let fault = Fault::error(FaultKind::Checksum, text, advice).of(name);
    let is_number = revision.bytes().all(|byte| byte.is_ascii_digit());
    Some(if is_number { fault.as_warning() } else { fault })
}

/// Of lines with the same name and interval the last one counts; the others are told.
fn last_of_each(lines: Vec<StoreLine>, faults: &mut Vec<Fault>) -> Vec<StoreLine> {
    let mut last: HashMap<(String, IoV), usize> = HashMap::new();
    for line in &lines {
        last.insert((line.name.clone(), line.iov), line.line);
    }
    let mut kept = Vec::new();
    for line in lines {
        let winner = last[&(line.name.clone(), line.iov)];
        if winner == line.line {
            kept.push(line);
            continue;
        }
        let text = format!(
            "{} {} stands again in line {winner}, which counts",
            line.name, line.iov
        );
        let fault = Fault::error(FaultKind::DuplicateLine, text, "take this line out");
        let fault = fault.as_warning().of(&line.name).within(line.iov);
        faults.push(fault.in_line(Some(line.line)));
    }
    faults.sort_by_key(|fault| fault.line.unwrap_or(usize::MAX));
    kept
}

/// Overlaps and gaps of each name.
fn coverage(lines: &[StoreLine]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (name, lines) in by_name(lines) {
        let iovs: Vec<IoV> = lines.iter().map(|line| line.iov).collect();
        for (a, b) in overlaps(&iovs) {
            let (a, b) = (lines[a], lines[b]);
            let first = format!("{} in line {}", a.iov, a.line);
            let fault = overlap(name, &first, &b.iov);
            faults.push(fault.in_line(Some(b.line)));
        }
        let runs: IovSet = iovs.into_iter().collect();
        faults.extend(gaps(&runs).intervals().iter().map(|iov| gap(name, iov)));
    }
    faults
}

/// Lines of each payload name.
fn by_name(lines: &[StoreLine]) -> BTreeMap<&str, Vec<&StoreLine>> {
    let mut names: BTreeMap<&str, Vec<&StoreLine>> = BTreeMap::new();
    for line in lines {
        names.entry(&line.name).or_default().push(line);
    }
    names
}

/// Two payloads of one name for the same runs.
pub(super) fn overlap(name: &str, first: &str, second: &IoV) -> Fault {
    let text = format!("{name} {second} overlaps {first}");
    let advice = "end the earlier one before the later one begins, or allow it with --allow-overlaps: the highest revision is then valid";
    Fault::error(FaultKind::Overlap, text, advice)
        .of(name)
        .within(*second)
}

/// No payload of a name between others.
pub(super) fn gap(name: &str, iov: &IoV) -> Fault {
    let text = format!("{name} has no payload for {iov} ({})", iov.in_words());
    let advice =
        "extend the interval before it, or allow it with --allow-gaps if there are no such runs";
    Fault::error(FaultKind::Gap, text, advice)
        .of(name)
        .within(*iov)
}
