//! Which folder of scripts is used.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::release;

/// Kinds of official scripts, each with a folder of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Scripts that calibrate.
    Calibration,
    /// Scripts that look at the results of a calibration.
    Validation,
}

impl Kind {
    /// Its folder below `scripts`.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Self::Calibration => "prompt/calibrations",
            Self::Validation => "prompt/validations",
        }
    }
}

/// How the folder was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// Given on the command line, or by whoever calls.
    Given,
    /// By the variable `B2CAF_SCRIPTS`.
    Variable,
    /// One stands in a checkout that has scripts.
    Checkout,
    /// The scripts that the program carries.
    Release,
}

/// Why there are no scripts.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DirectoryError {
    /// A folder without scripts.
    #[error("{} holds no scripts: it has no folder {}", .folder.display(), .missing)]
    NoScripts {
        /// The folder.
        folder: PathBuf,
        /// What it should have.
        missing: &'static str,
    },
    /// A folder or file that cannot be read or written.
    #[error("cannot {action} {}: {source}", .path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A name that no script has.
    #[error("there is no script {name}")]
    Unknown {
        /// The name.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
}

impl DirectoryError {
    /// Short name of its kind: `b2caf explain` says more.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoScripts { .. } => "prompt::no-scripts",
            Self::File { .. } => "prompt::unreadable",
            Self::Unknown { .. } => "prompt::unknown-script",
        }
    }
}

/// A folder with official scripts: `prompt/calibrations`, `prompt/validations` and `lib`.
#[derive(Clone, Debug)]
pub struct Directory {
    folder: PathBuf,
    chosen: Chosen,
}

/// The variable that names a folder of scripts.
const VARIABLE: &str = "B2CAF_SCRIPTS";

impl Directory {
    /// The scripts that are in force: those of `given`, else of the variable `B2CAF_SCRIPTS`, else of the checkout
    /// that one stands in, else of the release.
    ///
    /// # Errors
    /// When a folder that was named holds no scripts, or those of the release cannot be put into a
    /// file system.
    pub fn find(given: Option<&Path>) -> Result<Self, DirectoryError> {
        if let Some(folder) = given {
            return Self::named(folder, Chosen::Given);
        }
        if let Some(folder) = env::var_os(VARIABLE).filter(|folder| !folder.is_empty()) {
            return Self::named(Path::new(&folder), Chosen::Variable);
        }
        let here = env::current_dir().unwrap_or_default();
        let checkout = here
            .ancestors()
            .map(|folder| folder.join("scripts"))
            .find(|scripts| scripts.join(Kind::Calibration.folder()).is_dir());
        match checkout {
            Some(scripts) => Self::named(&scripts, Chosen::Checkout),
            None => Self::release(),
        }
    }

    /// The scripts of the release.
    ///
    /// # Errors
    /// When they cannot be put into a file system: neither into the user's cache nor into the folder for
    /// temporary files.
    pub fn release() -> Result<Self, DirectoryError> {
        let temporary = env::temp_dir().join("b2caf");
        let cache = cache().unwrap_or_else(|| temporary.clone());
        let unpacked = release::unpacked(&cache).or_else(|_| release::unpacked(&temporary));
        let folder = unpacked.map_err(|source| DirectoryError::File {
            action: "write the scripts of the release into",
            path: temporary,
            source,
        })?;
        let chosen = Chosen::Release;
        Ok(Self { folder, chosen })
    }

    fn named(folder: &Path, chosen: Chosen) -> Result<Self, DirectoryError> {
        let missing = Kind::Calibration.folder();
        if !folder.join(missing).is_dir() {
            let folder = folder.to_path_buf();
            return Err(DirectoryError::NoScripts { folder, missing });
        }
        Ok(Self {
            folder: folder.to_path_buf(),
            chosen,
        })
    }

    /// The folder that holds `prompt` and `lib`.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// How it was chosen.
    #[must_use]
    pub fn chosen(&self) -> Chosen {
        self.chosen
    }

    /// Names of the scripts of one kind, sorted, without `.rhai`.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn names(&self, kind: Kind) -> Result<Vec<String>, DirectoryError> {
        let folder = self.folder.join(kind.folder());
        let failed = |source| DirectoryError::File {
            action: "read",
            path: folder.clone(),
            source,
        };
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        let mut names = Vec::new();
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let is_script = path.extension().is_some_and(|end| end == "rhai") && path.is_file();
            if let Some(stem) = path.file_stem().filter(|_| is_script) {
                names.push(stem.to_string_lossy().into_owned());
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// The file of a script, by its name; folders and an ending (`.rhai`, or `.py` as upstream has it) are dropped.
    ///
    /// # Errors
    /// [`DirectoryError::Unknown`].
    pub fn script(&self, kind: Kind, name: &str) -> Result<PathBuf, DirectoryError> {
        let stem = Path::new(name).file_name().map(Path::new);
        let stem = stem.map_or(name.into(), |file| match file.extension() {
            Some(end) if end == "rhai" || end == "py" => file.with_extension(""),
            _ => file.to_path_buf(),
        });
        let path = self.folder.join(kind.folder()).join(&stem);
        let path = PathBuf::from(format!("{}.rhai", path.display()));
        if path.is_file() {
            return Ok(path);
        }
        Err(DirectoryError::Unknown {
            name: stem.display().to_string(),
            known: self.names(kind)?,
        })
    }

    /// Files that are not as the release has them: changed, new, or gone; paths below the folder.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn differences(&self) -> Result<Vec<String>, DirectoryError> {
        let mut differ = Vec::new();
        if self.chosen == Chosen::Release {
            return Ok(differ);
        }
        for found in walkdir::WalkDir::new(&self.folder).sort_by_file_name() {
            let entry = found.map_err(|error| DirectoryError::File {
                action: "read",
                path: self.folder.clone(),
                source: error.into(),
            })?;
            let Ok(name) = entry.path().strip_prefix(&self.folder) else {
                continue;
            };
            let name = name.to_string_lossy().into_owned();
            let of_scripts = name.starts_with("prompt/") || name.starts_with("lib/");
            if !entry.file_type().is_file() || !of_scripts {
                continue;
            }
            let text = fs::read(entry.path()).map_err(|source| DirectoryError::File {
                action: "read",
                path: entry.path().to_path_buf(),
                source,
            })?;
            if release::text(&name).is_none_or(|known| known.as_bytes() != text) {
                differ.push(name);
            }
        }
        let gone = release::FILES.iter().map(|(name, _)| *name);
        let gone = gone.filter(|name| !self.folder.join(name).exists());
        differ.extend(gone.map(|name| format!("{name} (missing)")));
        Ok(differ)
    }
}

/// The user's folder for what can be made again.
pub(super) fn cache() -> Option<PathBuf> {
    let given = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    let base = given("XDG_CACHE_HOME").map(PathBuf::from);
    let base = base.or_else(|| Some(PathBuf::from(given("HOME")?).join(".cache")));
    base.map(|base| base.join("b2caf"))
}
