//! Another machine.
