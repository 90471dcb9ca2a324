//! The scripts of the release, carried by the program.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Files with their text, by their path below `scripts`.
macro_rules! carried {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../scripts/", $name)))),*]
    };
}

/// Every file of the folder `scripts`, in the order of their paths.
pub(super) const FILES: &[(&str, &str)] = carried![
    "lib/alignment.rhai",
    "lib/arich.rhai",
    "lib/beam.rhai",
    "lib/cdc.rhai",
    "lib/dedx.rhai",
    "lib/dedx_hadron.rhai",
    "lib/ecl.rhai",
    "lib/klm.rhai",
    "lib/leakage.rhai",
    "lib/payloads.rhai",
    "lib/pxd.rhai",
    "lib/reduced.rhai",
    "lib/steering/alignment.py",
    "lib/steering/arich.py",
    "lib/steering/beam.py",
    "lib/steering/cdc.py",
    "lib/steering/dedx.py",
    "lib/steering/ecl.py",
    "lib/steering/flat.py",
    "lib/steering/klm.py",
    "lib/steering/pxd.py",
    "lib/steering/svd.py",
    "lib/steering/top.py",
    "lib/svd.rhai",
    "lib/svd_dedx.rhai",
    "lib/top.rhai",
    "lib/waveforms.rhai",
    "prompt/calibrations/caf_arich.rhai",
    "prompt/calibrations/caf_beamspot.rhai",
    "prompt/calibrations/caf_boostvector.rhai",
    "prompt/calibrations/caf_cdc.rhai",
    "prompt/calibrations/caf_cdc_badwire.rhai",
    "prompt/calibrations/caf_cdc_fudgefactor.rhai",
    "prompt/calibrations/caf_cdcdedx_electron.rhai",
    "prompt/calibrations/caf_cdcdedx_hadron.rhai",
    "prompt/calibrations/caf_ecl_E.rhai",
    "prompt/calibrations/caf_ecl_WaveformTemplates.rhai",
    "prompt/calibrations/caf_ecl_autocovariance.rhai",
    "prompt/calibrations/caf_ecl_cluster_energy.rhai",
    "prompt/calibrations/caf_ecl_time_crystalCrate.rhai",
    "prompt/calibrations/caf_ecms.rhai",
    "prompt/calibrations/caf_klm_alignment.rhai",
    "prompt/calibrations/caf_klm_channel_status.rhai",
    "prompt/calibrations/caf_klm_strip_efficiency.rhai",
    "prompt/calibrations/caf_klm_time.rhai",
    "prompt/calibrations/caf_pxd.rhai",
    "prompt/calibrations/caf_pxd_gain.rhai",
    "prompt/calibrations/caf_svd_dedx.rhai",
    "prompt/calibrations/caf_svd_time.rhai",
    "prompt/calibrations/caf_top.rhai",
    "prompt/calibrations/caf_top_pre.rhai",
    "prompt/calibrations/caf_vxdcdc_alignment.rhai",
    "prompt/calibrations/example_complex.rhai",
    "prompt/calibrations/example_simple.rhai",
    "prompt/validations/ecl_timing.rhai",
    "prompt/validations/klm_strip_efficiency.rhai",
    "prompt/validations/pxd_hot_dead_masking.rhai",
];

/// The text of a file of the release.
pub(super) fn text(name: &str) -> Option<&'static str> {
    let found = FILES.iter().find(|(known, _)| *known == name);
    found.map(|(_, text)| *text)
}

/// What is to be said about texts (path and hash) of which some have the names of official ones; `None` if
/// none has.
pub(in super::super) fn compared(sources: &[(PathBuf, String)]) -> Option<String> {
    let version = env!("CARGO_PKG_VERSION");
    let mut differ = Vec::new();
    let mut official = false;
    for (path, hash) in sources {
        let name = FILES.iter().find(|(name, _)| path.ends_with(name));
        let Some((name, text)) = name else { continue };
        official = true;
        if blake3::hash(text.as_bytes()).to_hex().as_str() != hash {
            differ.push(*name);
        }
    }
    match differ.as_slice() {
        _ if !official => None,
        [] => Some(format!("as in release {version}")),
        differ => Some(format!(
            "not as in release {version}: {}",
            differ.join(", ")
        )),
    }
}

/// Names the scripts of a release by what they hold.
pub(super) fn hash() -> String {
    let mut hasher = blake3::Hasher::new();
    for (name, text) in FILES {
        hasher.update(name.as_bytes());
        hasher.update(&[0]);
        hasher.update(text.as_bytes());
        hasher.update(&[0]);
    }
    hasher.finalize().to_hex().to_string()
}

/// A folder with all files, made if it is not there; programs that run before a collector need them as
/// files.
///
/// # Errors
/// When it cannot be written.
pub(super) fn unpacked(cache: &Path) -> io::Result<PathBuf> {
    let folder = cache.join(format!("scripts-{}", &hash()[..16]));
    let scripts = folder.join("scripts");
    if is_whole(&scripts) {
        return Ok(scripts);
    }
    fs::create_dir_all(cache)?;
    let draft = tempfile::Builder::new()
        .prefix(".scripts")
        .tempdir_in(cache)?;
    let top = draft.path().join("scripts");
    for (name, text) in FILES {
        let path = top.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&top))?;
        fs::write(path, text)?;
    }
    // Somebody else may have been faster, or somebody may have changed what is there.
    if folder.exists() && !is_whole(&scripts) {
        fs::remove_dir_all(&folder)?;
    }
    match fs::rename(draft.path(), &folder) {
        Ok(()) => Ok(scripts),
        Err(_) if is_whole(&scripts) => Ok(scripts),
        Err(error) => Err(error),
    }
}

/// Whether all files are there as they should be.
fn is_whole(scripts: &Path) -> bool {
    let same = |(name, text): &(&str, &str)| {
        fs::read(scripts.join(name)).is_ok_and(|found| found == text.as_bytes())
    };
    FILES.iter().all(same)
}
