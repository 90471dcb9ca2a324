//! The names of the API, one file per room; the meaning is in the rooms, these only spell it.

mod calibrate;
mod collect;
mod convert;
mod files;
mod fit;
mod handle;
mod iov;
mod maths;
mod native;
mod ordered;
mod plan;
mod register;
mod sample;
pub(super) mod settings;

pub(super) use calibrate::constants_of;
pub(super) use convert::{from_json, to_json};
pub(super) use files::{Input, Kwargs};
pub(super) use ordered::Ordered;
pub(super) use plan::{CalibrationHandle, Draft};
pub(super) use register::register;
