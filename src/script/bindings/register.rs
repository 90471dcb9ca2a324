//! All names of the API for one engine.

use rhai::Engine;

use super::super::closures;
use super::{calibrate, collect, files, fit, iov, maths, ordered, plan, settings};

/// Teaches an engine every name of the API.
pub(crate) fn register(engine: &mut Engine) {
    closures::register(engine);
    maths::register(engine);
    ordered::register(engine);
    settings::register(engine);
    iov::register(engine);
    files::register(engine);
    fit::register(engine);
    collect::register(engine);
    calibrate::register(engine);
    plan::register(engine);
}

/// Names of functions and methods, for suggestions.
pub(crate) fn names() -> Vec<String> {
    const NAMES: &str = "CalibrationSettings ValidationSettings ordered map_of check_keys get keys items values \
        len contains filter only first shuffled iovs events is_empty IoV ExpRun FileMap open_ended overlaps before \
        to_string filter_by_max_files_per_run filter_by_max_events_per_run filter_by_select_max_events_from_files \
        group_files_by_iov events_in_basf2_file chunk_by Collector each join pairs singles define select histogram \
        profile efficiency sum table normal_equations records per_channel copy regular variable payload Calibration \
        Collection cover add_collection depends_on chain Algorithm fit enough_data accept tolerate combine expand \
        calibrate boundary_required setup TestCalibrationAlgorithm register_module Model start limits fix range \
        prepare refit between rebin above quantile content info warning fatal without_digits index_of map reduce \
        push pop insert remove sort extract abs sqrt exp ln log10 sin cos tan asin acos atan atan2 sinh cosh tanh \
        hypot pow floor ceil round min max is_nan div to_int to_float";
    NAMES.split_whitespace().map(str::to_owned).collect()
}
