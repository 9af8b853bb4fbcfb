//! Arithmetic of whole numbers: it wraps around, unless `.sat` is said.

use crate::{
    opcode::Opcode,
    program::{Binary, Ternary, Unary},
    pure::{
        Pure,
        int::{Int, for_int},
    },
    scalar::Scalar,
};

/// Finds an instruction of this file.
pub(super) fn find(opcode: &Opcode<'_>) -> Option<Pure> {
    let scalar = opcode.scalar()?;
    let plain = opcode.flags.is_empty();
    let saturating = scalar == Scalar::S32 && opcode.flags == ["sat"];
    let high = opcode.flags == ["hi"];
    let low = opcode.flags == ["lo"];
    let wide = opcode.flags == ["wide"] && matches!(scalar.bits(), 16 | 32);
    let one = |f: Option<Unary>| f.map(Pure::One);
    let two = |f: Option<Binary>| f.map(Pure::Two);
    let three = |f: Option<Ternary>| f.map(Pure::Three);
    match opcode.name {
        "add" if plain => two(for_int!(scalar, add)),
        "add" if saturating => Some(Pure::Two(add_saturating)),
        "sub" if plain => two(for_int!(scalar, sub)),
        "sub" if saturating => Some(Pure::Two(sub_saturating)),
        "mul" if low => two(for_int!(scalar, mul)),
        "mul" if high => two(for_int!(scalar, mul_high)),
        "mul" if wide => two(for_int!(scalar, mul_wide)),
        "mad" if low => three(for_int!(scalar, mad)),
        "mad" if high => three(for_int!(scalar, mad_high)),
        "mad" if wide => three(for_int!(scalar, mad_wide)),
        "mul24" if low && scalar.bits() == 32 => two(for_int!(scalar, mul24)),
        "mad24" if low && scalar.bits() == 32 => three(for_int!(scalar, mad24)),
        "div" if plain => two(for_int!(scalar, div)),
        "rem" if plain => two(for_int!(scalar, rem)),
        "min" if plain => two(for_int!(scalar, min)),
        "max" if plain => two(for_int!(scalar, max)),
        "abs" if plain && scalar.is_signed() => one(for_int!(scalar, abs)),
        "neg" if plain && scalar.is_signed() => one(for_int!(scalar, neg)),
        "sad" if plain => three(for_int!(scalar, sad)),
        _ => None,
    }
}

/// The carry out of `a + b`, of 32 or 64 bits.
pub(crate) const CARRY: [Binary; 2] = [
    |a, b| (low(a) + low(b)) >> 32,
    |a, b| u64::from(a.overflowing_add(b).1),
];
/// The borrow of `a - b`.
pub(crate) const BORROW: [Binary; 2] = [|a, b| u64::from(low(a) < low(b)), |a, b| u64::from(a < b)];
/// The carry out of `a + b + carry`.
pub(crate) const CARRY_OF_THREE: [Ternary; 2] = [
    |a, b, c| (low(a) + low(b) + c) >> 32,
    |a, b, c| ((u128::from(a) + u128::from(b) + u128::from(c)) >> 64) as u64,
];
/// The borrow of `a - b - borrow`.
pub(crate) const BORROW_OF_THREE: [Ternary; 2] = [
    |a, b, c| u64::from(low(a) < low(b) + c),
    |a, b, c| u64::from(u128::from(a) < u128::from(b) + u128::from(c)),
];

/// Returns `a + b` or `a - b`, by whether it subtracts, of 32 or 64 bits.
pub(crate) fn pick_add(subtracts: bool, wide: bool) -> Binary {
    match (subtracts, wide) {
        (false, false) => add::<u32>,
        (false, true) => add::<u64>,
        (true, false) => sub::<u32>,
        (true, true) => sub::<u64>,
    }
}

/// Returns `a + b + carry` or `a - b - borrow`.
pub(crate) fn pick_add_three(subtracts: bool, wide: bool) -> Ternary {
    match (subtracts, wide) {
        (false, false) => |a, b, c| low(a.wrapping_add(b).wrapping_add(c)),
        (false, true) => |a, b, c| a.wrapping_add(b).wrapping_add(c),
        (true, false) => |a, b, c| low(a.wrapping_sub(b).wrapping_sub(c)),
        (true, true) => |a, b, c| a.wrapping_sub(b).wrapping_sub(c),
    }
}

fn low(value: u64) -> u64 {
    value & 0xFFFF_FFFF
}

fn add<T: Int>(a: u64, b: u64) -> u64 {
    T::of(a.wrapping_add(b)).bits()
}

fn sub<T: Int>(a: u64, b: u64) -> u64 {
    T::of(a.wrapping_sub(b)).bits()
}

fn add_saturating(a: u64, b: u64) -> u64 {
    (a as i32).saturating_add(b as i32).bits()
}

fn sub_saturating(a: u64, b: u64) -> u64 {
    (a as i32).saturating_sub(b as i32).bits()
}

fn mul<T: Int>(a: u64, b: u64) -> u64 {
    T::of(a.wrapping_mul(b)).bits()
}

fn mul_high<T: Int>(a: u64, b: u64) -> u64 {
    // The product of two u64 does not fit an i128, but its high half does
    // not depend on how the bits are read.
    T::cut(T::of(a).wide().wrapping_mul(T::of(b).wide()) >> T::BITS).bits()
}

fn mul_wide<T: Int>(a: u64, b: u64) -> u64 {
    cut_twice::<T>(T::of(a).wide() * T::of(b).wide())
}

fn mad<T: Int>(a: u64, b: u64, c: u64) -> u64 {
    add::<T>(mul::<T>(a, b), c)
}

fn mad_high<T: Int>(a: u64, b: u64, c: u64) -> u64 {
    add::<T>(mul_high::<T>(a, b), c)
}

fn mad_wide<T: Int>(a: u64, b: u64, c: u64) -> u64 {
    cut_twice::<T>(i128::from(mul_wide::<T>(a, b)) + i128::from(c))
}

/// Cuts to twice the type's width.
fn cut_twice<T: Int>(wide: i128) -> u64 {
    wide as u64 & (u64::MAX >> (64 - 2 * T::BITS))
}

fn mul24<T: Int>(a: u64, b: u64) -> u64 {
    T::cut(low24::<T>(a) * low24::<T>(b)).bits()
}

fn mad24<T: Int>(a: u64, b: u64, c: u64) -> u64 {
    add::<T>(mul24::<T>(a, b), c)
}

/// The low 24 bits, read as the type says.
fn low24<T: Int>(value: u64) -> i128 {
    T::of(value << (T::BITS - 24)).wide() >> (T::BITS - 24)
}

/// PTX leaves division by zero open; devices give all ones.
fn div<T: Int>(a: u64, b: u64) -> u64 {
    let by = T::of(b);
    if by == T::ZERO {
        T::of(u64::MAX).bits()
    } else {
        T::of(a).wrapping_div(by).bits()
    }
}

fn rem<T: Int>(a: u64, b: u64) -> u64 {
    let by = T::of(b);
    if by == T::ZERO {
        T::of(a).bits()
    } else {
        T::of(a).wrapping_rem(by).bits()
    }
}

fn min<T: Int>(a: u64, b: u64) -> u64 {
    T::of(a).min(T::of(b)).bits()
}

fn max<T: Int>(a: u64, b: u64) -> u64 {
    T::of(a).max(T::of(b)).bits()
}

fn abs<T: Int>(a: u64) -> u64 {
    T::cut(T::of(a).wide().abs()).bits()
}

fn neg<T: Int>(a: u64) -> u64 {
    sub::<T>(0, a)
}

fn sad<T: Int>(a: u64, b: u64, c: u64) -> u64 {
    let apart = (T::of(a).wide() - T::of(b).wide()).abs();
    add::<T>(T::cut(apart).bits(), c)
}
