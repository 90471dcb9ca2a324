//! Nominal places of silicon sensors, ladders and half shells.
//!
//! The number of an element has 3 bits for the layer, 5 for the ladder, 3 for the sensor and 5 for
//! the segment, which tells half shells apart. A sensor has its own axes: u along φ, v along z, w
//! outwards. A ladder moves along the radius, φ and z, a half shell along x, y and z.

use serde::Deserialize;

/// A vector in cm.
pub(super) type Vector = [f64; 3];

/// Half of a layer's ladders and of those of its neighbours.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HalfShell {
    pub(super) name: String,
    layer: i64,
    segment: i64,
}

/// Ladders around the beam.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SiliconLayer {
    layer: i64,
    radius: f64,
    shift: f64,
    sensors: Vec<Sensor>,
    ladders: Vec<Ladder>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sensor {
    sensor: i64,
    z: f64,
    width: f64,
    length: f64,
    /// Another one than that of the layer, where it is slanted.
    radius: Option<f64>,
    /// Angle to the beam, in degrees.
    slant: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ladder {
    ladder: i64,
    phi: f64,
    half_shell: String,
}

/// Which element it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SiliconId {
    /// 0 for half shells.
    pub(super) layer: i64,
    /// 0 for half shells.
    pub(super) ladder: i64,
    /// 0 for half shells and ladders.
    pub(super) sensor: i64,
    pub(super) half_shell: String,
}

/// Where an element is and how it turns.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) centre: Vector,
    /// Its own three axes.
    pub(super) axes: [Vector; 3],
}

/// The sensors of the detector as they were planned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Silicon<'a> {
    pub(super) half_shells: &'a [HalfShell],
    pub(super) layers: &'a [SiliconLayer],
}

impl<'a> Silicon<'a> {
    /// The element of that number; `None` if there is none.
    pub(super) fn find(self, element: i64) -> Option<SiliconId> {
        let bits = |shift: u32, width: u32| (element >> shift) & ((1 << width) - 1);
        let (number, ladder, sensor, segment) = (bits(13, 3), bits(8, 5), bits(5, 3), bits(0, 5));
        if (ladder, sensor) == (0, 0) {
            let known = |shell: &&HalfShell| (shell.layer, shell.segment) == (number, segment);
            let shell = self.half_shells.iter().find(known)?;
            return Some(SiliconId {
                half_shell: shell.name.clone(),
                ..SiliconId::default()
            });
        }
        let (layer, found) = self.ladder(number, ladder)?;
        let known = sensor == 0 || layer.sensors.iter().any(|s| s.sensor == sensor);
        (known && segment == 0).then(|| SiliconId {
            layer: number,
            ladder,
            sensor,
            half_shell: found.half_shell.clone(),
        })
    }

    fn ladder(self, number: i64, ladder: i64) -> Option<(&'a SiliconLayer, &'a Ladder)> {
        let layer = self.layers.iter().find(|layer| layer.layer == number)?;
        let found = layer.ladders.iter().find(|known| known.ladder == ladder)?;
        Some((layer, found))
    }

    /// Place and axes of an element.
    pub(super) fn frame(self, id: &SiliconId) -> Option<Frame> {
        if id.layer == 0 {
            let axes = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
            return Some(Frame {
                centre: [0.0; 3],
                axes,
            });
        }
        let (layer, ladder) = self.ladder(id.layer, id.ladder)?;
        if id.sensor == 0 {
            let turn = Turn::new(ladder.phi);
            return Some(Frame {
                centre: turn.of([layer.radius, layer.shift, 0.0]),
                axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].map(|a| turn.of(a)),
            });
        }
        let sensor = layer.sensors.iter().find(|s| s.sensor == id.sensor)?;
        Some(sensor.frame(layer, ladder))
    }

    /// Points that stand for the surface of an element: of each of its sensors four, which have its
    /// centre and its mean squared extent.
    pub(super) fn surface(self, id: &SiliconId) -> Vec<Vector> {
        let mut points = Vec::new();
        for layer in self.layers {
            if id.layer != 0 && layer.layer != id.layer {
                continue;
            }
            let own = |ladder: &&Ladder| match id.layer {
                0 => ladder.half_shell == id.half_shell,
                _ => ladder.ladder == id.ladder,
            };
            for ladder in layer.ladders.iter().filter(own) {
                let sensors = layer.sensors.iter();
                for sensor in sensors.filter(|s| id.sensor == 0 || s.sensor == id.sensor) {
                    points.extend(sensor.corners(layer, ladder));
                }
            }
        }
        points
    }
}

impl Sensor {
    fn frame(&self, layer: &SiliconLayer, ladder: &Ladder) -> Frame {
        let turn = Turn::new(ladder.phi);
        let radius = self.radius.unwrap_or(layer.radius);
        let (sin, cos) = self.slant.unwrap_or(0.0).to_radians().sin_cos();
        // Along the radius, φ and z.
        let axes = [[0.0, 1.0, 0.0], [-sin, 0.0, cos], [cos, 0.0, sin]];
        Frame {
            centre: turn.of([radius, layer.shift, self.z]),
            axes: axes.map(|axis| turn.of(axis)),
        }
    }

    fn corners(&self, layer: &SiliconLayer, ladder: &Ladder) -> [Vector; 4] {
        let Frame { centre, axes } = self.frame(layer, ladder);
        // A rectangle has the mean square of its length / 12 along a side.
        let (a, b) = (self.width / 12_f64.sqrt(), self.length / 12_f64.sqrt());
        [(a, b), (a, -b), (-a, b), (-a, -b)].map(|(u, v)| {
            let at = |i: usize| centre[i] + u * axes[0][i] + v * axes[1][i];
            [at(0), at(1), at(2)]
        })
    }
}

/// From radius, φ and z of a ladder to x, y and z.
struct Turn {
    sin: f64,
    cos: f64,
}

impl Turn {
    fn new(degrees: f64) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        Self { sin, cos }
    }

    fn of(&self, [radius, along, z]: Vector) -> Vector {
        [
            self.cos * radius - self.sin * along,
            self.sin * radius + self.cos * along,
            z,
        ]
    }
}
