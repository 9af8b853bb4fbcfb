//! The 16-bit floating types: every operation is done in `f32` and rounded.

use crate::{
    opcode::Opcode,
    pure::{Pure, float::lesser},
    scalar::Scalar,
};

/// One of the two 16-bit types.
pub(super) trait Half: 'static {
    fn to_f32(bits: u64) -> f32;
    /// Rounds to nearest, ties to even.
    fn of(value: f32) -> u64;
}

pub(super) struct Binary16;
pub(super) struct Brain16;

impl Half for Binary16 {
    fn to_f32(bits: u64) -> f32 {
        let bits = bits as u16;
        let magnitude = match (bits >> 10 & 0x1F, bits & 0x3FF) {
            (0, fraction) => f32::from(fraction) * 2.0_f32.powi(-24),
            (31, 0) => f32::INFINITY,
            (31, _) => f32::NAN,
            (exponent, fraction) => {
                f32::from_bits((u32::from(exponent) + 112) << 23 | u32::from(fraction) << 13)
            }
        };
        if bits >> 15 == 1 {
            -magnitude
        } else {
            magnitude
        }
    }

    fn of(value: f32) -> u64 {
        if value.is_nan() {
            return 0x7FFF;
        }
        let sign = u64::from(value.to_bits() >> 31) << 15;
        let magnitude = value.abs();
        // Below 2^-14 the spacing is 2^-24, which makes a whole number of it.
        let bits = if magnitude < 2.0_f32.powi(-14) {
            (magnitude * 2.0_f32.powi(24)).round_ties_even() as u64
        } else if magnitude >= 65520.0 {
            0x7C00
        } else {
            rounded(magnitude.to_bits(), 13) - (112 << 10)
        };
        sign | bits
    }
}

impl Half for Brain16 {
    fn to_f32(bits: u64) -> f32 {
        f32::from_bits((bits as u32) << 16)
    }

    fn of(value: f32) -> u64 {
        if value.is_nan() {
            0x7FFF
        } else {
            rounded(value.to_bits(), 16)
        }
    }
}

/// Cuts off low bits, rounding to nearest, ties to even.
fn rounded(bits: u32, cut: u32) -> u64 {
    let bits = u64::from(bits);
    (bits + (1 << (cut - 1)) - 1 + (bits >> cut & 1)) >> cut
}

/// Finds an instruction of this file.
pub(super) fn find(opcode: &Opcode<'_>, scalar: Scalar) -> Option<Pure> {
    if scalar == Scalar::F16 {
        of::<Binary16>(opcode)
    } else {
        of::<Brain16>(opcode)
    }
}

fn of<H: Half>(opcode: &Opcode<'_>) -> Option<Pure> {
    let nearest = opcode.only(&["rn"]);
    let plain = opcode.flags.is_empty();
    match opcode.name {
        "add" if nearest => Some(Pure::Two(|a, b| H::of(H::to_f32(a) + H::to_f32(b)))),
        "sub" if nearest => Some(Pure::Two(|a, b| H::of(H::to_f32(a) - H::to_f32(b)))),
        "mul" if nearest => Some(Pure::Two(|a, b| H::of(H::to_f32(a) * H::to_f32(b)))),
        "min" if plain => Some(Pure::Two(|a, b| {
            H::of(lesser(wide::<H>(a), wide::<H>(b)) as f32)
        })),
        "max" if plain => Some(Pure::Two(|a, b| {
            H::of(-lesser(-wide::<H>(a), -wide::<H>(b)) as f32)
        })),
        "abs" if plain => Some(Pure::One(|a| H::of(H::to_f32(a).abs()))),
        "neg" if plain => Some(Pure::One(|a| H::of(-H::to_f32(a)))),
        _ => None,
    }
}

fn wide<H: Half>(bits: u64) -> f64 {
    f64::from(H::to_f32(bits))
}
