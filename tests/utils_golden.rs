//! The small helpers against vectors of the upstream code.
//!
//! Where this program differs on purpose a rule says so: a predicate on the arguments, and the corrected result,
//! worked out here from the definition in another way than in the library.

#[macro_use]
mod support;
#[path = "support/golden.rs"]
mod golden;
#[path = "support/lists.rs"]
mod lists;

#[path = "utils/files.rs"]
mod files;
#[path = "utils/graphs.rs"]
mod graphs;
#[path = "utils/jobs.rs"]
mod jobs;
#[path = "utils/runs.rs"]
mod runs;

#[test]
fn every_list_is_tested() {
    const TESTED: [&str; 17] = [
        "iov_from_runs",
        "split_runs_by_exp",
        "runs_overlapping_iov",
        "find_gaps_in_iov_list",
        "find_run_lists_from_boundaries",
        "pairwise",
        "grouper",
        "splitter",
        "job_status",
        "job_json",
        "check_input_data_files",
        "parse_file_uri",
        "parse_raw_data_iov",
        "find_int_dirs",
        "merge_local_databases",
        "graphs",
        "caf_order",
    ];
    lists::all_tested("utils.json", &TESTED);
}
