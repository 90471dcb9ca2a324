//! Official scripts run on made-up files and must find what the files were made with.

#![cfg(all(feature = "cli", unix))]

#[macro_use]
mod support;
#[path = "prompt_truth/bench.rs"]
mod bench;
#[path = "prompt_truth/detector.rs"]
mod detector;
#[path = "prompt_truth/pulls.rs"]
mod pulls;
#[path = "prompt_truth/random.rs"]
mod random;
#[path = "prompt_truth/rows.rs"]
mod rows;

#[path = "prompt_truth/alignment.rs"]
mod alignment;
#[path = "prompt_truth/arich.rs"]
mod arich;
#[path = "prompt_truth/beam_spot.rs"]
mod beam_spot;
#[path = "prompt_truth/boost.rs"]
mod boost;
#[path = "prompt_truth/cdc_fudge.rs"]
mod cdc_fudge;
#[path = "prompt_truth/cdc_times.rs"]
mod cdc_times;
#[path = "prompt_truth/cdc_wires.rs"]
mod cdc_wires;
#[path = "prompt_truth/dedx_electrons.rs"]
mod dedx_electrons;
#[path = "prompt_truth/ecl_energy.rs"]
mod ecl_energy;
#[path = "prompt_truth/klm_alignment.rs"]
mod klm_alignment;
#[path = "prompt_truth/klm_efficiency.rs"]
mod klm_efficiency;
#[path = "prompt_truth/klm_status.rs"]
mod klm_status;
#[path = "prompt_truth/klm_time.rs"]
mod klm_time;
#[path = "prompt_truth/pxd_gain.rs"]
mod pxd_gain;
#[path = "prompt_truth/pxd_masks.rs"]
mod pxd_masks;
#[path = "prompt_truth/top_mask.rs"]
mod top_mask;
#[path = "prompt_truth/top_times.rs"]
mod top_times;
