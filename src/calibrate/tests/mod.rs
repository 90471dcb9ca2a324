//! Algorithms over data whose truth is known.

mod across;
mod declared;
mod gains;
mod lookups;
mod merging;
mod native;
mod rules;
mod strategies;
mod strategy;
mod toy;
