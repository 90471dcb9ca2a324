//! Fits against what is known about them from elsewhere.

mod basics;
mod random;
