//! Numbers in JSON, where NaN and the infinities are written as texts.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Number {
    Finite(f64),
    Other(String),
}

pub(super) fn serialize<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(values.iter().map(|&value| {
        if value.is_finite() {
            Number::Finite(value)
        } else if value.is_nan() {
            Number::Other("nan".to_owned())
        } else {
            Number::Other(if value > 0.0 { "inf" } else { "-inf" }.to_owned())
        }
    }))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<f64>, D::Error> {
    let numbers = Vec::<Number>::deserialize(input)?;
    let plain = |number| match number {
        Number::Finite(value) => Ok(value),
        Number::Other(text) => match text.as_str() {
            "nan" => Ok(f64::NAN),
            "inf" => Ok(f64::INFINITY),
            "-inf" => Ok(f64::NEG_INFINITY),
            _ => Err(D::Error::custom(format!("{text} is no number"))),
        },
    };
    numbers.into_iter().map(plain).collect()
}
