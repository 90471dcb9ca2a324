//! A collector made ready for one layout of columns.
//!
//! Takes a [`super::Collector`] and the names of a tree, gives column code for every step and
//! the list of columns it reads. It knows neither files nor values.

mod compile;
mod hoist;
mod records;
mod sections;
mod slots;
mod view;

pub(crate) use compile::{Action, Op, Pass, RowSource};
pub(crate) use sections::Section;
pub(crate) use slots::{Join, Key};
