//! Payloads of detector elements: labels of their parameters, and where the elements are.
//!
//! The files of `stdlib/alignment` describe them. A label is 100 × (100 000 × number of the
//! payload + element) + parameter, as upstream numbers parameters that do not depend on time.

use std::sync::LazyLock;

use serde::Deserialize;

use super::silicon::{HalfShell, SiliconLayer};
use super::wires::WireLayer;

/// One kind of payloads with parameters of detector elements.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Component {
    /// Name of the payload.
    pub(super) payload: String,
    /// Its class.
    pub(super) class: String,
    unique_id: i64,
    /// How it holds its parameters.
    pub(super) stored: Stored,
    #[expect(dead_code, reason = "for people who read the file")]
    about: String,
    parameters: Vec<ParameterName>,
    #[serde(default)]
    pub(super) half_shells: Vec<HalfShell>,
    #[serde(default)]
    pub(super) layers: Vec<SiliconLayer>,
    #[serde(default)]
    pub(super) wires: Vec<WireLayer>,
}

/// How a payload holds parameters of elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Stored {
    /// A row per element and parameter with the member `m_constants`.
    Constants,
    /// A row per element, with a member of the parameter's name.
    Members,
    /// A global fit does not write it.
    Nowhere,
}

/// A parameter of each element.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ParameterName {
    pub(super) number: i64,
    pub(super) name: String,
    pub(super) kind: String,
}

/// Files by name; a test compares with the folder.
pub(super) const FILES: &[(&str, &str)] = &[
    (
        "BKLMAlignment.json",
        include_str!("../../../stdlib/alignment/BKLMAlignment.json"),
    ),
    (
        "BeamSpot.json",
        include_str!("../../../stdlib/alignment/BeamSpot.json"),
    ),
    (
        "CDCAlignment.json",
        include_str!("../../../stdlib/alignment/CDCAlignment.json"),
    ),
    (
        "EKLMAlignment.json",
        include_str!("../../../stdlib/alignment/EKLMAlignment.json"),
    ),
    (
        "EKLMSegmentAlignment.json",
        include_str!("../../../stdlib/alignment/EKLMSegmentAlignment.json"),
    ),
    (
        "VXDAlignment.json",
        include_str!("../../../stdlib/alignment/VXDAlignment.json"),
    ),
];

/// The wire number that stands for a whole layer.
const WHOLE_LAYER: i64 = 511;
/// Labels from here on change with time.
const TIME_DEPENDENT: i64 = 1_000_000_000;

static COMPONENTS: LazyLock<Vec<Component>> = LazyLock::new(|| {
    let read = FILES.iter().map(|(_, text)| serde_json::from_str(text));
    // A file that does not parse is left out, and a test says so.
    read.filter_map(Result::ok).collect()
});

/// All components, by name of the payload.
pub(super) fn components() -> &'static [Component] {
    &COMPONENTS
}

/// Names of the payloads that a global fit knows.
pub fn component_names() -> impl Iterator<Item = &'static str> {
    components()
        .iter()
        .map(|component| component.payload.as_str())
}

/// Whether a global fit can write that payload.
#[must_use]
pub fn is_written(payload: &str) -> bool {
    let known = components().iter().find(|known| known.payload == payload);
    known.is_some_and(|component| component.stored != Stored::Nowhere)
}

/// A label taken apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Label {
    pub(super) component: &'static Component,
    pub(super) element: i64,
    pub(super) parameter: &'static ParameterName,
}

impl Component {
    /// Numbers and names of all parameters.
    pub(super) fn parameter_names(&self) -> impl Iterator<Item = (i64, &str)> {
        self.parameters.iter().map(|p| (p.number, p.name.as_str()))
    }

    fn parameter(&self, element: i64, number: i64) -> Option<&ParameterName> {
        // Layers and wires number their parameters on their own.
        let kind = match self.wires.is_empty() {
            true => None,
            false if element % 512 == WHOLE_LAYER => Some("layer"),
            false => Some("wire"),
        };
        let mut all = self.parameters.iter();
        all.find(|p| p.number == number && kind.is_none_or(|kind| p.kind == kind))
    }
}

impl Label {
    /// What a label stands for.
    ///
    /// # Errors
    /// When it is none of the parameters that are known.
    pub(super) fn of(label: i64) -> Result<Self, String> {
        if label >= TIME_DEPENDENT {
            return Err(format!(
                "label {label} is one of a parameter that changes with time, which is not available"
            ));
        }
        let (element, number) = (label / 100, label % 100);
        let (unique, element) = (element / 100_000, element % 100_000);
        let component = components()
            .iter()
            .find(|known| known.unique_id == unique)
            .ok_or_else(|| {
                format!(
                    "label {label} belongs to no payload that is known: {unique}; labels are 100 × (100 000 × payload + element) + parameter"
                )
            })?;
        let payload = &component.payload;
        let parameter = component.parameter(element, number).ok_or_else(|| {
            format!("label {label}: element {element} of {payload} has no parameter {number}")
        })?;
        Ok(Self {
            component,
            element,
            parameter,
        })
    }
}
