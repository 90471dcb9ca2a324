//! Fits against what is known about them from elsewhere.

mod basics;
mod nist;
mod parser;
mod random;
