//! The modules every script may import as `std/…`, built into the program.

/// Name without `std/`, and text.
pub(super) const MODULES: &[(&str, &str)] = &[
    ("models", include_str!("../../stdlib/models.rhai")),
    ("files", include_str!("../../stdlib/files.rhai")),
    ("strategies", include_str!("../../stdlib/strategies.rhai")),
];
