//! Instructions that only make a value of values: what each computes.
//!
//! A value is the low bits of a `u64`; operands may have anything above, and
//! results have zeros there.

mod arithmetic;
mod bits;
mod compare;
mod convert;
mod float;
mod half;
mod int;
mod rounding;

use crate::{
    opcode::Opcode,
    program::{Binary, Quaternary, Ternary, Unary},
};

pub(crate) use arithmetic::{
    BORROW, BORROW_OF_THREE, CARRY, CARRY_OF_THREE, pick_add, pick_add_three,
};
pub(crate) use compare::comparison;
pub(crate) use convert::{conversion, packing, sign_extension};

/// What an instruction computes, by its number of operands.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pure {
    One(Unary),
    Two(Binary),
    Three(Ternary),
    Four(Quaternary),
}

/// Finds what an instruction computes; none if it is not known or not pure.
pub(crate) fn find(opcode: &Opcode<'_>) -> Option<Pure> {
    let float = opcode.types.first().is_some_and(|scalar| scalar.is_float());
    let found = if float {
        float::find(opcode)
    } else {
        arithmetic::find(opcode)
    };
    found
        .or_else(|| bits::find(opcode))
        .or_else(|| compare::find(opcode))
}
