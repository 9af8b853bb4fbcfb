use super::section::Section;
use crate::inference::forest::error::Found;
use crate::inference::forest::grow::Seed;
use crate::inference::forest::{Model, Node};

/// The bits of `decision_type`.
const CATEGORICAL: u32 = 1;
const DEFAULT_LEFT: u32 = 2;
const MISSING: u32 = 0b1100;
const ZERO: u32 = 4;
const NAN: u32 = 8;

/// The arrays of a tree, with an entry for each split or leaf.
struct Arrays {
    features: Vec<usize>,
    thresholds: Vec<f64>,
    decisions: Vec<u32>,
    left: Vec<i64>,
    right: Vec<i64>,
    leaves: Vec<f64>,
    /// Where the set of each categorical split begins in the model.
    sets: Vec<u32>,
}

/// Adds a tree to the model, or what is wrong with it to what is found.
pub(super) fn plant(section: &Section<'_>, group: u32, model: &mut Model, found: &mut Found) {
    if section
        .get("is_linear")
        .is_some_and(|word| word.trim() == "1")
    {
        let reason =
            "leaves that hold linear models are not supported: train without `linear_tree`";
        found.add(section.place("is_linear"), reason);
        return;
    }
    let Some(arrays) = Arrays::read(section, model, found) else {
        return;
    };
    let splits = arrays.features.len();
    let mut seeds = Vec::with_capacity(splits + arrays.leaves.len());
    for index in 0..splits {
        match arrays.split(index, model.features) {
            Ok(seed) => seeds.push(seed),
            Err((name, reason)) => {
                found.add(section.place(name), format!("split {index}: {reason}"));
                return;
            }
        }
    }
    seeds.extend(arrays.leaves.iter().copied().map(Seed::Leaf));
    if let Err(reason) = model.plant(group, &seeds) {
        found.add(section.place("left_child"), reason);
    }
}

impl Arrays {
    fn read(section: &Section<'_>, model: &mut Model, found: &mut Found) -> Option<Self> {
        let count = section.number("num_leaves", found)?;
        let leaves = section.list::<f64>("leaf_value", count, found)?;
        if leaves.iter().any(|leaf| !leaf.is_finite()) {
            found.add(section.place("leaf_value"), "a leaf is no finite number");
            return None;
        }
        // A tree without a split may leave the other arrays out.
        let splits = count.saturating_sub(1);
        if splits == 0 {
            return Some(Self {
                leaves,
                features: Vec::new(),
                thresholds: Vec::new(),
                decisions: Vec::new(),
                left: Vec::new(),
                right: Vec::new(),
                sets: Vec::new(),
            });
        }
        let features = section.list("split_feature", splits, found);
        let thresholds = section.list("threshold", splits, found);
        let decisions = section.list("decision_type", splits, found);
        let left = section.list("left_child", splits, found);
        let right = section.list("right_child", splits, found);
        Some(Self {
            features: features?,
            thresholds: thresholds?,
            decisions: decisions?,
            left: left?,
            right: right?,
            leaves,
            sets: sets(section, model, found)?,
        })
    }

    fn split(&self, index: usize, features: usize) -> Result<Seed, (&'static str, String)> {
        let feature = self.features[index];
        let number = u32::try_from(feature).ok().filter(|_| feature < features);
        let number = number.ok_or_else(|| {
            let reason = format!("feature {feature} is none of the {features} features");
            ("split_feature", reason)
        })?;
        let left = self.child("left_child", self.left[index])?;
        let right = self.child("right_child", self.right[index])?;
        let (threshold, decision) = (self.thresholds[index], self.decisions[index]);
        if threshold.is_nan() {
            return Err(("threshold", "NaN is no threshold".to_owned()));
        }
        let (flags, value) = if decision & CATEGORICAL == 0 {
            let flags = missing(threshold, decision)?;
            (flags, above(threshold).to_bits())
        } else {
            let start = self.sets.get(set_number(threshold)).ok_or_else(|| {
                let sets = self.sets.len();
                (
                    "threshold",
                    format!("set {threshold} is none of the {sets} sets of categories"),
                )
            })?;
            // What is missing is in no set, and goes right.
            (Node::CATEGORICAL | Node::CUTS_FRACTION, *start)
        };
        // Whatever is not missing goes left: the same as never going left, with
        // the sides changed.
        if decision & CATEGORICAL == 0 && threshold == f64::INFINITY {
            return Ok(Seed::Split {
                split: number | (flags ^ Node::MISSING_LEFT),
                value: f32::NEG_INFINITY.to_bits(),
                left: right,
                right: left,
            });
        }
        Ok(Seed::Split {
            split: number | flags,
            value,
            left,
            right,
        })
    }

    /// The seed that a child is; leaves have negative numbers.
    fn child(&self, name: &'static str, child: i64) -> Result<usize, (&'static str, String)> {
        let number = if child >= 0 { child } else { -(child + 1) };
        let (before, most) = if child >= 0 {
            (0, self.features.len())
        } else {
            (self.features.len(), self.leaves.len())
        };
        match usize::try_from(number) {
            Ok(number) if number < most => Ok(before + number),
            _ => Err((name, format!("{child} is no split or leaf of the tree"))),
        }
    }
}

/// Where a numeric split sends what is missing, as flags.
fn missing(threshold: f64, decision: u32) -> Result<u32, (&'static str, String)> {
    let default = if decision & DEFAULT_LEFT == 0 {
        0
    } else {
        Node::MISSING_LEFT
    };
    match decision & MISSING {
        // Nothing is missing: NaN is taken for zero, and goes where zero goes.
        0 if threshold >= 0.0 => Ok(Node::MISSING_LEFT),
        0 => Ok(0),
        ZERO => Ok(default | Node::ZERO_IS_MISSING),
        NAN => Ok(default),
        _ => Err((
            "decision_type",
            format!("{decision} has no known mode of missing values"),
        )),
    }
}

/// The sets of categories, added to the model.
fn sets(section: &Section<'_>, model: &mut Model, found: &mut Found) -> Option<Vec<u32>> {
    let count = match section.get("num_cat") {
        Some(_) => section.number("num_cat", found)?,
        None => 0,
    };
    if count == 0 {
        return Some(Vec::new());
    }
    let boundaries: Vec<usize> = section.list("cat_boundaries", count.saturating_add(1), found)?;
    let words = boundaries.last().copied().unwrap_or_default();
    let words: Vec<u32> = section.list("cat_threshold", words, found)?;
    let mut starts = Vec::with_capacity(boundaries.len());
    for ends in boundaries.windows(2) {
        let Some(set) = words.get(ends[0]..ends[1]) else {
            found.add(
                section.place("cat_boundaries"),
                "the boundaries do not rise",
            );
            return None;
        };
        match model.add_categories(set) {
            Ok(start) => starts.push(start),
            Err(reason) => {
                found.add(section.place("cat_threshold"), reason);
                return None;
            }
        }
    }
    Some(starts)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number without its like is none of the sets"
)]
fn set_number(threshold: f64) -> usize {
    if threshold < 0.0 {
        usize::MAX
    } else {
        threshold as usize
    }
}

/// The least `f32` above the threshold: what is less goes left there, what is
/// at most the threshold in the file.
#[expect(clippy::cast_possible_truncation, reason = "what is lost is put right")]
fn above(threshold: f64) -> f32 {
    let nearest = threshold as f32;
    if f64::from(nearest) > threshold {
        nearest
    } else {
        nearest.next_up()
    }
}
