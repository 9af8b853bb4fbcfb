//! The arithmetic of `kernels/math.cuh`, bit for bit.
//!
//! Every operation is rounded on its own there and here, so that the same
//! steps in the same order give the same bits. Change both or neither.

use std::f32::consts::{FRAC_1_SQRT_2, LOG2_E};

use crate::device::Activation;

/// The lanes of a warp: sums run in so many strands.
pub(super) const LANES: usize = 32;

fn power_of_two(n: i32) -> f32 {
    // From -126 to 127, so that the exponent fits and is positive.
    f32::from_bits(((n + 127) << 23).cast_unsigned())
}

/// Splits `x` into n ln 2 + r and returns e^r - 1, by the series of e^r, and n.
#[expect(
    clippy::excessive_precision,
    reason = "the digits are those of the kernel's source"
)]
fn reduced(x: f32) -> (f32, i32) {
    let shifted = x * LOG2_E + 12_582_912.0;
    let whole = shifted - 12_582_912.0;
    let n = shifted.to_bits().wrapping_sub(0x4b40_0000).cast_signed();
    let r = (x - whole * 0.693_359_375) - whole * -2.121_944_40e-4;
    let mut p = 1.984_126_98e-4;
    p = p * r + 1.388_888_89e-3;
    p = p * r + 8.333_333_33e-3;
    p = p * r + 4.166_666_67e-2;
    p = p * r + 1.666_666_67e-1;
    p = p * r + 5.0e-1;
    (p * (r * r) + r, n)
}

/// `e^x`, within two units in the last place.
pub(super) fn exponential(x: f32) -> f32 {
    if x.is_nan() {
        return x;
    }
    if x > 88.722_84 {
        return f32::INFINITY;
    }
    if x < -103.98 {
        return 0.0;
    }
    let (p, n) = reduced(x);
    let half = n / 2;
    (p + 1.0) * power_of_two(half) * power_of_two(n - half)
}

/// `e^x - 1`, without the cancellation near zero.
pub(super) fn exponential_less_one(x: f32) -> f32 {
    if x < -17.5 {
        return -1.0;
    }
    if x >= 88.0 || x.is_nan() {
        return exponential(x);
    }
    let (p, n) = reduced(x);
    let scale = power_of_two(n);
    scale * p + (scale - 1.0)
}

/// `1 / (1 + e^-x)`.
pub(super) fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + exponential(-x))
}

/// The hyperbolic tangent, within three units in the last place.
pub(super) fn hyperbolic_tangent(x: f32) -> f32 {
    if x.is_nan() {
        return x;
    }
    let size = x.abs();
    let e = exponential_less_one(2.0 * size);
    let t = if size > 10.0 { 1.0 } else { e / (e + 2.0) };
    if x < 0.0 { -t } else { t }
}

/// The error function, within 5e-7.
#[expect(
    clippy::excessive_precision,
    reason = "the digits are those of the kernel's source"
)]
fn error_function(x: f32) -> f32 {
    if x.is_nan() {
        return x;
    }
    let size = x.abs();
    let t = 1.0 / (1.0 + 0.327_591_1 * size);
    let mut p = 1.061_405_429;
    p = p * t - 1.453_152_027;
    p = p * t + 1.421_413_741;
    p = p * t - 0.284_496_736;
    p = p * t + 0.254_829_592;
    let y = 1.0 - p * t * exponential(-(size * size));
    if x < 0.0 { -y } else { y }
}

/// What an activation makes of one element; a softmax nothing, since it works
/// on rows.
pub(super) fn activated(x: f32, activation: Activation) -> f32 {
    match activation {
        Activation::Identity | Activation::Softmax => x,
        // Not `max`, which would turn NaN into 0.
        Activation::Relu => {
            if x < 0.0 {
                0.0
            } else {
                x
            }
        }
        Activation::LeakyRelu(alpha) => {
            if x < 0.0 {
                alpha * x
            } else {
                x
            }
        }
        Activation::Elu(alpha) => {
            if x < 0.0 {
                alpha * exponential_less_one(x)
            } else {
                x
            }
        }
        Activation::Sigmoid => logistic(x),
        Activation::Tanh => hyperbolic_tangent(x),
        Activation::Gelu => 0.5 * x * (1.0 + error_function(x * FRAC_1_SQRT_2)),
    }
}

/// Adds the strands as the lanes of a warp do.
pub(super) fn warp_sum(mut lanes: [f32; LANES]) -> f32 {
    let mut distance = LANES / 2;
    while distance > 0 {
        // Every lane ends with the same sum, so that half of them is enough.
        for lane in 0..distance {
            lanes[lane] += lanes[lane + distance];
        }
        distance /= 2;
    }
    lanes[0]
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these bits are meant")]
mod tests {
    use super::*;

    /// How many floats lie between two.
    fn apart(a: f32, exact: f64) -> f64 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the nearest float is meant"
        )]
        let near = exact as f32;
        if a == near {
            return 0.0;
        }
        let unit = f64::from(f32::from_bits(near.abs().to_bits() + 1)) - f64::from(near.abs());
        (f64::from(a) - exact).abs() / unit
    }

    fn sweep(from: f32, to: f32) -> impl Iterator<Item = f32> {
        (0..=u16::MAX).map(move |i| from + (to - from) * (f32::from(i) / 65_535.0))
    }

    #[test]
    fn exp_is_within_two_units_and_right_at_the_ends() {
        for x in sweep(-87.0, 88.7) {
            let off = apart(exponential(x), f64::from(x).exp());
            assert!(off <= 2.0, "e^{x} is off by {off}");
        }
        for x in sweep(-103.9, -87.0) {
            let off = (f64::from(exponential(x)) - f64::from(x).exp()).abs();
            assert!(off <= 1.5e-45, "e^{x} is off by {off}");
        }
        assert_eq!(exponential(89.0), f32::INFINITY);
        assert_eq!(exponential(f32::NEG_INFINITY), 0.0);
        assert_eq!(exponential(0.0), 1.0);
        assert!(exponential(f32::NAN).is_nan());
    }

    #[test]
    fn tanh_and_the_logistic_are_within_units() {
        for x in sweep(-12.0, 12.0) {
            let off = apart(hyperbolic_tangent(x), f64::from(x).tanh());
            assert!(off <= 3.0, "tanh {x} is off by {off}");
            let off = apart(logistic(x), 1.0 / (1.0 + (-f64::from(x)).exp()));
            assert!(off <= 4.0, "the logistic of {x} is off by {off}");
        }
        assert_eq!(hyperbolic_tangent(f32::NEG_INFINITY), -1.0);
        assert_eq!(logistic(-200.0), 0.0);
        assert_eq!(logistic(f32::INFINITY), 1.0);
    }

    #[test]
    fn activations_keep_nan_and_their_form() {
        let all = [
            Activation::Relu,
            Activation::LeakyRelu(0.5),
            Activation::Elu(2.0),
            Activation::Sigmoid,
            Activation::Tanh,
            Activation::Gelu,
            Activation::Identity,
        ];
        for each in all {
            assert!(activated(f32::NAN, each).is_nan(), "{each}");
        }
        assert_eq!(activated(-3.0, Activation::Relu), 0.0);
        assert_eq!(activated(-3.0, Activation::LeakyRelu(0.5)), -1.5);
        assert_eq!(activated(-90.0, Activation::Elu(2.0)), -2.0);
        // By its definition: half of 1 + erf(1 / sqrt 2), from a table.
        assert!((activated(1.0, Activation::Gelu) - 0.841_344_8).abs() < 5e-7);
        assert!((activated(-1.0, Activation::Gelu) + 0.158_655_25).abs() < 5e-7);
    }

    #[test]
    fn a_warp_adds_in_halves() {
        let mut lanes = [0.0; LANES];
        // (1e8 + 1) loses the 1 where (1e8 - 1e8) + 1 does not.
        (lanes[0], lanes[16], lanes[1]) = (1e8, -1e8, 1.0);
        assert_eq!(warp_sum(lanes), 1.0);
        (lanes[0], lanes[16], lanes[1]) = (1e8, 1.0, -1e8);
        assert_eq!(warp_sum(lanes), 0.0);
    }
}
