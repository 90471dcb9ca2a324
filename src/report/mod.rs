//! What came out, for people and programs: lines of text and JSON.
//!
//! Takes what a run observed and its outcome, gives texts; it recomputes nothing. It knows no
//! colours, only what a piece of text means, and no scripts.

mod axis;
mod blocks;
mod difference_plot;
mod document;
mod layout;
pub mod number;
mod page;
mod plot;
mod style;
mod web;

#[cfg(test)]
mod tests;

pub use blocks::{
    algorithm_block, begin_line, calibration_block, collection_block, continued_line, payload_line,
    programs_line, report_line, rule, summary,
};
pub use difference_plot::{Side, difference_plot};
pub use document::document;
pub use page::Page;
pub use plot::plot_svg;
pub use style::{Accent, Plain, Style};
pub use web::report;
