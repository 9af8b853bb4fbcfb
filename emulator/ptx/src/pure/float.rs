//! Arithmetic of floating numbers.
//!
//! `f32` rounds in every direction; `f64` only to nearest. Approximate
//! instructions give the exactly computed value, rounded. A result of `f32`
//! that is not a number is always `7FFFFFFF`.

use crate::{
    opcode::{Opcode, Round},
    program::{Binary, Ternary, Unary},
    pure::{Pure, half, rounding::Exact},
    scalar::Scalar,
};

/// Finds an instruction of this file.
pub(super) fn find(opcode: &Opcode<'_>) -> Option<Pure> {
    match opcode.scalar()? {
        Scalar::F32 => find_f32(opcode),
        Scalar::F64 => find_f64(opcode),
        scalar @ (Scalar::F16 | Scalar::Bf16) => half::find(opcode, scalar),
        _ => None,
    }
}

/// What a result of `f32` goes through: rounding, flushing, saturation.
pub(super) const NEAREST: u8 = 0;
pub(super) const ZERO: u8 = 1;
pub(super) const DOWN: u8 = 2;
pub(super) const UP: u8 = 3;

/// Chooses the instance for the opcode's rounding, `.ftz` and `.sat`.
macro_rules! rounded {
    ($opcode:expr, $function:ident) => {{
        let opcode = $opcode;
        match (opcode.round(), opcode.has("ftz"), opcode.has("sat")) {
            (Round::Nearest, false, false) => $function::<NEAREST, false, false>,
            (Round::Nearest, false, true) => $function::<NEAREST, false, true>,
            (Round::Nearest, true, false) => $function::<NEAREST, true, false>,
            (Round::Nearest, true, true) => $function::<NEAREST, true, true>,
            (Round::Zero, false, false) => $function::<ZERO, false, false>,
            (Round::Zero, false, true) => $function::<ZERO, false, true>,
            (Round::Zero, true, false) => $function::<ZERO, true, false>,
            (Round::Zero, true, true) => $function::<ZERO, true, true>,
            (Round::Down, false, false) => $function::<DOWN, false, false>,
            (Round::Down, false, true) => $function::<DOWN, false, true>,
            (Round::Down, true, false) => $function::<DOWN, true, false>,
            (Round::Down, true, true) => $function::<DOWN, true, true>,
            (Round::Up, false, false) => $function::<UP, false, false>,
            (Round::Up, false, true) => $function::<UP, false, true>,
            (Round::Up, true, false) => $function::<UP, true, false>,
            (Round::Up, true, true) => $function::<UP, true, true>,
        }
    }};
}

/// Chooses the instance for the opcode's `.ftz`.
macro_rules! flushed {
    ($opcode:expr, $function:ident) => {
        if $opcode.has("ftz") {
            $function::<true>
        } else {
            $function::<false>
        }
    };
}

fn find_f32(opcode: &Opcode<'_>) -> Option<Pure> {
    let directed = opcode.only(&["rn", "rz", "rm", "rp", "ftz", "sat"]);
    let approximate = opcode.only(&["approx", "full", "ftz"]);
    let sign_only = opcode.only(&["ftz"]);
    let one = |f: Unary| Some(Pure::One(f));
    let two = |f: Binary| Some(Pure::Two(f));
    let three = |f: Ternary| Some(Pure::Three(f));
    match opcode.name {
        "add" if directed => two(rounded!(opcode, add)),
        "sub" if directed => two(rounded!(opcode, sub)),
        "mul" if directed => two(rounded!(opcode, mul)),
        "div" if directed || approximate => two(rounded!(opcode, div)),
        "fma" | "mad" if directed => three(rounded!(opcode, fma)),
        "rcp" if directed || approximate => one(rounded!(opcode, rcp)),
        "sqrt" if directed || approximate => one(rounded!(opcode, sqrt)),
        "min" if opcode.only(&["ftz", "NaN"]) => two(flushed_nan(
            opcode,
            [
                min::<false, false>,
                min::<false, true>,
                min::<true, false>,
                min::<true, true>,
            ],
        )),
        "max" if opcode.only(&["ftz", "NaN"]) => two(flushed_nan(
            opcode,
            [
                max::<false, false>,
                max::<false, true>,
                max::<true, false>,
                max::<true, true>,
            ],
        )),
        "abs" if sign_only => one(flushed!(opcode, abs)),
        "neg" if sign_only => one(flushed!(opcode, neg)),
        "rsqrt" if approximate => one(flushed!(opcode, rsqrt)),
        "ex2" if approximate => one(flushed!(opcode, ex2)),
        "lg2" if approximate => one(flushed!(opcode, lg2)),
        "sin" if approximate => one(flushed!(opcode, sin)),
        "cos" if approximate => one(flushed!(opcode, cos)),
        "tanh" if approximate => one(flushed!(opcode, tanh)),
        _ => None,
    }
}

fn find_f64(opcode: &Opcode<'_>) -> Option<Pure> {
    let nearest = opcode.only(&["rn"]);
    let approximate = opcode.only(&["approx", "ftz"]);
    let plain = opcode.flags.is_empty();
    let one = |f: Unary| Some(Pure::One(f));
    let two = |f: Binary| Some(Pure::Two(f));
    match opcode.name {
        "add" if nearest => two(|a, b| (wide(a) + wide(b)).to_bits()),
        "sub" if nearest => two(|a, b| (wide(a) - wide(b)).to_bits()),
        "mul" if nearest => two(|a, b| (wide(a) * wide(b)).to_bits()),
        "div" if nearest => two(|a, b| (wide(a) / wide(b)).to_bits()),
        "fma" | "mad" if nearest => Some(Pure::Three(|a, b, c| {
            wide(a).mul_add(wide(b), wide(c)).to_bits()
        })),
        "rcp" if nearest || approximate => one(|a| wide(a).recip().to_bits()),
        "sqrt" if nearest => one(|a| wide(a).sqrt().to_bits()),
        "rsqrt" if approximate => one(|a| wide(a).sqrt().recip().to_bits()),
        "min" if plain => two(|a, b| lesser(wide(a), wide(b)).to_bits()),
        "max" if plain => two(|a, b| (-lesser(-wide(a), -wide(b))).to_bits()),
        "abs" if plain => one(|a| wide(a).abs().to_bits()),
        "neg" if plain => one(|a| (-wide(a)).to_bits()),
        _ => None,
    }
}

pub(super) fn wide(bits: u64) -> f64 {
    f64::from_bits(bits)
}

/// Reads an operand; with `FTZ`, subnormal numbers are zero.
pub(super) fn single<const FTZ: bool>(bits: u64) -> f32 {
    flush::<FTZ>(f32::from_bits(bits as u32))
}

fn flush<const FTZ: bool>(value: f32) -> f32 {
    if FTZ && value.is_subnormal() {
        0.0_f32.copysign(value)
    } else {
        value
    }
}

/// Returns the bits of a result.
pub(super) fn result<const FTZ: bool, const SAT: bool>(value: f32) -> u64 {
    if SAT {
        // Not a number saturates to zero.
        let clamped = if value > 0.0 { value.min(1.0) } else { 0.0 };
        return u64::from(flush::<FTZ>(clamped).to_bits());
    }
    if value.is_nan() {
        0x7FFF_FFFF
    } else {
        u64::from(flush::<FTZ>(value).to_bits())
    }
}

pub(super) fn mode<const MODE: u8>() -> Round {
    match MODE {
        ZERO => Round::Zero,
        DOWN => Round::Down,
        UP => Round::Up,
        _ => Round::Nearest,
    }
}

fn sum<const MODE: u8>(a: f32, b: f32) -> f32 {
    if MODE == NEAREST {
        return a + b;
    }
    let sum = Exact::sum(f64::from(a), f64::from(b)).to_f32(mode::<MODE>());
    // Opposite numbers make a negative zero only when rounding down.
    if MODE == DOWN && sum == 0.0 && a != 0.0 {
        -0.0
    } else {
        sum
    }
}

fn add<const MODE: u8, const FTZ: bool, const SAT: bool>(a: u64, b: u64) -> u64 {
    result::<FTZ, SAT>(sum::<MODE>(single::<FTZ>(a), single::<FTZ>(b)))
}

fn sub<const MODE: u8, const FTZ: bool, const SAT: bool>(a: u64, b: u64) -> u64 {
    result::<FTZ, SAT>(sum::<MODE>(single::<FTZ>(a), -single::<FTZ>(b)))
}

fn mul<const MODE: u8, const FTZ: bool, const SAT: bool>(a: u64, b: u64) -> u64 {
    let (a, b) = (single::<FTZ>(a), single::<FTZ>(b));
    let product = if MODE == NEAREST {
        a * b
    } else {
        // The product of two f32 is exact in f64.
        Exact::new(f64::from(a) * f64::from(b), 0.0).to_f32(mode::<MODE>())
    };
    result::<FTZ, SAT>(product)
}

fn div<const MODE: u8, const FTZ: bool, const SAT: bool>(a: u64, b: u64) -> u64 {
    let (a, b) = (single::<FTZ>(a), single::<FTZ>(b));
    let quotient = if MODE == NEAREST {
        a / b
    } else {
        Exact::quotient(f64::from(a), f64::from(b)).to_f32(mode::<MODE>())
    };
    result::<FTZ, SAT>(quotient)
}

fn fma<const MODE: u8, const FTZ: bool, const SAT: bool>(a: u64, b: u64, c: u64) -> u64 {
    let (a, b, c) = (single::<FTZ>(a), single::<FTZ>(b), single::<FTZ>(c));
    let value = if MODE == NEAREST {
        a.mul_add(b, c)
    } else {
        let product = f64::from(a) * f64::from(b);
        let sum = Exact::sum(product, f64::from(c)).to_f32(mode::<MODE>());
        if MODE == DOWN && sum == 0.0 && product != 0.0 {
            -0.0
        } else {
            sum
        }
    };
    result::<FTZ, SAT>(value)
}

fn rcp<const MODE: u8, const FTZ: bool, const SAT: bool>(a: u64) -> u64 {
    div::<MODE, FTZ, SAT>(u64::from(1.0_f32.to_bits()), a)
}

fn sqrt<const MODE: u8, const FTZ: bool, const SAT: bool>(a: u64) -> u64 {
    let a = single::<FTZ>(a);
    let root = if MODE == NEAREST {
        a.sqrt()
    } else {
        Exact::root(f64::from(a)).to_f32(mode::<MODE>())
    };
    result::<FTZ, SAT>(root)
}

/// By `.ftz`, then by `.NaN`.
fn flushed_nan(opcode: &Opcode<'_>, instances: [Binary; 4]) -> Binary {
    instances[usize::from(opcode.has("ftz")) * 2 + usize::from(opcode.has("NaN"))]
}

fn min<const FTZ: bool, const NAN: bool>(a: u64, b: u64) -> u64 {
    let (a, b) = (single::<FTZ>(a), single::<FTZ>(b));
    let nan = NAN && (a.is_nan() || b.is_nan());
    result::<FTZ, false>(if nan {
        f32::NAN
    } else {
        lesser(f64::from(a), f64::from(b)) as f32
    })
}

fn max<const FTZ: bool, const NAN: bool>(a: u64, b: u64) -> u64 {
    let (a, b) = (single::<FTZ>(a), single::<FTZ>(b));
    let nan = NAN && (a.is_nan() || b.is_nan());
    result::<FTZ, false>(if nan {
        f32::NAN
    } else {
        -lesser(-f64::from(a), -f64::from(b)) as f32
    })
}

/// The lesser of two; the other of one that is not a number; -0 before 0.
pub(super) fn lesser(a: f64, b: f64) -> f64 {
    if a.is_nan() || (!b.is_nan() && b.total_cmp(&a).is_lt()) {
        b
    } else {
        a
    }
}

fn abs<const FTZ: bool>(a: u64) -> u64 {
    result::<FTZ, false>(single::<FTZ>(a).abs())
}

fn neg<const FTZ: bool>(a: u64) -> u64 {
    result::<FTZ, false>(-single::<FTZ>(a))
}

fn rsqrt<const FTZ: bool>(a: u64) -> u64 {
    by_f64::<FTZ>(a, |a| a.sqrt().recip())
}

fn ex2<const FTZ: bool>(a: u64) -> u64 {
    by_f64::<FTZ>(a, f64::exp2)
}

fn lg2<const FTZ: bool>(a: u64) -> u64 {
    by_f64::<FTZ>(a, f64::log2)
}

fn sin<const FTZ: bool>(a: u64) -> u64 {
    by_f64::<FTZ>(a, f64::sin)
}

fn cos<const FTZ: bool>(a: u64) -> u64 {
    by_f64::<FTZ>(a, f64::cos)
}

fn tanh<const FTZ: bool>(a: u64) -> u64 {
    by_f64::<FTZ>(a, f64::tanh)
}

fn by_f64<const FTZ: bool>(a: u64, function: fn(f64) -> f64) -> u64 {
    result::<FTZ, false>(function(f64::from(single::<FTZ>(a))) as f32)
}
