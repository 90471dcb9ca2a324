//! The `b2caf` program: see `b2caf --help`.

fn main() {}
