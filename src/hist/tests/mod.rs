//! Tests of histograms.

mod axes;
mod blocks;
mod exact;
mod histograms;
mod numpy;
