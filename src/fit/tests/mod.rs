//! Fits against what is known about them from elsewhere.

mod anything;
mod bad;
mod basics;
mod batches;
mod costs;
mod derivatives;
mod effort;
mod ill;
mod models;
mod nist;
mod parser;
mod perturbed;
mod poor;
mod profiles;
mod published;
mod random;
mod reference;
mod toys;
