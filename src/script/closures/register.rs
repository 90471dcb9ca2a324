//! What closures need of an engine.

use rhai::Engine;

use super::{numbers, row};

/// Teaches an engine rows, and numbers as formulas have them.
pub fn register(engine: &mut Engine) {
    numbers::register(engine);
    row::register(engine);
}
