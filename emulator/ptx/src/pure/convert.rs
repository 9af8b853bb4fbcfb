//! `cvt`: from one type to another.

use crate::{
    opcode::{Opcode, Round},
    program::{Binary, Unary},
    pure::{
        float::{DOWN, NEAREST, UP, ZERO, mode, result, single, wide},
        half::{Binary16, Brain16, Half},
        int::{Int, for_int},
        rounding::Exact,
    },
    scalar::Scalar,
};

/// The steps of a conversion, the second applied to what the first gives.
pub(crate) type Steps = Vec<Unary>;

/// The instances of a conversion for each rounding.
macro_rules! modes {
    ($scalar:expr, $function:ident) => {{
        let all: [Option<Unary>; 4] = [
            for_int!($scalar, $function, NEAREST),
            for_int!($scalar, $function, ZERO),
            for_int!($scalar, $function, DOWN),
            for_int!($scalar, $function, UP),
        ];
        all
    }};
}

/// Returns the steps of a `cvt`; none if it is not known.
pub(crate) fn conversion(opcode: &Opcode<'_>) -> Option<Steps> {
    let [to, from] = opcode.types[..] else {
        return None;
    };
    let integral = ["rni", "rzi", "rmi", "rpi"];
    let known = [
        "rn",
        "rz",
        "rm",
        "rp",
        "ftz",
        "sat",
        integral[0],
        integral[1],
        integral[2],
        integral[3],
    ];
    if !opcode.only(&known) {
        return None;
    }
    if matches!(from, Scalar::F16 | Scalar::Bf16) {
        let mut steps = vec![if from == Scalar::F16 {
            widen::<Binary16>
        } else {
            widen::<Brain16>
        }];
        if to != Scalar::F32 {
            steps.extend(from_float(opcode, to, Scalar::F32)?);
        }
        return Some(steps);
    }
    if from.is_float() {
        return from_float(opcode, to, from);
    }
    let by = |modes: [Option<Unary>; 4]| Some(vec![modes[opcode.round() as usize]?]);
    match to {
        Scalar::F32 => by(modes!(from, int_to_f32)),
        Scalar::F64 => by(modes!(from, int_to_f64)),
        // Whatever `f32` rounds is too large for 16 bits.
        Scalar::F16 if opcode.has("rn") => {
            let first: Option<Unary> = for_int!(from, int_to_f32, NEAREST);
            Some(vec![first?, narrow::<Binary16>])
        }
        _ => Some(vec![int_to_int(to, from, opcode.has("sat"))?]),
    }
}

fn from_float(opcode: &Opcode<'_>, to: Scalar, from: Scalar) -> Option<Steps> {
    let by = |modes: [Option<Unary>; 4]| modes[opcode.round() as usize];
    let step = match (from, to) {
        (Scalar::F32, Scalar::F32) => same_f32(opcode),
        (Scalar::F32, Scalar::F64) if opcode.has("ftz") => Some(f32_to_f64::<true> as Unary),
        (Scalar::F32, Scalar::F64) => Some(f32_to_f64::<false> as Unary),
        (Scalar::F32, Scalar::F16) if opcode.has("rn") => Some(narrow::<Binary16> as Unary),
        (Scalar::F32, Scalar::Bf16) if opcode.has("rn") => Some(narrow::<Brain16> as Unary),
        (Scalar::F64, Scalar::F32) => {
            let plain = [
                f64_to_f32::<NEAREST>,
                f64_to_f32::<ZERO>,
                f64_to_f32::<DOWN>,
                f64_to_f32::<UP>,
            ];
            let saturated = if opcode.has("sat") {
                Some(saturate as Unary)
            } else {
                None
            };
            let flushed = if opcode.has("ftz") {
                Some(flush as Unary)
            } else {
                None
            };
            let first = plain[opcode.round() as usize] as Unary;
            return Some(
                [Some(first), saturated, flushed]
                    .into_iter()
                    .flatten()
                    .collect(),
            );
        }
        (Scalar::F64, Scalar::F64) => Some(same_f64(opcode)),
        (Scalar::F32, _) => by(modes!(to, f32_to_int)),
        (Scalar::F64, _) => by(modes!(to, f64_to_int)),
        _ => None,
    };
    Some(vec![step?])
}

/// The conversion of two numbers of `f32` into the halves of one register.
pub(crate) fn packing(opcode: &Opcode<'_>) -> Option<Binary> {
    match (&opcode.flags[..], &opcode.types[..]) {
        (["rn", "f16x2"], [Scalar::F32]) => {
            Some(|a, b| narrow::<Binary16>(a) << 16 | narrow::<Binary16>(b))
        }
        (["rn", "bf16x2"], [Scalar::F32]) => {
            Some(|a, b| narrow::<Brain16>(a) << 16 | narrow::<Brain16>(b))
        }
        _ => None,
    }
}

/// Extends a signed number to 64 bits.
pub(crate) fn sign_extension(from: Scalar) -> Option<Unary> {
    match from {
        Scalar::S8 => Some(|a| a as i8 as u64),
        Scalar::S16 => Some(|a| a as i16 as u64),
        Scalar::S32 => Some(|a| a as i32 as u64),
        _ => None,
    }
}

fn widen<H: Half>(a: u64) -> u64 {
    result::<false, false>(H::to_f32(a))
}

fn narrow<H: Half>(a: u64) -> u64 {
    H::of(single::<false>(a))
}

fn int_to_f32<T: Int, const MODE: u8>(a: u64) -> u64 {
    u64::from(
        Exact::whole(T::of(a).wide())
            .to_f32(mode::<MODE>())
            .to_bits(),
    )
}

fn int_to_f64<T: Int, const MODE: u8>(a: u64) -> u64 {
    Exact::whole(T::of(a).wide())
        .to_f64(mode::<MODE>())
        .to_bits()
}

/// Without `.sat` the high bits are cut off.
fn int_to_int(to: Scalar, from: Scalar, saturates: bool) -> Option<Unary> {
    match (from, saturates) {
        (Scalar::S8, false) => for_int!(to, cut, i8),
        (Scalar::S16, false) => for_int!(to, cut, i16),
        (Scalar::S32, false) => for_int!(to, cut, i32),
        (Scalar::S64, false) => for_int!(to, cut, i64),
        (Scalar::U8, false) => for_int!(to, cut, u8),
        (Scalar::U16, false) => for_int!(to, cut, u16),
        (Scalar::U32, false) => for_int!(to, cut, u32),
        (Scalar::U64, false) => for_int!(to, cut, u64),
        (Scalar::S8, true) => for_int!(to, clamp, i8),
        (Scalar::S16, true) => for_int!(to, clamp, i16),
        (Scalar::S32, true) => for_int!(to, clamp, i32),
        (Scalar::S64, true) => for_int!(to, clamp, i64),
        (Scalar::U8, true) => for_int!(to, clamp, u8),
        (Scalar::U16, true) => for_int!(to, clamp, u16),
        (Scalar::U32, true) => for_int!(to, clamp, u32),
        (Scalar::U64, true) => for_int!(to, clamp, u64),
        _ => None,
    }
}

fn cut<To: Int, From: Int>(a: u64) -> u64 {
    To::cut(From::of(a).wide()).bits()
}

fn clamp<To: Int, From: Int>(a: u64) -> u64 {
    To::clamp_from(From::of(a).wide()).bits()
}

/// Takes the nearest number that the type has; not a number gives zero.
fn f32_to_int<T: Int, const MODE: u8>(a: u64) -> u64 {
    T::from_f64(integral::<MODE>(f64::from(single::<false>(a)))).bits()
}

fn f64_to_int<T: Int, const MODE: u8>(a: u64) -> u64 {
    T::from_f64(integral::<MODE>(wide(a))).bits()
}

fn integral<const MODE: u8>(value: f64) -> f64 {
    match mode::<MODE>() {
        Round::Nearest => value.round_ties_even(),
        Round::Zero => value.trunc(),
        Round::Down => value.floor(),
        Round::Up => value.ceil(),
    }
}

fn f32_to_f64<const FTZ: bool>(a: u64) -> u64 {
    f64::from(single::<FTZ>(a)).to_bits()
}

fn f64_to_f32<const MODE: u8>(a: u64) -> u64 {
    result::<false, false>(Exact::new(wide(a), 0.0).to_f32(mode::<MODE>()))
}

fn saturate(a: u64) -> u64 {
    result::<false, true>(single::<false>(a))
}

fn flush(a: u64) -> u64 {
    result::<true, false>(single::<true>(a))
}

/// Rounds to a whole number, if that is said, and saturates or flushes.
fn same_f32(opcode: &Opcode<'_>) -> Option<Unary> {
    let whole = ["rni", "rzi", "rmi", "rpi"]
        .iter()
        .any(|flag| opcode.has(flag));
    match (whole, opcode.has("sat"), opcode.has("ftz")) {
        (true, false, _) => {
            let modes: [Unary; 4] = [
                whole_f32::<NEAREST>,
                whole_f32::<ZERO>,
                whole_f32::<DOWN>,
                whole_f32::<UP>,
            ];
            Some(modes[opcode.round() as usize])
        }
        (false, true, _) => Some(saturate),
        (false, false, true) => Some(flush),
        (false, false, false) => Some(|a| a & 0xFFFF_FFFF),
        (true, true, _) => None,
    }
}

fn whole_f32<const MODE: u8>(a: u64) -> u64 {
    result::<false, false>(integral::<MODE>(f64::from(single::<false>(a))) as f32)
}

fn same_f64(opcode: &Opcode<'_>) -> Unary {
    let whole = ["rni", "rzi", "rmi", "rpi"]
        .iter()
        .any(|flag| opcode.has(flag));
    let modes: [Unary; 4] = [
        whole_f64::<NEAREST>,
        whole_f64::<ZERO>,
        whole_f64::<DOWN>,
        whole_f64::<UP>,
    ];
    if whole {
        modes[opcode.round() as usize]
    } else {
        |a| a
    }
}

fn whole_f64<const MODE: u8>(a: u64) -> u64 {
    integral::<MODE>(wide(a)).to_bits()
}
