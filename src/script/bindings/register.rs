//! All names of the API for one engine.

use rhai::Engine;

use super::super::closures;
use super::{calibrate, collect, files, fit, iov, maths, native, ordered, plan, sample, settings};

/// Teaches an engine every name of the API.
pub(crate) fn register(engine: &mut Engine) {
    closures::register(engine);
    maths::register(engine);
    ordered::register(engine);
    settings::register(engine);
    iov::register(engine);
    files::register(engine);
    fit::register(engine);
    collect::register(engine);
    native::register(engine);
    calibrate::register(engine);
    plan::register(engine);
    sample::register(engine);
}
