//! Collected objects as a file that tools of ROOT read.
//!
//! Directories and names are those of a collector's file upstream, one key per run, so that
//! what adds up the keys of several runs there adds up ours:
//!
//! ```text
//! <collector>/RunRange                                 tree: exp, run; the title is the granularity
//! <collector>/<object>/<object>_<exp>.<run>/<object>_1
//! <collector>/<object>/<object>_-1.-1/<object>_1       with one set of objects for all runs
//! ```
//!
//! | object | here |
//! |---|---|
//! | histogram | `TH1D`, `TH2D`; their errors are √n |
//! | profile | `TProfile`, with sums, sums of squares and entries |
//! | efficiency | two objects, `<object>_passed` and `<object>_total`, as histograms of counts |
//! | sum | tree with one row: `sum`, `entries`, `not_finite` |
//! | normal equations | two trees: `<object>_unknowns` with `channel`, `entries`, `right`; `<object>_sums` with `i`, `j`, `value` |
//! | table | tree with a branch per column |
//!
//! Channels are axes before those of the object, with the channel number at the centre of its
//! bin: a histogram per channel is a `TH2D` of channel × bins, with two axes a `TH3D`, a profile
//! per channel a `TProfile2D`. A sum per channel has a row for each channel that was filled. What
//! has more axes than ROOT's classes, or too many cells, is a tree of the cells that were filled.
//!
//! A run in which an object was not filled has an empty directory. Not in the file are rows
//! without a channel and values that are not a number (no bin is theirs), and columns of texts.

mod grid;
mod layout;
mod piece;

#[cfg(test)]
mod tests;

pub use layout::CollectorFile;
