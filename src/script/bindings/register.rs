//! All names of the API for one engine.

use rhai::Engine;

use super::super::closures;

/// Teaches an engine every name of the API.
pub(crate) fn register(engine: &mut Engine) {
    closures::register(engine);
    super::maths::register(engine);
    super::ordered::register(engine);
    super::settings::register(engine);
    super::iov::register(engine);
    super::files::register(engine);
    super::fit::register(engine);
    super::fits::register(engine);
    super::profile::register(engine);
    super::fitting::register(engine);
    super::batches::register(engine);
    super::matrices::register(engine);
    super::global_fits::register(engine);
    super::made::register(engine);
    super::systems::register(engine);
    super::collect::register(engine);
    super::pairs::register(engine);
    super::equations::register(engine);
    super::constants::register(engine);
    super::native::register(engine);
    super::path::register(engine);
    super::calibrate::register(engine);
    super::results::register(engine);
    super::data::register(engine);
    super::strategy::register(engine);
    super::tables::register(engine);
    super::columns::register(engine);
    super::rows::register(engine);
    super::timelines::register(engine);
    super::lookups::register(engine);
    super::blocks::register(engine);
    super::plots::register(engine);
    super::jobs::register(engine);
    super::plan::register(engine);
    super::sample::register(engine);
}
