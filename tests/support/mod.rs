//! What the tests share.

/// Says something on stderr that is seen even when the test passes, such as that it was skipped.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write;
        let _ = writeln!(std::io::stderr(), $($text)*);
    }};
}
