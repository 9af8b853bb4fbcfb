//! Comparisons and selections.

use crate::{
    opcode::Opcode,
    program::Binary,
    pure::{
        Pure,
        float::{single, wide},
        half::{Binary16, Brain16, Half},
        int::{Int, for_int},
    },
    scalar::Scalar,
};

/// Finds a selection.
pub(super) fn find(opcode: &Opcode<'_>) -> Option<Pure> {
    match opcode.name {
        "selp" if opcode.flags.is_empty() => Some(Pure::Three(
            |a, b, chosen| if chosen & 1 == 1 { a } else { b },
        )),
        "slct" if opcode.only(&["ftz"]) => match opcode.types[..] {
            [_, Scalar::S32] => Some(Pure::Three(
                |a, b, sign| if sign as u32 >> 31 == 0 { a } else { b },
            )),
            [_, Scalar::F32] => Some(Pure::Three(|a, b, sign| {
                if single::<false>(sign) >= 0.0 { a } else { b }
            })),
            _ => None,
        },
        _ => None,
    }
}

const EQ: u8 = 0;
const NE: u8 = 1;
const LT: u8 = 2;
const LE: u8 = 3;
const GT: u8 = 4;
const GE: u8 = 5;
const NUM: u8 = 6;
const NAN: u8 = 7;

/// The two instances of a comparison of floats, by its name.
macro_rules! floats {
    ($function:ident, $name:expr) => {
        match $name {
            "eq" | "equ" => Some([$function::<EQ, false> as Binary, $function::<EQ, true>]),
            "ne" | "neu" => Some([$function::<NE, false> as Binary, $function::<NE, true>]),
            "lt" | "ltu" => Some([$function::<LT, false> as Binary, $function::<LT, true>]),
            "le" | "leu" => Some([$function::<LE, false> as Binary, $function::<LE, true>]),
            "gt" | "gtu" => Some([$function::<GT, false> as Binary, $function::<GT, true>]),
            "ge" | "geu" => Some([$function::<GE, false> as Binary, $function::<GE, true>]),
            "num" => Some([$function::<NUM, false> as Binary, $function::<NUM, false>]),
            "nan" => Some([$function::<NAN, true> as Binary, $function::<NAN, true>]),
            _ => None,
        }
    };
}
/// Returns the comparison of this name, which gives 1 or 0.
pub(crate) fn comparison(name: &str, scalar: Scalar, flush: bool) -> Option<Binary> {
    if !scalar.is_float() {
        return match name {
            "eq" => for_int!(scalar, ints, EQ),
            "ne" => for_int!(scalar, ints, NE),
            "lt" | "lo" => for_int!(scalar, ints, LT),
            "le" | "ls" => for_int!(scalar, ints, LE),
            "gt" | "hi" => for_int!(scalar, ints, GT),
            "ge" | "hs" => for_int!(scalar, ints, GE),
            _ => None,
        };
    }
    // The second is true of what is not a number as well.
    let [ordered, unordered] = match scalar {
        Scalar::F32 if flush => floats!(flushed, name)?,
        Scalar::F32 => floats!(singles, name)?,
        Scalar::F64 => floats!(wides, name)?,
        Scalar::F16 => floats!(halves, name)?,
        _ => floats!(brains, name)?,
    };
    let loose = matches!(name, "equ" | "neu" | "ltu" | "leu" | "gtu" | "geu" | "nan");
    Some(if loose { unordered } else { ordered })
}

fn ints<T: Int, const TEST: u8>(a: u64, b: u64) -> u64 {
    let (a, b) = (T::of(a), T::of(b));
    u64::from(match TEST {
        EQ => a == b,
        NE => a != b,
        LT => a < b,
        LE => a <= b,
        GT => a > b,
        _ => a >= b,
    })
}

fn test<const TEST: u8, const UNORDERED: bool>(a: f64, b: f64) -> u64 {
    u64::from(match a.partial_cmp(&b) {
        None => UNORDERED,
        Some(order) => match TEST {
            EQ => order.is_eq(),
            NE => order.is_ne(),
            LT => order.is_lt(),
            LE => order.is_le(),
            GT => order.is_gt(),
            GE => order.is_ge(),
            NUM => true,
            _ => false,
        },
    })
}

fn singles<const TEST: u8, const UNORDERED: bool>(a: u64, b: u64) -> u64 {
    test::<TEST, UNORDERED>(single::<false>(a).into(), single::<false>(b).into())
}

fn flushed<const TEST: u8, const UNORDERED: bool>(a: u64, b: u64) -> u64 {
    test::<TEST, UNORDERED>(single::<true>(a).into(), single::<true>(b).into())
}

fn wides<const TEST: u8, const UNORDERED: bool>(a: u64, b: u64) -> u64 {
    test::<TEST, UNORDERED>(wide(a), wide(b))
}

fn halves<const TEST: u8, const UNORDERED: bool>(a: u64, b: u64) -> u64 {
    test::<TEST, UNORDERED>(Binary16::to_f32(a).into(), Binary16::to_f32(b).into())
}

fn brains<const TEST: u8, const UNORDERED: bool>(a: u64, b: u64) -> u64 {
    test::<TEST, UNORDERED>(Brain16::to_f32(a).into(), Brain16::to_f32(b).into())
}
