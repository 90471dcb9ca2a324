//! Fits against what is known about them from elsewhere.

mod bad;
mod basics;
mod derivatives;
mod nist;
mod parser;
mod random;
mod reference;
mod toys;
