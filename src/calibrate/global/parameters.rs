//! The parameters of a fit as rows that rules can look at.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::expr::{Column, Table, TableError};

use super::component::Label;
use super::silicon::{Silicon, SiliconId, Vector};
use super::wires;

/// One parameter: what it is, and where its element is.
#[derive(Clone, Debug)]
pub(super) struct Parameter {
    pub(super) number: i64,
    pub(super) label: Label,
    pub(super) silicon: Option<SiliconId>,
    layer: i64,
    wire: i64,
    place: Vector,
    radius: f64,
    phi: f64,
    stereo: f64,
    /// Measurements that depend on it.
    pub(super) entries: usize,
    /// Its value before the fit.
    pub(super) value: f64,
}

impl Parameter {
    /// What a label stands for.
    ///
    /// # Errors
    /// When there is no such payload, element or parameter.
    pub(super) fn of(number: i64) -> Result<Self, String> {
        let label = Label::of(number)?;
        let component = label.component;
        let unknown = || {
            let (element, payload) = (label.element, &component.payload);
            format!("label {number}: {payload} has no element {element}")
        };
        let mut parameter = Self {
            number,
            label,
            silicon: None,
            layer: 0,
            wire: -1,
            place: [f64::NAN; 3],
            radius: f64::NAN,
            phi: f64::NAN,
            stereo: 0.0,
            entries: 0,
            value: 0.0,
        };
        if !component.wires.is_empty() {
            let name = &label.parameter.name;
            let found = wires::find(&component.wires, label.element, name).ok_or_else(unknown)?;
            let (sin, cos) = found.phi.sin_cos();
            (parameter.layer, parameter.wire) = (found.layer, found.wire);
            parameter.place = [found.radius * cos, found.radius * sin, found.z];
            (parameter.radius, parameter.phi) = (found.radius, found.phi);
            parameter.stereo = found.stereo;
        } else if !component.layers.is_empty() {
            let silicon = Silicon {
                half_shells: &component.half_shells,
                layers: &component.layers,
            };
            let id = silicon.find(label.element).ok_or_else(unknown)?;
            let frame = silicon.frame(&id).ok_or_else(unknown)?;
            let [x, y, _] = frame.centre;
            parameter.layer = id.layer;
            parameter.place = frame.centre;
            parameter.radius = x.hypot(y);
            parameter.phi = y.atan2(x).rem_euclid(std::f64::consts::TAU);
            parameter.silicon = Some(id);
        }
        Ok(parameter)
    }
}

/// All parameters of a fit, by label.
pub(super) type Parameters = BTreeMap<i64, Parameter>;

/// A row per parameter.
///
/// # Errors
/// Never in practice: names differ, and lengths are equal.
pub(super) fn rows(parameters: &Parameters) -> Result<Table, TableError> {
    let all = || parameters.values();
    let text = |of: &dyn Fn(&Parameter) -> String| -> Column {
        Column::Text(all().map(|p| Arc::from(of(p))).collect())
    };
    let whole = |of: &dyn Fn(&Parameter) -> i64| Column::Int(all().map(of).collect());
    let number = |of: &dyn Fn(&Parameter) -> f64| Column::Float(all().map(of).collect());
    let silicon =
        |of: fn(&SiliconId) -> i64| whole(&move |p: &Parameter| p.silicon.as_ref().map_or(0, of));
    let half_shell = |p: &Parameter| {
        let id = p.silicon.as_ref();
        id.map_or_else(String::new, |id| id.half_shell.clone())
    };
    let mut table = Table::new();
    table.push("label", whole(&|p| p.number))?;
    table.push("component", text(&|p| p.label.component.payload.clone()))?;
    table.push("name", text(&|p| p.label.parameter.name.clone()))?;
    table.push("kind", text(&|p| p.label.parameter.kind.clone()))?;
    table.push("element", whole(&|p| p.label.element))?;
    table.push("layer", whole(&|p| p.layer))?;
    table.push("ladder", silicon(|id| id.ladder))?;
    table.push("sensor", silicon(|id| id.sensor))?;
    table.push("half_shell", text(&half_shell))?;
    table.push("wire", whole(&|p| p.wire))?;
    table.push("x", number(&|p| p.place[0]))?;
    table.push("y", number(&|p| p.place[1]))?;
    table.push("z", number(&|p| p.place[2]))?;
    table.push("r", number(&|p| p.radius))?;
    table.push("phi", number(&|p| p.phi))?;
    table.push("stereo", number(&|p| p.stereo))?;
    table.push("value", number(&|p| p.value))?;
    table.push(
        "entries",
        whole(&|p| i64::try_from(p.entries).unwrap_or(i64::MAX)),
    )?;
    Ok(table)
}

/// The columns that rules over parameters may look at, without rows.
///
/// `label`, `component`, `name`, `kind`, `element`; `layer`, `ladder`, `sensor`, `half_shell`, `wire`; the
/// nominal place `x`, `y`, `z`, `r` in cm and `phi` in rad, `stereo` of wires; `value` before the fit and
/// `entries`, the measurements that depend on it.
#[must_use]
pub fn parameter_row() -> Table {
    rows(&Parameters::new()).unwrap_or_default()
}
