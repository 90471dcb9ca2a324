//! A page in a browser without a window: what it complains of, and what it asks the network for.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What was seen.
pub(crate) struct Seen {
    /// The document as the browser has it in the end.
    pub(crate) document: String,
    /// Errors and warnings of the console.
    pub(crate) complaints: Vec<String>,
    /// Addresses that the page asked the network for.
    pub(crate) requests: Vec<String>,
}

/// The browser: that of `B2CAF_CHROMIUM`, or a usual name in the search path.
pub(crate) fn find() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("B2CAF_CHROMIUM") {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    let mut all =
        std::env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name)));
    all.find(|file| file.is_file())
}

/// Opens a page. No host is ever found, and everything that is asked for is written down.
pub(crate) fn open(browser: &Path, page: &Path) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("net.json");
    let words = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        "--enable-logging=stderr",
        "--v=0",
        "--timeout=20000",
        "--dump-dom",
    ];
    let ended = Command::new(browser)
        .args(words)
        .arg(format!(
            "--user-data-dir={}",
            folder.path().join("user").display()
        ))
        .arg(format!("--log-net-log={}", record.display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(ended.status.success(), "{said}");
    let complaints = said.lines().filter(|line| line.contains("CONSOLE"));
    let record = std::fs::read_to_string(&record).unwrap_or_default();
    assert!(
        !record.is_empty(),
        "the browser wrote down no requests: {said}"
    );
    Seen {
        document: String::from_utf8_lossy(&ended.stdout).into_owned(),
        complaints: complaints.map(str::to_owned).collect(),
        requests: addresses(&record),
    }
}

/// Addresses that the page asked for, in what the browser wrote down: its own errands come from
/// what it calls "not an origin".
fn addresses(record: &str) -> Vec<String> {
    let of = |line: &str, key: &str| {
        let (_, rest) = line.split_once(&format!("\"{key}\":\""))?;
        rest.split('"').next().map(str::to_owned)
    };
    let requests = record
        .lines()
        .filter_map(|line| Some((of(line, "initiator")?, of(line, "url")?)));
    let own = requests.filter(|(initiator, _)| initiator != "not an origin");
    own.map(|(_, address)| address).collect()
}
