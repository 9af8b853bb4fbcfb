/// How margins become what a model predicts.
///
/// In the model's own [precision](super::Precision), and in the order of
/// operations of the library that it came from.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Link {
    /// The margin itself.
    Identity,
    /// `1 / (1 + exp(-slope * margin))`, for each group by itself.
    Logistic {
        /// How steep it is.
        slope: f64,
    },
    /// `exp(margin)` over the sum of all groups'.
    Softmax,
    /// `exp(margin)`.
    Exp,
    /// 1 if the margin is above zero, else 0.
    Step,
    /// The margin times itself, with its sign.
    SignedSquare,
    /// `ln(1 + exp(margin))`.
    Softplus,
}

impl Link {
    /// Replaces a row's margins, in 32 bits as `XGBoost` does.
    pub(super) fn apply_f32(self, row: &mut [f32]) {
        match self {
            Self::Identity => {}
            Self::Logistic { .. } => each(row, logistic_f32),
            Self::Softmax => softmax_f32(row),
            Self::Exp => each(row, f32::exp),
            Self::Step => each(row, |margin| if margin > 0.0 { 1.0 } else { 0.0 }),
            Self::SignedSquare => each(row, |margin| (margin * margin).copysign(margin)),
            Self::Softplus => each(row, |margin| margin.exp().ln_1p()),
        }
    }

    /// Replaces a row's margins, in 64 bits as `LightGBM` does.
    pub(super) fn apply_f64(self, row: &mut [f64]) {
        match self {
            Self::Identity => {}
            Self::Logistic { slope } => {
                each(row, |margin| 1.0 / (1.0 + (-slope * margin).exp()));
            }
            Self::Softmax => softmax_f64(row),
            Self::Exp => each(row, f64::exp),
            Self::Step => each(row, |margin| if margin > 0.0 { 1.0 } else { 0.0 }),
            Self::SignedSquare => each(row, |margin| (margin * margin).copysign(margin)),
            Self::Softplus => each(row, |margin| margin.exp().ln_1p()),
        }
    }
}

fn each<T: Copy>(row: &mut [T], link: impl Fn(T) -> T) {
    for margin in row {
        *margin = link(*margin);
    }
}

fn logistic_f32(margin: f32) -> f32 {
    // Larger exponents overflow; the last term keeps a zero from the divisor.
    let exponent = (-margin).min(88.7);
    1.0 / (exponent.exp() + 1.0 + 1e-16)
}

#[expect(clippy::cast_possible_truncation, reason = "the original's rounding")]
fn softmax_f32(row: &mut [f32]) {
    let most = row.iter().copied().fold(f32::MIN, f32::max);
    let mut sum = 0.0_f64;
    for margin in &mut *row {
        *margin = (*margin - most).exp();
        sum += f64::from(*margin);
    }
    each(row, |weight| weight / sum as f32);
}

fn softmax_f64(row: &mut [f64]) {
    let most = row.iter().copied().fold(f64::MIN, f64::max);
    let mut sum = 0.0;
    for margin in &mut *row {
        *margin = (*margin - most).exp();
        sum += *margin;
    }
    each(row, |weight| weight / sum);
}
