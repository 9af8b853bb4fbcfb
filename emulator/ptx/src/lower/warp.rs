//! What the lanes of a warp do together.

use crate::{
    error::PtxError,
    lower::function::Lowering,
    opcode::Opcode,
    program::{Op, Shuffle, WarpKind, WarpOp},
    pure::{self, Pure},
    scalar::Scalar,
    syntax::Operand,
};

impl<'a> Lowering<'a, '_> {
    /// Lowers an instruction of this file; tells whether it was one.
    pub(super) fn warp(
        &mut self,
        opcode: &Opcode<'a>,
        operands: &[Operand<'a>],
    ) -> Result<bool, PtxError> {
        let (kind, target, values, mask): (_, _, &[_], _) = match (opcode.name, operands) {
            ("activemask", [target]) => (WarpKind::ActiveMask, Some(target), &[], None),
            ("bar" | "barrier", [mask]) => (WarpKind::Sync, None, &[], Some(mask)),
            ("shfl", [target, values @ .., mask]) if values.len() == 3 => (
                shuffle(opcode).ok_or_else(|| self.unknown())?,
                Some(target),
                values,
                Some(mask),
            ),
            ("vote", [target, values @ .., mask]) if values.len() == 1 => (
                vote(opcode).ok_or_else(|| self.unknown())?,
                Some(target),
                values,
                Some(mask),
            ),
            ("match", [target, values @ .., mask]) if values.len() == 1 => (
                matching(opcode).ok_or_else(|| self.unknown())?,
                Some(target),
                values,
                Some(mask),
            ),
            ("redux", [target, values @ .., mask]) if values.len() == 1 => (
                reduction(opcode).ok_or_else(|| self.unknown())?,
                Some(target),
                values,
                Some(mask),
            ),
            ("shfl" | "vote" | "match" | "redux", _) => return Err(self.operands_wrong()),
            _ => return Ok(false),
        };
        let (result, predicate) = match target {
            None => (None, None),
            Some(Operand::Name(name)) => (Some(self.target_name(name)?), None),
            Some(Operand::Pair(name, other)) => (
                Some(self.target_name(name)?),
                Some(self.target_name(other)?),
            ),
            Some(_) => return Err(self.operands_wrong()),
        };
        let mut slots = [0; 3];
        for (slot, value) in slots.iter_mut().zip(values) {
            *slot = self.source(value, Scalar::B64)?;
        }
        let mask = mask
            .map(|mask| self.source(mask, Scalar::B32))
            .transpose()?;
        self.emit(Op::Warp(Box::new(WarpOp {
            kind,
            result,
            predicate,
            operands: slots,
            mask,
        })));
        Ok(true)
    }
}

fn shuffle(opcode: &Opcode<'_>) -> Option<WarpKind> {
    Some(WarpKind::Shuffle(match opcode.flags[..] {
        ["sync", "up"] => Shuffle::Up,
        ["sync", "down"] => Shuffle::Down,
        ["sync", "bfly"] => Shuffle::Butterfly,
        ["sync", "idx"] => Shuffle::Index,
        _ => return None,
    }))
}

fn vote(opcode: &Opcode<'_>) -> Option<WarpKind> {
    Some(match opcode.flags[..] {
        ["sync", "all"] => WarpKind::VoteAll,
        ["sync", "any"] => WarpKind::VoteAny,
        ["sync", "uni"] => WarpKind::VoteUniform,
        ["sync", "ballot"] => WarpKind::Ballot,
        _ => return None,
    })
}

fn matching(opcode: &Opcode<'_>) -> Option<WarpKind> {
    let mask = opcode.scalar()?.mask();
    Some(match opcode.flags[..] {
        ["any", "sync"] => WarpKind::MatchAny(mask),
        ["all", "sync"] => WarpKind::MatchAll(mask),
        _ => return None,
    })
}

fn reduction(opcode: &Opcode<'_>) -> Option<WarpKind> {
    let [
        "sync",
        name @ ("add" | "min" | "max" | "and" | "or" | "xor"),
    ] = opcode.flags[..]
    else {
        return None;
    };
    match pure::find(&Opcode {
        name,
        flags: Vec::new(),
        types: opcode.types.clone(),
    })? {
        Pure::Two(f) => Some(WarpKind::Reduce(f)),
        _ => None,
    }
}
