//! (in the making)

pub mod inspect;
