//! The general machine.
