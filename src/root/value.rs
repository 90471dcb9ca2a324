//! Objects of a file as plain values: what trees and histograms are described by.

use std::sync::Arc;

/// A member of an object.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Null,
    Int(i64),
    Float(f64),
    Text(Arc<str>),
    Ints(Arc<Vec<i64>>),
    Floats(Arc<Vec<f64>>),
    List(Arc<Vec<Value>>),
    Object(Arc<Object>),
    Basket(Arc<Embedded>),
}

/// An object: its class and its members, those of its bases included.
#[derive(Debug, Default)]
pub(super) struct Object {
    pub(super) class: Arc<str>,
    pub(super) members: Vec<(Arc<str>, Value)>,
    /// Why not all members could be read.
    pub(super) trouble: Option<String>,
}

/// A basket that lies in the tree object because it was not full when the file was closed.
#[derive(Debug)]
pub(super) struct Embedded {
    pub(super) entries: u64,
    pub(super) data: Vec<u8>,
    pub(super) offsets: Option<Vec<u32>>,
}

impl Object {
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.members
            .iter()
            .find(|(member, _)| **member == *name)
            .map(|(_, value)| value)
    }

    /// A whole number; 0 if there is none.
    pub(super) fn int(&self, name: &str) -> i64 {
        match self.get(name) {
            Some(Value::Int(value)) => *value,
            Some(Value::Float(value)) => *value as i64,
            _ => 0,
        }
    }

    /// A number; 0 if there is none.
    pub(super) fn float(&self, name: &str) -> f64 {
        match self.get(name) {
            Some(Value::Int(value)) => *value as f64,
            Some(Value::Float(value)) => *value,
            _ => 0.0,
        }
    }

    /// A text; empty if there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        match self.get(name) {
            Some(Value::Text(value)) => value,
            _ => "",
        }
    }

    /// An array of whole numbers; empty if there is none.
    pub(super) fn ints(&self, name: &str) -> &[i64] {
        match self.get(name) {
            Some(Value::Ints(value)) => value,
            _ => &[],
        }
    }

    /// An array of numbers; empty if there is none.
    pub(super) fn floats(&self, name: &str) -> Vec<f64> {
        match self.get(name) {
            Some(Value::Floats(values)) => values.to_vec(),
            Some(Value::Ints(values)) => values.iter().map(|value| *value as f64).collect(),
            _ => Vec::new(),
        }
    }

    /// The items of a list; empty if there is none.
    pub(super) fn list(&self, name: &str) -> &[Value] {
        match self.get(name) {
            Some(Value::List(items)) => items,
            _ => &[],
        }
    }

    pub(super) fn object(&self, name: &str) -> Option<&Arc<Object>> {
        match self.get(name) {
            Some(Value::Object(value)) => Some(value),
            _ => None,
        }
    }
}
