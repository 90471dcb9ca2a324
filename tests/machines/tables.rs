//! States and ways of the machines of calibrations and algorithms.
