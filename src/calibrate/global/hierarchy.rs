//! Wholes and their parts: what keeps parts from moving together the way their whole does.
//!
//! A motion of a part moves the points of its surface, and so does a motion of the whole. The
//! constraint of a motion of the whole is that the motions of its parts, added up, are orthogonal to it,
//! summed over all points: the motion of the whole that is nearest to theirs is none.

use super::super::execution::Ended;
use super::parameters::{Parameter, Parameters};
use super::rule::Hierarchy;
use super::silicon::{Frame, Silicon, SiliconId, Vector};
use crate::fit::systems::Constraint;

/// Levels from the largest whole to the smallest part.
pub const LEVELS: [&str; 3] = ["half_shell", "ladder", "sensor"];
/// Motions along and around the three axes of an element, by the numbers 1 to 6 of parameters.
pub const MOTIONS: [&str; 6] = ["u", "v", "w", "alpha", "beta", "gamma"];

/// Less of a constraint than this is rounding, not a condition of its own.
const INDEPENDENT: f64 = 1e-8;

/// The constraints of a hierarchy, of parameters for which `free` holds.
///
/// A whole counts if one of its own motions is among the parameters, held or not. Its parts are those of the
/// next level of which there are parameters.
pub(super) fn constraints(
    hierarchy: &Hierarchy,
    parameters: &Parameters,
    free: &dyn Fn(i64) -> bool,
) -> Result<Vec<Constraint>, Ended> {
    let own: Vec<&Parameter> = parameters
        .values()
        .filter(|p| p.label.component.payload == hierarchy.component && motion(p).is_some())
        .collect();
    let Some(first) = own.first() else {
        return Ok(Vec::new());
    };
    let component = first.label.component;
    let silicon = Silicon {
        half_shells: &component.half_shells,
        layers: &component.layers,
    };
    let levels: Vec<&str> = LEVELS
        .into_iter()
        .filter(|level| hierarchy.levels.iter().any(|asked| asked == level))
        .collect();
    let mut wholes: Vec<&SiliconId> = own.iter().filter_map(|p| p.silicon.as_ref()).collect();
    wholes.dedup();
    let mut found = Vec::new();
    for whole in wholes {
        let parts: Vec<&&Parameter> = own
            .iter()
            .filter(|p| {
                let id = p.silicon.as_ref();
                id.is_some_and(|id| is_part(id, whole, &levels, &own)) && free(p.number)
            })
            .collect();
        if parts.is_empty() || !levels.contains(&level(whole)) {
            continue;
        }
        found.extend(of_whole(hierarchy, silicon, whole, &parts)?);
    }
    Ok(found)
}

/// The number of the motion that a parameter is.
fn motion(parameter: &Parameter) -> Option<usize> {
    let number = usize::try_from(parameter.label.parameter.number).ok()?;
    (parameter.silicon.is_some() && (1..=6).contains(&number)).then(|| number - 1)
}

fn level(id: &SiliconId) -> &'static str {
    match (id.layer, id.sensor) {
        (0, _) => LEVELS[0],
        (_, 0) => LEVELS[1],
        _ => LEVELS[2],
    }
}

/// Whether an element lies in the whole, with none between them that counts.
fn is_part(id: &SiliconId, whole: &SiliconId, levels: &[&str], all: &[&Parameter]) -> bool {
    let (above, own) = (level(whole), level(id));
    let place = |level: &str| levels.iter().position(|known| *known == level);
    let (Some(top), Some(bottom)) = (place(above), place(own)) else {
        return false;
    };
    let inside = id.half_shell == whole.half_shell
        && (whole.layer == 0 || (id.layer, id.ladder) == (whole.layer, whole.ladder));
    let between = |p: &&Parameter| {
        let Some(other) = p.silicon.as_ref() else {
            return false;
        };
        let ladder_of_it = (other.layer, other.ladder) == (id.layer, id.ladder);
        level(other) == LEVELS[1] && own == LEVELS[2] && ladder_of_it && levels.contains(&LEVELS[1])
    };
    let hidden = above == LEVELS[0] && all.iter().any(between);
    top < bottom && inside && !hidden
}

fn of_whole(
    hierarchy: &Hierarchy,
    silicon: Silicon<'_>,
    whole: &SiliconId,
    parts: &[&&Parameter],
) -> Result<Vec<Constraint>, Ended> {
    let frame = |id: &SiliconId| {
        let lost = || Ended::failure(format!("no place is known of {id:?}"));
        silicon.frame(id).ok_or_else(lost)
    };
    let frame_of_whole = frame(whole)?;
    let mut constraints = Vec::new();
    // Orthogonal rows so far, to leave out what they say already.
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for (number, name) in MOTIONS.iter().enumerate() {
        if !hierarchy.motions.iter().any(|asked| asked == name) {
            continue;
        }
        let mut weights = Vec::new();
        for part in parts {
            let (Some(id), Some(own)) = (&part.silicon, motion(part)) else {
                continue;
            };
            let frame = frame(id)?;
            let both = |x: &Vector| dot(moved(&frame_of_whole, number, x), moved(&frame, own, x));
            weights.push(silicon.surface(id).iter().map(both).sum::<f64>());
        }
        let Some(row) = independent(&weights, &basis) else {
            continue;
        };
        basis.push(row);
        let labels = parts.iter().map(|part| part.number);
        constraints.push(Constraint {
            name: format!("{} of {}", name, words(whole)),
            terms: labels.zip(weights).filter(|(_, w)| *w != 0.0).collect(),
            value: 0.0,
        });
    }
    Ok(constraints)
}

/// What is left of a row beside others, at length 1; `None` if nothing is.
fn independent(weights: &[f64], basis: &[Vec<f64>]) -> Option<Vec<f64>> {
    let norm = |row: &[f64]| row.iter().map(|w| w * w).sum::<f64>().sqrt();
    let length = norm(weights);
    if length == 0.0 {
        return None;
    }
    let mut row: Vec<f64> = weights.iter().map(|w| w / length).collect();
    // A second time for what rounding left.
    for _ in 0..2 {
        for other in basis {
            let share: f64 = row.iter().zip(other).map(|(a, b)| a * b).sum();
            row.iter_mut().zip(other).for_each(|(a, b)| *a -= share * b);
        }
    }
    let left = norm(&row);
    (left > INDEPENDENT).then(|| row.iter().map(|w| w / left).collect())
}

/// How the point `x` moves with a motion of an element.
fn moved(frame: &Frame, motion: usize, x: &Vector) -> Vector {
    match motion {
        0..=2 => frame.axes[motion],
        _ => {
            let [a, b, c] = frame.axes[motion - 3];
            let [x, y, z]: Vector = std::array::from_fn(|i| x[i] - frame.centre[i]);
            [b * z - c * y, c * x - a * z, a * y - b * x]
        }
    }
}

fn dot(a: Vector, b: Vector) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn words(id: &SiliconId) -> String {
    match level(id) {
        "half_shell" => format!("half shell {}", id.half_shell),
        "ladder" => format!("ladder {}.{}", id.layer, id.ladder),
        _ => format!("sensor {}.{}.{}", id.layer, id.ladder, id.sensor),
    }
}
