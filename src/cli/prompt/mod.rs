//! `b2caf prompt`: the directory of official scripts.

pub(super) mod args;
mod card;
mod check;
mod command;
mod graph;
mod local;
mod run;
mod show;
mod validate;

pub(super) use command::prompt;
use command::{refused, unreadable, which};
