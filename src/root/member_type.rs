//! What a person writes down of a member, taken apart.

use super::value::Value;

/// Values of one array.
const VALUES: usize = 1 << 28;

/// Values of an array of those dimensions; nothing if there are none or far too many.
pub(super) fn values(dims: &[usize]) -> Option<usize> {
    dims.iter().try_fold(1_usize, |all, dim| {
        all.checked_mul(*dim)
            .filter(|all| (1..VALUES).contains(all))
    })
}

/// `float[16][512]` taken apart.
pub(super) fn dimensions(name: &str) -> Result<(&str, Vec<usize>), String> {
    let after = name.rfind('>').map_or(0, |place| place + 1);
    let Some(open) = name[after..].find('[').map(|place| place + after) else {
        return Ok((name.trim(), Vec::new()));
    };
    let inside = name[open + 1..].trim_end().strip_suffix(']');
    let parts = inside.unwrap_or("").split("][");
    let dims = parts.map(|part| {
        part.trim()
            .parse()
            .map_err(|_| format!("{name} makes no sense"))
    });
    Ok((name[..open].trim(), dims.collect::<Result<_, _>>()?))
}

/// A default as a value.
pub(super) fn default_value(value: &serde_json::Value) -> Option<Value> {
    use serde_json::Value as Json;
    Some(match value {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(value) => Value::Int(value),
            None => Value::Float(number.as_f64()?),
        },
        Json::String(text) => text.as_str().into(),
        Json::Array(items) if items.iter().all(Json::is_i64) && !items.is_empty() => {
            Value::Ints(items.iter().filter_map(Json::as_i64).collect())
        }
        Json::Array(items) if items.iter().all(Json::is_number) && !items.is_empty() => {
            Value::Floats(items.iter().filter_map(Json::as_f64).collect())
        }
        Json::Array(items) => Value::List(items.iter().map(default_value).collect::<Option<_>>()?),
        Json::Object(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_stand_behind_the_type() {
        assert_eq!(
            dimensions("float[16][512]").unwrap(),
            ("float", vec![16, 512])
        );
        assert_eq!(
            dimensions("array<TH2F,6>").unwrap(),
            ("array<TH2F,6>", vec![])
        );
        assert_eq!(dimensions("N::C<int> [3]").unwrap(), ("N::C<int>", vec![3]));
        assert!(dimensions("float[n]").is_err());
        assert!(dimensions("float[3").is_err());
        assert_eq!(values(&[16, 512]), Some(8192));
        assert_eq!(values(&[]), Some(1));
        assert_eq!(values(&[3, 0]), None);
        assert_eq!(values(&[usize::MAX, 2]), None);
    }
}
