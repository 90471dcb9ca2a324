//! `b2caf new`: a folder with a script that runs, and a small sample to run it on.

mod command;
mod name;
mod sample;

pub(super) use command::new;
