//! A file of many channels, made up the same each time.

use std::path::Path;

use b2caf::root::{Classes, TableColumn, TableValues, Writer};
use serde_json::Value;

const CHANNELS: i32 = 8736;
/// Events of a channel.
const EVENTS: i32 = 60;

/// Numbers from 0 to 1 that follow each other.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f32 {
        // Constants of D. Knuth's MMIX.
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u32 << 24) as f32
    }

    /// Nearly Gaussian, with mean 0 and standard deviation 1.
    fn gaussian(&mut self) -> f32 {
        (0..12).map(|_| self.roll()).sum::<f32>() - 6.0
    }
}

/// Times of 8736 channels in three runs. Every thousandth has two peaks, every 777th no event.
pub(crate) fn write(path: &Path) {
    let mut dice = Dice(20_260_207);
    let (mut crystal, mut run, mut event, mut time) = (vec![], vec![], vec![], vec![]);
    let offsets: Vec<f32> = (0..CHANNELS).map(|_| dice.gaussian()).collect();
    for number in 0..EVENTS {
        for (channel, offset) in (1..=CHANNELS).zip(&offsets) {
            if channel % 777 == 0 {
                continue;
            }
            let second = channel % 1000 == 0 && number % 2 == 0;
            crystal.push(channel);
            run.push(1 + 3 * number / EVENTS);
            event.push(number * CHANNELS + channel);
            time.push(offset + 0.5 * dice.gaussian() + if second { 2.5 } else { 0.0 });
        }
    }
    let exp = vec![7; run.len()];
    let classes = Classes::default();
    let mut writer = Writer::new(&classes);
    let column = |name, values| TableColumn { name, values };
    let columns = [
        column("exp", TableValues::I32(&exp)),
        column("run", TableValues::I32(&run)),
        column("event", TableValues::I32(&event)),
        column("crystal", TableValues::I32(&crystal)),
        column("time", TableValues::F32(&time)),
    ];
    writer.table("events", "", &columns).unwrap();
    writer.save(path).unwrap();
}

/// A column of a table as it was written.
pub(crate) fn column(table: &Value, name: &str) -> Vec<Value> {
    let kinds = table["columns"][name].as_object();
    let values = kinds.and_then(|kinds| kinds.values().next());
    let values = values.and_then(Value::as_array);
    values.unwrap_or_else(|| panic!("no column {name}")).clone()
}
