//! What fits look like: the worst bin by bin, and all of them in small.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::expr::Scratch;
use crate::hist::{Axis, Content, Histogram};

use super::cost::{Measure, term};
use super::select::{NODES, measure, select};
use super::{Compiled, Drawn, Error, Fit, Model, Options, Row};

/// Fits that are kept bin by bin: so many of those that are not ok, and as many of the others.
pub const LARGE: usize = 12;
/// Points of a curve between the ends of the range.
const CURVE: i32 = 200;
/// Groups of bins of a small picture at most.
const SMALL: usize = 32;
/// Steps of height of a small picture.
const HEIGHT: f64 = 60.0;
/// A height as a letter; the place in this list is the height.
const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxy";
/// No height: there is nothing here.
const NOTHING: char = '-';

/// The fits of many channels as they look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pictures {
    /// Name of the object that was fitted.
    pub object: String,
    /// Name of the model.
    pub model: String,
    /// Names of its parameters in order.
    pub parameters: Vec<String>,
    /// The worst fits bin by bin, the worst first: those that are not ok, then those with the
    /// largest χ² per degree of freedom.
    pub large: Vec<Picture>,
    /// All channels in small, in their order.
    pub small: Vec<Small>,
}

/// One fit, bin by bin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// The channel.
    pub channel: i64,
    /// The bins.
    pub axis: Axis,
    /// Contents of the bins, as they were fitted.
    pub contents: Vec<f64>,
    /// Errors of the contents.
    pub errors: Vec<f64>,
    /// Whether contents are counts.
    pub counts: bool,
    /// Bins that took part in the fit; none without one.
    pub bins: Vec<usize>,
    /// The model in these bins.
    pub model: Vec<f64>,
    /// Distance of the content from the model in these bins, in units of its error: the squares
    /// add up to χ².
    pub pulls: Vec<f64>,
    /// The model at places with equal distances from one end of the range to the other.
    pub curve: Vec<f64>,
    /// Low and high end of the fitted range.
    pub range: (f64, f64),
}

/// One fit in small. As JSON: channel, data, model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Small(
    /// The channel.
    pub i64,
    /// Heights of the data; [`heights`] reads them.
    pub String,
    /// Heights of the model in the same groups of bins.
    pub String,
);

/// Heights from 0 to 1; `None` where there is nothing.
pub fn heights(text: &str) -> impl Iterator<Item = Option<f64>> + '_ {
    text.bytes().map(|letter| {
        let place = match letter {
            b'0'..=b'9' => letter - b'0',
            b'A'..=b'Z' => letter - b'A' + 10,
            b'a'..=b'y' => letter - b'a' + 36,
            _ => return None,
        };
        Some(f64::from(place) / HEIGHT)
    })
}

/// Pictures of fits; `rows` belong to `channels` in their order.
///
/// # Errors
/// What is wrong with the model itself.
pub fn pictures(
    object: &str,
    channels: &[(i64, &Histogram)],
    rows: &[Row],
    model: &Model,
    options: &Options,
) -> Result<Pictures, Error> {
    let sight = Sight {
        compiled: Compiled::new(model)?,
        drawn: Drawn::new(model)?,
        options,
    };
    let both: Vec<(&Histogram, &Row)> = channels.iter().map(|(_, h)| *h).zip(rows).collect();
    let small = both.par_iter();
    let small = small.map_init(Scratch::default, |scratch, (h, row)| {
        sight.small(h, row, scratch)
    });
    let small = small.collect();
    let large = worst(rows).into_par_iter();
    let large = large.map(|at| sight.large(both[at].0, both[at].1));
    Ok(Pictures {
        object: object.to_owned(),
        model: model.name.clone(),
        parameters: model.names(),
        large: large.collect(),
        small,
    })
}

/// Places of the rows whose fits are the worst, the worst first.
fn worst(rows: &[Row]) -> Vec<usize> {
    let chi2 = |at: &usize| {
        let fit = rows[*at].fit.as_ref();
        let chi2 = fit.map_or(f64::INFINITY, Fit::chi2_ndf);
        if chi2.is_nan() { f64::INFINITY } else { chi2 }
    };
    let sorted = |ok: bool| {
        let chosen = |at: &usize| rows[*at].fit.is_some() && rows[*at].ok == ok;
        let mut places: Vec<usize> = (0..rows.len()).filter(chosen).collect();
        places.sort_by(|a, b| chi2(b).total_cmp(&chi2(a)));
        places
    };
    let (bad, good) = (sorted(false), sorted(true));
    let room = 2 * LARGE - bad.len().min(LARGE);
    let of_good = good.len().min(room);
    let of_bad = bad.len().min(2 * LARGE - of_good);
    let chosen = bad.into_iter().take(of_bad);
    chosen.chain(good.into_iter().take(of_good)).collect()
}

/// What is needed to look at a fit.
struct Sight<'a> {
    compiled: Compiled,
    drawn: Drawn,
    options: &'a Options,
}

impl Sight<'_> {
    /// The model in bins, as the fit takes it.
    fn in_bins(
        &self,
        axis: &Axis,
        bins: &[usize],
        values: &[f64],
        scratch: &mut Scratch,
    ) -> Vec<f64> {
        let centres = bins.iter().map(|bin| axis.centre(*bin));
        if !self.options.integrate {
            let centres: Vec<f64> = centres.collect();
            return self.drawn.values_in(&centres, values, scratch);
        }
        let places = centres.zip(bins).flat_map(|(centre, bin)| {
            let width = axis.width(*bin);
            NODES.map(|(at, _)| centre + at * width)
        });
        let places: Vec<f64> = places.collect();
        let all = self.drawn.values_in(&places, values, scratch);
        let mean = |part: &[f64]| {
            part.iter()
                .zip(NODES)
                .map(|(v, (_, weight))| v * weight)
                .sum()
        };
        all.chunks(NODES.len()).map(mean).collect()
    }

    fn large(&self, histogram: &Histogram, row: &Row) -> Picture {
        let prepared = self.compiled.prepare(histogram, self.options);
        let prepared = prepared.as_deref().unwrap_or(histogram);
        let bins = prepared.bins();
        let mut picture = Picture {
            channel: row.channel,
            axis: prepared.axis.clone(),
            contents: prepared.values().iter().map(|v| short(*v)).collect(),
            errors: (0..bins).map(|bin| short(prepared.error(bin))).collect(),
            counts: prepared.content == Content::Counts,
            bins: Vec::new(),
            model: Vec::new(),
            pulls: Vec::new(),
            curve: Vec::new(),
            range: (prepared.low(), prepared.high()),
        };
        let Some(fit) = &row.fit else { return picture };
        picture.range = (fit.low, fit.high);
        let step = (fit.high - fit.low) / f64::from(CURVE);
        let curve = (0..=CURVE).map(|at| fit.low + step * f64::from(at));
        let curve = self.drawn.values(&curve.collect::<Vec<_>>(), &fit.values);
        if curve.iter().all(|value| value.is_finite()) {
            picture.curve = curve.into_iter().map(short).collect();
        }
        self.compare(prepared, fit, &mut picture);
        picture
    }

    /// Adds the model and the pulls in the bins that took part.
    fn compare(&self, histogram: &Histogram, fit: &Fit, picture: &mut Picture) {
        let Ok(measure) = measure(histogram, self.options) else {
            return;
        };
        let Ok(selected) = select(histogram, self.options, Some((fit.low, fit.high))) else {
            return;
        };
        let mut centres = selected.centres.iter().peekable();
        let bins: Vec<usize> = (selected.bins.0..=selected.bins.1)
            .filter(|bin| {
                let centre = histogram.axis.centre(*bin);
                centres.next_if(|x| **x == centre).is_some()
            })
            .collect();
        let scratch = &mut Scratch::default();
        let model = self.in_bins(&histogram.axis, &bins, &fit.values, scratch);
        for ((bin, model), factor) in bins.into_iter().zip(model).zip(&selected.factors) {
            let pull = pull(measure, model, histogram.values()[bin], *factor);
            if model.is_finite() && pull.is_finite() {
                picture.bins.push(bin);
                picture.model.push(short(model));
                picture.pulls.push(short(pull));
            }
        }
    }

    fn small(&self, histogram: &Histogram, row: &Row, scratch: &mut Scratch) -> Small {
        let prepared = match self.compiled.model().prepare {
            Some(_) => self.compiled.prepare(histogram, self.options).ok(),
            None => None,
        };
        let histogram = prepared.as_deref().unwrap_or(histogram);
        let size = histogram.bins().div_ceil(SMALL).max(1);
        let counts = histogram.content == Content::Counts;
        let grouped = |values: &[f64]| -> Vec<f64> {
            let group = |values: &[f64]| {
                let there = values.iter().filter(|value| value.is_finite());
                let (count, sum) = there.fold((0_u32, 0.0), |(n, sum), value| (n + 1, sum + value));
                match count {
                    0 => f64::NAN,
                    _ if counts => sum,
                    _ => sum / f64::from(count),
                }
            };
            values.chunks(size).map(group).collect()
        };
        let content = |bin: usize| match histogram.used(bin) {
            true => histogram.values()[bin],
            false => f64::NAN,
        };
        let data: Vec<f64> = (0..histogram.bins()).map(content).collect();
        let mut model = vec![f64::NAN; histogram.bins()];
        if let Some(fit) = &row.fit {
            let inside = |bin: &usize| (fit.low..=fit.high).contains(&histogram.axis.centre(*bin));
            let bins: Vec<usize> = (0..histogram.bins()).filter(inside).collect();
            let values = self.in_bins(&histogram.axis, &bins, &fit.values, scratch);
            for (bin, value) in bins.into_iter().zip(values) {
                model[bin] = value;
            }
        }
        let (data, model) = (grouped(&data), grouped(&model));
        let scale = Scale::of(&data, &model);
        Small(row.channel, scale.text(&data), scale.text(&model))
    }
}

/// Distance of a content from the model in units of its error.
fn pull(measure: Measure, model: f64, content: f64, factor: f64) -> f64 {
    let cost = term(measure, model, content, factor).cost.max(0.0);
    cost.sqrt().copysign(content - model)
}

/// Six digits, enough for any drawing.
fn short(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

/// From values to heights.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    /// From zero, or from the lowest value if that is below, to the highest value of the data; a
    /// model that is far above them is cut off.
    fn of(data: &[f64], model: &[f64]) -> Self {
        let least = |values: &[f64]| values.iter().copied().fold(0.0, f64::min);
        let most = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
        let (low, high) = (least(data), most(data));
        let room = 0.5 * (high - low);
        Self {
            low: least(model).clamp(low - room, low),
            high: most(model).clamp(high, high + room),
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the number of letters"
    )]
    fn text(&self, values: &[f64]) -> String {
        let letter = |value: &f64| {
            let height = (value - self.low) / (self.high - self.low);
            if !height.is_finite() {
                return NOTHING;
            }
            let place = (height.clamp(0.0, 1.0) * HEIGHT).round() as usize;
            char::from(LETTERS.get(place).copied().unwrap_or(b'0'))
        };
        values.iter().map(letter).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::{fit_each, models};

    fn histogram(mean: f64) -> Histogram {
        let axis = Axis::regular(100, -5.0, 5.0, "ns").unwrap();
        let count = |bin: usize| {
            let x = axis.centre(bin);
            (40.0 * (-0.5 * (x - mean) * (x - mean)).exp()).round()
        };
        let counts: Vec<f64> = std::iter::once(0.0)
            .chain((0..100).map(count))
            .chain([0.0, 0.0])
            .collect();
        Histogram::of_counts(axis.clone(), counts)
    }

    #[test]
    fn a_letter_is_its_place_in_the_list() {
        let all = std::str::from_utf8(LETTERS).unwrap();
        let places: Vec<f64> = heights(all).map(|h| h.unwrap() * HEIGHT).collect();
        let expected: Vec<f64> = (0..=60).map(f64::from).collect();
        assert_eq!(places.len(), expected.len());
        let near = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-9;
        assert!(places.iter().zip(&expected).all(near), "{places:?}");
        assert_eq!(heights("-z/:@[`{").flatten().count(), 0);
    }

    #[test]
    fn squares_of_pulls_add_up_to_chi2_and_heights_follow_the_data() {
        let histograms: Vec<Histogram> = [0.0, 1.0].map(histogram).into();
        let channels: Vec<(i64, &Histogram)> = (7..).zip(&histograms).collect();
        let (model, options) = (models::gaussian(), Options::default());
        let rows = fit_each(&channels, &model, &options).unwrap();
        let seen = pictures("dt", &channels, &rows, &model, &options).unwrap();
        assert_eq!(seen.large.len(), 2);
        for picture in &seen.large {
            let row = rows.iter().find(|row| row.channel == picture.channel);
            let fit = row.and_then(|row| row.fit.as_ref()).unwrap();
            let sum: f64 = picture.pulls.iter().map(|pull| pull * pull).sum();
            assert!(
                (sum - fit.chi2).abs() < 1e-4 * fit.chi2,
                "{sum} {}",
                fit.chi2
            );
            assert_eq!(picture.contents.len(), 100);
            assert_eq!(picture.bins.len(), 100);
        }
        let chi2 = |picture: &Picture| {
            let row = rows.iter().find(|row| row.channel == picture.channel);
            row.and_then(|row| row.fit.as_ref()).unwrap().chi2_ndf()
        };
        assert!(chi2(&seen.large[0]) >= chi2(&seen.large[1]));
        let Small(channel, data, drawn) = &seen.small[1];
        assert_eq!((*channel, data.len(), drawn.len()), (8, 25, 25));
        let tallest = |text: &str| {
            let all: Vec<f64> = heights(text).map(Option::unwrap).collect();
            let most = all.iter().copied().fold(0.0, f64::max);
            (most, all.iter().position(|height| *height == most).unwrap())
        };
        // The centre at 1.0 lies in the group of bins from 0.8 to 1.2.
        assert_eq!(tallest(data).1, 14);
        assert_eq!(tallest(drawn).1, 14);
        assert_eq!(tallest(data).0.max(tallest(drawn).0), 1.0);
    }
}
