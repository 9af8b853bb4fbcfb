//! Logic, shifts, fields and moves: bits, whatever they mean.

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
    let scalar = opcode.scalar().or(opcode.types.first().copied())?;
    let plain = opcode.flags.is_empty();
    let one = |f: Option<Unary>| f.map(Pure::One);
    let two = |f: Option<Binary>| f.map(Pure::Two);
    let three = |f: Option<Ternary>| f.map(Pure::Three);
    match opcode.name {
        "mov" if plain => Some(Pure::One(keep(scalar))),
        "and" if plain => Some(Pure::Two(|a, b| a & b)),
        "or" if plain => Some(Pure::Two(masked(
            scalar,
            [|a, b| (a | b) & 1, |a, b| a | b],
        ))),
        "xor" if plain => Some(Pure::Two(masked(
            scalar,
            [|a, b| (a ^ b) & 1, |a, b| a ^ b],
        ))),
        "not" if plain => Some(Pure::One(not(scalar)?)),
        "cnot" if plain => one(for_int!(scalar, cnot)),
        "shl" if plain => two(for_int!(scalar, shl)),
        "shr" if plain => two(for_int!(scalar, shr)),
        "shf" => funnel(opcode).map(Pure::Three),
        "popc" if plain => one(for_int!(scalar, popc)),
        "clz" if plain => one(for_int!(scalar, clz)),
        "brev" if plain => one(for_int!(scalar, brev)),
        "bfind" if plain => one(for_int!(scalar, bfind)),
        "bfind" if opcode.flags == ["shiftamt"] => one(for_int!(scalar, bfind_shift)),
        "bfe" if plain => three(for_int!(scalar, bfe)),
        "bfi" if plain => match scalar.bits() {
            32 => Some(Pure::Four(bfi::<u32>)),
            64 => Some(Pure::Four(bfi::<u64>)),
            _ => None,
        },
        "prmt" => permute(opcode).map(Pure::Three),
        "lop3" if plain => Some(Pure::Four(lop3)),
        "dp4a" => dot4(opcode).map(Pure::Three),
        "copysign" if plain && scalar == Scalar::F32 => {
            Some(Pure::Two(|a, b| (a & SIGN_32) | (b & (SIGN_32 - 1))))
        }
        "copysign" if plain && scalar == Scalar::F64 => {
            Some(Pure::Two(|a, b| (a & 1 << 63) | (b & !(1 << 63))))
        }
        _ => None,
    }
}

const SIGN_32: u64 = 1 << 31;

fn keep(scalar: Scalar) -> Unary {
    match scalar.bits() {
        1 => |a| a & 1,
        8 => |a| a & 0xFF,
        16 => |a| a & 0xFFFF,
        32 => |a| a & 0xFFFF_FFFF,
        _ => |a| a,
    }
}

fn masked(scalar: Scalar, [predicate, other]: [Binary; 2]) -> Binary {
    if scalar == Scalar::Pred {
        predicate
    } else {
        other
    }
}

fn not(scalar: Scalar) -> Option<Unary> {
    if scalar == Scalar::Pred {
        Some(|a| !a & 1)
    } else {
        for_int!(scalar, not_int)
    }
}

fn not_int<T: Int>(a: u64) -> u64 {
    T::of(!a).bits()
}

fn cnot<T: Int>(a: u64) -> u64 {
    u64::from(T::of(a) == T::ZERO)
}

/// Amounts of the width and above shift everything out.
fn shl<T: Int>(a: u64, b: u64) -> u64 {
    let amount = b as u32;
    if amount >= T::BITS {
        0
    } else {
        T::of(a << amount).bits()
    }
}

/// Amounts of the width and above leave copies of the sign, or zeros.
fn shr<T: Int>(a: u64, b: u64) -> u64 {
    let amount = (b as u32).min(T::BITS);
    T::cut(T::of(a).wide() >> amount).bits()
}

fn funnel(opcode: &Opcode<'_>) -> Option<Ternary> {
    match opcode.flags[..] {
        ["l", "wrap"] => Some(|a, b, c| funnel_left(a, b, c & 31)),
        ["l", "clamp"] => Some(|a, b, c| funnel_left(a, b, (c & 0xFFFF_FFFF).min(32))),
        ["r", "wrap"] => Some(|a, b, c| funnel_right(a, b, c & 31)),
        ["r", "clamp"] => Some(|a, b, c| funnel_right(a, b, (c & 0xFFFF_FFFF).min(32))),
        _ => None,
    }
}

fn funnel_left(a: u64, b: u64, amount: u64) -> u64 {
    (joined(a, b) << amount >> 32) & 0xFFFF_FFFF
}

fn funnel_right(a: u64, b: u64, amount: u64) -> u64 {
    (joined(a, b) >> amount) & 0xFFFF_FFFF
}

fn joined(low: u64, high: u64) -> u64 {
    (high << 32) | (low & 0xFFFF_FFFF)
}

fn popc<T: Int>(a: u64) -> u64 {
    u64::from(T::of(a).bits().count_ones())
}

fn clz<T: Int>(a: u64) -> u64 {
    u64::from(T::of(a).bits().leading_zeros() - (64 - T::BITS))
}

fn brev<T: Int>(a: u64) -> u64 {
    T::of(a).bits().reverse_bits() >> (64 - T::BITS)
}

/// The place of the highest bit that differs from the sign; all ones if none.
fn bfind<T: Int>(a: u64) -> u64 {
    let value = T::of(a);
    let magnitude = if value.wide() < 0 {
        T::of(!a).bits()
    } else {
        value.bits()
    };
    u64::from(magnitude.checked_ilog2().unwrap_or(u32::MAX))
}

/// How far the highest such bit must be shifted to the top.
fn bfind_shift<T: Int>(a: u64) -> u64 {
    match bfind::<T>(a) {
        0xFFFF_FFFF => 0xFFFF_FFFF,
        place => u64::from(T::BITS) - 1 - place,
    }
}

fn bfe<T: Int>(a: u64, b: u64, c: u64) -> u64 {
    let (start, len) = ((b & 0xFF) as u32, (c & 0xFF) as u32);
    if len == 0 {
        return 0;
    }
    // Beyond the top lie copies of the sign, or zeros.
    let shifted = T::of(a).wide() >> start.min(T::BITS);
    if len >= T::BITS {
        return T::cut(shifted).bits();
    }
    let signed = T::cut(-1).wide() < 0;
    let top = (start + len - 1).min(T::BITS - 1);
    let fill = signed && T::of(a).bits() >> top & 1 == 1;
    let field = shifted & ((1 << len) - 1);
    // Where the field reaches beyond the top, `shifted` has the sign already.
    T::cut(if fill { field | (-1 << len) } else { field }).bits()
}

fn bfi<T: Int>(a: u64, b: u64, c: u64, d: u64) -> u64 {
    let (start, len) = ((c & 0xFF) as u32, (d & 0xFF) as u32);
    if start >= T::BITS {
        return T::of(b).bits();
    }
    let field = if len >= 64 { u64::MAX } else { (1 << len) - 1 };
    T::of((b & !(field << start)) | ((a & field) << start)).bits()
}

fn permute(opcode: &Opcode<'_>) -> Option<Ternary> {
    match opcode.flags[..] {
        [] => Some(|a, b, c| take_bytes(a, b, [c & 15, c >> 4 & 15, c >> 8 & 15, c >> 12 & 15])),
        ["f4e"] => Some(|a, b, c| take_bytes(a, b, [0, 1, 2, 3].map(|n| (n + (c & 3)) & 7))),
        ["b4e"] => Some(|a, b, c| take_bytes(a, b, [0, 1, 2, 3].map(|n| (8 + (c & 3) - n) & 7))),
        ["rc8"] => Some(|a, b, c| take_bytes(a, b, [c & 3; 4])),
        ["ecl"] => Some(|a, b, c| take_bytes(a, b, [0, 1, 2, 3].map(|n| n.max(c & 3)))),
        ["ecr"] => Some(|a, b, c| take_bytes(a, b, [0, 1, 2, 3].map(|n| n.min(c & 3)))),
        ["rc16"] => Some(|a, b, c| take_bytes(a, b, [0, 1, 0, 1].map(|n| n + 2 * (c & 1)))),
        _ => None,
    }
}

/// Takes four of eight bytes; 8 added to a choice takes only its sign.
fn take_bytes(a: u64, b: u64, choices: [u64; 4]) -> u64 {
    let bytes = joined(a, b).to_le_bytes();
    let chosen = choices.map(|choice| {
        let byte = bytes[(choice & 7) as usize];
        if choice & 8 == 0 {
            byte
        } else {
            ((byte as i8) >> 7) as u8
        }
    });
    u64::from(u32::from_le_bytes(chosen))
}

/// Every bit of the result is looked up in a table by three bits.
fn lop3(a: u64, b: u64, c: u64, table: u64) -> u64 {
    let mut result = 0;
    for row in 0..8_u64 {
        if table >> row & 1 == 1 {
            let pick = |value: u64, wanted: u64| if wanted == 1 { value } else { !value };
            result |= pick(a, row >> 2 & 1) & pick(b, row >> 1 & 1) & pick(c, row & 1);
        }
    }
    result & 0xFFFF_FFFF
}

fn dot4(opcode: &Opcode<'_>) -> Option<Ternary> {
    match opcode.types[..] {
        [Scalar::U32, Scalar::U32] => Some(|a, b, c| dot(a, b, c, unsigned_byte, unsigned_byte)),
        [Scalar::U32, Scalar::S32] => Some(|a, b, c| dot(a, b, c, unsigned_byte, signed_byte)),
        [Scalar::S32, Scalar::U32] => Some(|a, b, c| dot(a, b, c, signed_byte, unsigned_byte)),
        [Scalar::S32, Scalar::S32] => Some(|a, b, c| dot(a, b, c, signed_byte, signed_byte)),
        _ => None,
    }
}

fn unsigned_byte(value: u64, n: u32) -> i64 {
    i64::from((value >> (8 * n)) as u8)
}

fn signed_byte(value: u64, n: u32) -> i64 {
    i64::from((value >> (8 * n)) as i8)
}

fn dot(a: u64, b: u64, c: u64, left: fn(u64, u32) -> i64, right: fn(u64, u32) -> i64) -> u64 {
    let sum: i64 = (0..4).map(|n| left(a, n) * right(b, n)).sum();
    c.wrapping_add(sum as u64) & 0xFFFF_FFFF
}
