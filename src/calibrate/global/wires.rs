//! Nominal places of the wires of the drift chamber.
//!
//! The number of a wire is 512 × (8 × superlayer + layer in it) + wire; wire 511 stands for the
//! layer. The innermost superlayer has 8 layers, the others have 6.

use std::f64::consts::TAU;

use serde::Deserialize;

/// Wires around the beam.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireLayer {
    layer: i64,
    radius: f64,
    backward: f64,
    forward: f64,
    wires: i64,
    shift: f64,
    offset: f64,
}

/// A wire or a layer, and where it is: a wire at the end that a parameter moves.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct WirePlace {
    pub(super) layer: i64,
    /// −1 for a layer.
    pub(super) wire: i64,
    pub(super) radius: f64,
    /// Not a number for a layer.
    pub(super) phi: f64,
    /// Not a number for a layer.
    pub(super) z: f64,
    /// Slope of its wires around the beam, by length along the beam.
    pub(super) stereo: f64,
}

/// The element of that number as the parameter `name` sees it; `None` if there is none.
pub(super) fn find(layers: &[WireLayer], element: i64, name: &str) -> Option<WirePlace> {
    let (sheet, wire) = (element / 512, element % 512);
    let (superlayer, inside) = (sheet / 8, sheet % 8);
    let number = match superlayer {
        0 => inside,
        _ if inside < 6 => 8 + 6 * (superlayer - 1) + inside,
        _ => return None,
    };
    let layer = layers.iter().find(|layer| layer.layer == number)?;
    let stereo = layer.stereo();
    if wire == 511 {
        return Some(WirePlace {
            layer: number,
            wire: -1,
            radius: layer.radius,
            phi: f64::NAN,
            z: f64::NAN,
            stereo,
        });
    }
    let forward = name.starts_with("wireFwd");
    (wire < layer.wires).then(|| WirePlace {
        layer: number,
        wire,
        radius: layer.radius,
        phi: layer.phi(wire, forward),
        z: if forward {
            layer.forward
        } else {
            layer.backward
        },
        stereo,
    })
}

impl WireLayer {
    /// Azimuth of the end of a wire, from 0 to 2π.
    fn phi(&self, wire: i64, forward: bool) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a few hundred wires")]
        let (wire, wires) = (wire as f64, self.wires as f64);
        let turned = if forward { 0.5 * self.shift } else { 0.0 };
        (TAU * (wire + self.offset + turned) / wires).rem_euclid(TAU)
    }

    fn stereo(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a few hundred wires")]
        let turned = TAU * 0.5 * self.shift / self.wires as f64;
        2.0 * self.radius * (turned / 2.0).sin() / (self.forward - self.backward)
    }
}
