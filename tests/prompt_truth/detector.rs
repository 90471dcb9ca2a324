//! Silicon sensors and wire layers by the drawings of the detector, for the alignment.

pub(crate) type Vector = [f64; 3];

/// A rigid thing: where it is, and along what it moves.
#[derive(Clone)]
pub(crate) struct Body {
    pub(crate) label: i64,
    pub(crate) centre: Vector,
    pub(crate) axes: [Vector; 3],
}

pub(crate) struct Sensor {
    pub(crate) body: Body,
    pub(crate) ladder: usize,
    pub(crate) half: usize,
    pub(crate) width: f64,
    pub(crate) length: f64,
}

pub(crate) struct Wires {
    pub(crate) label: i64,
    pub(crate) radius: f64,
    pub(crate) backward: f64,
    pub(crate) forward: f64,
    pub(crate) stereo: f64,
}

pub(crate) struct Detector {
    pub(crate) sensors: Vec<Sensor>,
    pub(crate) ladders: Vec<Body>,
    pub(crate) halves: Vec<Body>,
    pub(crate) wires: Vec<Wires>,
}

pub(crate) fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(crate) fn cross(a: Vector, b: Vector) -> Vector {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

pub(crate) fn along(a: Vector, s: f64, b: Vector) -> Vector {
    [a[0] + s * b[0], a[1] + s * b[1], a[2] + s * b[2]]
}

pub(crate) fn unit(a: Vector) -> Vector {
    let length = dot(a, a).sqrt();
    a.map(|x| x / length)
}

impl Body {
    /// How a point moves with each of the six parameters.
    pub(crate) fn moves(&self, point: Vector) -> [Vector; 6] {
        let from = along(point, -1.0, self.centre);
        let [u, v, w] = self.axes;
        [u, v, w, cross(u, from), cross(v, from), cross(w, from)]
    }
}

/// Number of an element of silicon as upstream packs it.
pub(crate) fn silicon(layer: i64, ladder: i64, sensor: i64, segment: i64) -> i64 {
    let element = layer * 8192 + ladder * 256 + sensor * 32 + segment;
    1_000_000 * 100 + element * 100
}

/// Layers 3 and 4 of silicon and nine layers of wires, by the technical drawings.
pub(crate) fn detector() -> Detector {
    let global = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let half = |segment| Body {
        label: silicon(3, 0, 0, segment),
        centre: [0.0; 3],
        axes: global,
    };
    let mut detector = Detector {
        sensors: Vec::new(),
        ladders: Vec::new(),
        halves: vec![half(1), half(2)],
        wires: Vec::new(),
    };
    // Sensors: z, width, radius, angle to the beam.
    type Sheet = (f64, f64, f64, f64);
    let layers: [(i64, f64, f64, f64, f64, &[i64], &[Sheet]); 2] = [
        (
            3,
            3.899,
            -0.468,
            342.195,
            360.0 / 7.0,
            &[7, 1, 2, 3],
            &[(9.235, 3.84, 3.899, 0.0), (-3.265, 3.84, 3.899, 0.0)],
        ),
        (
            4,
            8.0,
            -1.078,
            8.0,
            36.0,
            &[9, 10, 1, 2, 3],
            &[
                (14.9042, 4.8, 6.689, 11.9),
                (2.476, 5.76, 8.0, 0.0),
                (-10.024, 5.76, 8.0, 0.0),
            ],
        ),
    ];
    for (layer, radius, shift, first, step, right, sheets) in layers {
        let number = (360.0_f64 / step).round() as i64;
        for ladder in 1..=number {
            let phi = (first + step * (ladder - 1) as f64).to_radians();
            let (outwards, around) = ([phi.cos(), phi.sin(), 0.0], [-phi.sin(), phi.cos(), 0.0]);
            let centre = |r: f64, z: f64| along(along([0.0, 0.0, z], r, outwards), shift, around);
            let half = usize::from(!right.contains(&ladder));
            for (sensor, (z, width, r, slant)) in (1..).zip(sheets) {
                let (sin, cos) = slant.to_radians().sin_cos();
                let v = along([0.0, 0.0, cos], -sin, outwards);
                let w = along([0.0, 0.0, sin], cos, outwards);
                detector.sensors.push(Sensor {
                    body: Body {
                        label: silicon(layer, ladder, sensor, 0),
                        centre: centre(*r, *z),
                        axes: [around, v, w],
                    },
                    ladder: detector.ladders.len(),
                    half,
                    width: *width,
                    length: 12.288,
                });
            }
            detector.ladders.push(Body {
                label: silicon(layer, ladder, 0, 0),
                centre: centre(radius, 0.0),
                axes: [outwards, around, [0.0, 0.0, 1.0]],
            });
        }
    }
    // Layer, superlayer and place in it; half cells by which the forward end is turned, and cells.
    for (superlayer, inside, radius, backward, forward, turned, cells) in [
        (0, 2, 18.8, -33.808, 63.752, 0.0, 160.0),
        (1, 2, 29.34, -52.719, 98.016, 18.0, 160.0),
        (2, 3, 41.98, -58.956, 139.36, 0.0, 192.0),
        (3, 3, 53.1, -61.1182, 146.618, -18.0, 224.0),
        (4, 3, 63.82, -63.2019, 148.702, 0.0, 256.0),
        (5, 3, 74.94, -65.3634, 150.863, 19.0, 288.0),
        (6, 3, 85.66, -67.4472, 152.947, 0.0, 320.0),
        (7, 3, 96.78, -69.6087, 155.109, -20.0, 352.0),
        (8, 3, 107.5, -71.6925, 157.192, 0.0, 384.0_f64),
    ] {
        let turn = std::f64::consts::PI * turned / cells;
        detector.wires.push(Wires {
            label: (2_700_000 + (8 * superlayer + inside) * 512 + 511) * 100,
            radius,
            backward,
            forward,
            stereo: 2.0 * radius * (turn / 2.0).sin() / (forward - backward),
        });
    }
    detector
}
