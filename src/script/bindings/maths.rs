//! Texts and arrays everywhere; numbers are registered with the closures, so that both agree.

use rhai::{Array, Dynamic, Engine, FnPtr, NativeCallContext};

use super::super::raise::{Fallible, Raised};

pub(super) fn register(engine: &mut Engine) {
    // what a script catches says what was wrong
    engine
        .register_type_with_name::<Raised>("Error")
        .register_fn("to_string", |error: &mut Raised| error.to_string())
        .register_fn("to_debug", |error: &mut Raised| error.to_string())
        .register_fn("+", |text: &str, error: Raised| format!("{text}{error}"));
    engine
        .register_fn("without_digits", |text: &str| -> String {
            text.chars().filter(|c| !c.is_ascii_digit()).collect()
        })
        .register_fn(
            "index_of",
            |call: NativeCallContext<'_>, items: Array, test: FnPtr| -> Fallible<i64> {
                for (number, item) in items.into_iter().enumerate() {
                    let found: Dynamic = test.call_within_context(&call, (item,))?;
                    if found.as_bool().unwrap_or(false) {
                        return Ok(i64::try_from(number).unwrap_or(i64::MAX));
                    }
                }
                Ok(-1)
            },
        );
}
