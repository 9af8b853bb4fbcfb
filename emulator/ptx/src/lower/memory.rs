//! Loads, stores, atomics, and addresses.

use crate::{
    error::PtxError,
    lower::{LOCAL_BASE, PARAM_BASE, SHARED_BASE, function::Lowering},
    opcode::Opcode,
    program::{Access, Atomic, Change, Constant, CopyAsync, Op, Slot, Space, Unary},
    pure::{self, Pure},
    scalar::Scalar,
    syntax::Operand,
};

/// Flags that change nothing where every access happens at once.
const ORDERS: [&str; 20] = [
    "volatile",
    "relaxed",
    "acquire",
    "release",
    "acq_rel",
    "weak",
    "sys",
    "gpu",
    "cta",
    "cluster",
    "nc",
    "ca",
    "cg",
    "cs",
    "lu",
    "cv",
    "wb",
    "wt",
    "noftz",
    "L1::no_allocate",
];
const SPACES: [&str; 5] = ["global", "shared", "local", "param", "const"];

impl<'a> Lowering<'a, '_> {
    /// Lowers an instruction of this file; tells whether it was one.
    pub(super) fn memory(
        &mut self,
        opcode: &Opcode<'a>,
        operands: &[Operand<'a>],
    ) -> Result<bool, PtxError> {
        match (opcode.name, operands) {
            ("ld" | "ldu", [values, address]) => self.access(opcode, values, address, true)?,
            ("st", [address, values]) => self.access(opcode, values, address, false)?,
            ("atom", [target, address, operands @ ..]) => {
                let target = self.target(target)?;
                self.atomic(opcode, Some(target), address, operands)?;
            }
            ("red", [address, operands @ ..]) => self.atomic(opcode, None, address, operands)?,
            ("cvta", [target, source]) => self.convert_address(opcode, target, source)?,
            ("isspacep", [target, source]) => self.is_space(opcode, target, source)?,
            ("cp", _) if opcode.has("async") => self.copy_async(opcode, operands)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Returns the slot of an address, and what is to be added.
    fn address(&mut self, operand: &Operand<'a>) -> Result<(Slot, i64), PtxError> {
        match operand {
            Operand::Address(Some(name), offset) => {
                Ok((self.source(&Operand::Name(name), Scalar::B64)?, *offset))
            }
            Operand::Address(None, offset) => {
                Ok((self.names.constant(Constant::Value(0)), *offset))
            }
            _ => Err(self.operands_wrong()),
        }
    }

    fn access(
        &mut self,
        opcode: &Opcode<'a>,
        values: &Operand<'a>,
        address: &Operand<'a>,
        loads: bool,
    ) -> Result<(), PtxError> {
        let known = |flag: &&str| {
            ORDERS.contains(flag) || SPACES.contains(flag) || ["v2", "v4"].contains(flag)
        };
        let scalar = opcode.scalar().filter(|_| opcode.flags.iter().all(known));
        let scalar = scalar.ok_or_else(|| self.unknown())?;
        let (base, offset) = self.address(address)?;
        let list = match values {
            Operand::Vector(list) => &list[..],
            one => std::slice::from_ref(one),
        };
        let wanted = if opcode.has("v4") {
            4
        } else {
            1 + usize::from(opcode.has("v2"))
        };
        if list.len() != wanted {
            return Err(self.operands_wrong());
        }
        let (mut slots, mut extend) = ([0; 4], None);
        for (slot, value) in slots.iter_mut().zip(list) {
            *slot = match value {
                Operand::Name(name) if loads => {
                    let (slot, declared) = self.target_of(name)?;
                    extend = scalar.is_signed().then_some(declared.bits() as u8);
                    slot
                }
                value => self.source(value, scalar)?,
            };
        }
        let access = Access {
            space: space(opcode),
            base,
            offset,
            bytes: scalar.bytes() as u8,
            count: wanted as u8,
            extend,
            values: slots,
        };
        self.emit(if loads {
            Op::Load(access)
        } else {
            Op::Store(access)
        });
        Ok(())
    }

    fn atomic(
        &mut self,
        opcode: &Opcode<'a>,
        old: Option<Slot>,
        address: &Operand<'a>,
        operands: &[Operand<'a>],
    ) -> Result<(), PtxError> {
        let rest: Vec<_> = opcode
            .flags
            .iter()
            .copied()
            .filter(|flag| !ORDERS.contains(flag) && !SPACES.contains(flag))
            .collect();
        let scalar = opcode.scalar().ok_or_else(|| self.unknown())?;
        let change = match rest[..] {
            [name] => change(name, scalar).ok_or_else(|| self.unknown())?,
            _ => return Err(self.unknown()),
        };
        let (base, offset) = self.address(address)?;
        let operands = match operands {
            [a] if rest != ["cas"] => [self.source(a, scalar)?; 2],
            [a, b] if rest == ["cas"] => [self.source(a, scalar)?, self.source(b, scalar)?],
            _ => return Err(self.operands_wrong()),
        };
        let space = space(opcode);
        let bytes = scalar.bytes() as u8;
        self.emit(Op::Atomic(Box::new(Atomic {
            space,
            base,
            offset,
            bytes,
            change,
            operands,
            old,
        })));
        Ok(())
    }

    fn convert_address(
        &mut self,
        opcode: &Opcode<'a>,
        target: &Operand<'a>,
        source: &Operand<'a>,
    ) -> Result<(), PtxError> {
        let base = match space(opcode) {
            Space::Shared => SHARED_BASE,
            Space::Local => LOCAL_BASE,
            Space::Param => PARAM_BASE,
            Space::Global => 0,
            Space::Generic => return Err(self.unknown()),
        };
        let base = if opcode.has("to") {
            base.wrapping_neg()
        } else {
            base
        };
        let source = self.source(source, Scalar::B64)?;
        let base = self.names.constant(Constant::Value(base));
        let target = self.target(target)?;
        self.binary(u64::wrapping_add, target, source, base);
        Ok(())
    }

    fn is_space(
        &mut self,
        opcode: &Opcode<'a>,
        target: &Operand<'a>,
        source: &Operand<'a>,
    ) -> Result<(), PtxError> {
        let source = self.source(source, Scalar::B64)?;
        let target = self.target(target)?;
        let f: Unary = match space(opcode) {
            Space::Global => |a| u64::from(a >> 60 == 0),
            Space::Shared => |a| u64::from(a >> 60 == 1),
            Space::Local => |a| u64::from(a >> 60 == 2),
            Space::Param => |a| u64::from(a >> 60 == 3),
            Space::Generic => return Err(self.unknown()),
        };
        self.unary(f, target, source);
        Ok(())
    }

    fn copy_async(
        &mut self,
        opcode: &Opcode<'a>,
        operands: &[Operand<'a>],
    ) -> Result<(), PtxError> {
        let op = match (&opcode.flags[1..], operands) {
            (["commit_group"], []) => Op::CopyCommit,
            (["wait_all"], []) => Op::CopyWait(None),
            (["wait_group"], [Operand::Bits(left)]) => Op::CopyWait(Some(*left as u32)),
            (
                ["ca" | "cg", "shared", "global", ..],
                [to, from, Operand::Bits(bytes), rest @ ..],
            ) => {
                let (to, from) = (self.address(to)?, self.address(from)?);
                let taken = match rest {
                    [] => None,
                    [taken] => Some(self.source(taken, Scalar::U32)?),
                    _ => return Err(self.operands_wrong()),
                };
                let bytes = Some(*bytes as u8).filter(|bytes| matches!(bytes, 4 | 8 | 16));
                let bytes = bytes.ok_or_else(|| self.operands_wrong())?;
                Op::CopyAsync(Box::new(CopyAsync {
                    to,
                    from,
                    bytes,
                    taken,
                }))
            }
            _ => return Err(self.unknown()),
        };
        self.emit(op);
        Ok(())
    }
}

/// The space that an opcode names; constants lie in global memory.
fn space(opcode: &Opcode<'_>) -> Space {
    let named = |name| opcode.has(name);
    if named("global") || named("const") {
        Space::Global
    } else if named("shared") {
        Space::Shared
    } else if named("local") {
        Space::Local
    } else if named("param") {
        Space::Param
    } else {
        Space::Generic
    }
}

/// What an atomic makes of the old value and its operands.
fn change(name: &str, scalar: Scalar) -> Option<Change> {
    match (name, scalar.bits()) {
        ("exch", _) => return Some(Change::Two(|_, b| b)),
        ("inc", 32) => {
            return Some(Change::Two(|old, b| {
                if old as u32 >= b as u32 { 0 } else { old + 1 }
            }));
        }
        ("dec", 32) => {
            return Some(Change::Two(|old, b| {
                if old as u32 == 0 || old as u32 > b as u32 {
                    b
                } else {
                    old - 1
                }
            }));
        }
        ("cas", 16) => {
            return Some(Change::Three(
                |old, b, c| if old as u16 == b as u16 { c } else { old },
            ));
        }
        ("cas", 32) => {
            return Some(Change::Three(
                |old, b, c| if old as u32 == b as u32 { c } else { old },
            ));
        }
        ("cas", 64) => return Some(Change::Three(|old, b, c| if old == b { c } else { old })),
        _ => {}
    }
    // What is left are instructions as well, and does the same as those.
    let opcode = Opcode {
        types: vec![scalar],
        ..Opcode::of(name)
    };
    match pure::find(&opcode)? {
        Pure::Two(f) => Some(Change::Two(f)),
        _ => None,
    }
}
