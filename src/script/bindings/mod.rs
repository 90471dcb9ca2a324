//! The names of the API, one file per room; the meaning is in the rooms, these only spell it.

mod across;
mod batches;
mod blocks;
mod calibrate;
mod collect;
mod columns;
mod constants;
mod convert;
mod data;
mod equations;
mod files;
mod fit;
mod fits;
mod fitted_data;
mod fitting;
mod global_fits;
mod handle;
mod iov;
mod lookups;
mod made;
mod maths;
mod matrices;
mod models;
mod native;
mod objects;
mod ordered;
mod pairs;
mod path;
mod payload_class;
mod plan;
mod profile;
mod register;
mod results;
mod rows;
mod sample;
mod save;
pub(super) mod settings;
mod strategy;
mod systems;
mod tables;
mod timelines;
mod values;

#[cfg(test)]
pub(super) use calibrate::AlgorithmHandle;
pub(super) use constants::PayloadRef;
#[cfg(test)]
pub(super) use constants::register as register_constants;
pub(super) use convert::{from_json, to_json};
pub(super) use files::{Input, Kwargs};
pub(super) use fit::ModelHandle;
pub(super) use ordered::Ordered;
pub(super) use plan::{CalibrationHandle, Draft};
pub(super) use register::register;
pub(super) use results::constants_of;
pub(super) use tables::Table;
pub(super) use timelines::Formula;
