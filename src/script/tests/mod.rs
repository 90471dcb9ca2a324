//! Tests of scripted algorithms and strategies.

mod algorithms;
mod harness;
mod histograms;
mod identity;
mod strategies;
mod tables;
