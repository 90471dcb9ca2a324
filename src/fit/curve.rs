//! A curve with exact derivatives at many places at once: what a minimiser sees of a model.

/// The derivatives of a curve at `n` places, column by column.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slopes {
    /// The curve, one value per place.
    pub(crate) value: Vec<f64>,
    /// ∂/∂p₀ at all places, then ∂/∂p₁, …
    pub(crate) first: Vec<f64>,
    /// ∂²/∂p₀², ∂²/∂p₁∂p₀, ∂²/∂p₁², ∂²/∂p₂∂p₀, …; empty unless asked for.
    pub(crate) second: Vec<f64>,
}

/// A curve with parameters over fixed places.
pub(crate) trait Curve {
    /// Value and gradient at all places; `second` asks for second derivatives too.
    fn evaluate(&mut self, parameters: &[f64], second: bool, out: &mut Slopes);
}
