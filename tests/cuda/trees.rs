//! Trees for tests, and rows for them.

use std::fmt::Write;

use millpond::inference::forest::Model;
use millpond::message::{Tensor, Tensors};

const FEATURES: usize = 5;

/// Numbers that look like chance and are not.
struct Numbers(u32);

impl Numbers {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) % limit
    }

    fn list(&mut self, count: u32, mut next: impl FnMut(&mut Self) -> String) -> String {
        let items: Vec<_> = (0..count).map(|_| next(self)).collect();
        items.join(" ")
    }
}

/// A classifier of three classes, whose trees are full to the third level.
pub(crate) fn model(seed: u32) -> Model {
    Model::from_lightgbm(text(seed).as_bytes()).unwrap()
}

/// The file of [`model`].
pub(crate) fn text(seed: u32) -> String {
    let mut numbers = Numbers(seed);
    let mut text = "tree\nnum_class=3\nnum_tree_per_iteration=3\nmax_feature_idx=4\n\
                    objective=multiclass num_class:3\n\n"
        .to_owned();
    for tree in 0..12 {
        let features = numbers.list(7, |numbers| numbers.below(5).to_string());
        let thresholds = numbers.list(7, |numbers| {
            (f64::from(numbers.below(1000)) / 500.0 - 1.0).to_string()
        });
        let decisions = numbers.list(7, |numbers| {
            let modes = [0, 2, 4, 6, 8, 10];
            modes[numbers.below(6) as usize].to_string()
        });
        let leaves = numbers.list(8, |numbers| {
            (f64::from(numbers.below(2000)) / 777.0 - 1.0).to_string()
        });
        write!(
            text,
            "Tree={tree}\nnum_leaves=8\nsplit_feature={features}\nthreshold={thresholds}\n\
             decision_type={decisions}\nleft_child=1 3 5 -1 -3 -5 -7\n\
             right_child=2 4 6 -2 -4 -6 -8\nleaf_value={leaves}\n\n",
        )
        .unwrap();
    }
    text.push_str("end of trees\n");
    text
}

/// Rows with what is missing, zero, a category, and none of these.
pub(crate) fn rows(count: usize) -> Tensors {
    let mut numbers = Numbers(3);
    let special = [
        f32::NAN,
        0.0,
        -0.0,
        1e-36,
        f32::INFINITY,
        -0.5,
        3.0,
        33.0,
        1e9,
    ];
    let elements = (0..count * FEATURES).map(|_| match numbers.below(20) {
        place @ 0..9 => special[place as usize],
        _ => f32::from(u16::try_from(numbers.below(2000)).unwrap()) / 1000.0 - 1.0,
    });
    let features = Tensor::new([count, FEATURES], elements.collect::<Vec<_>>()).unwrap();
    Tensors::new().with("features", features)
}
