//! Instructions that make values, but not of a fixed number of operands.

use crate::{
    error::PtxError,
    lower::{function::Lowering, names::is_clock},
    opcode::Opcode,
    program::{Binary, Op, Slot, Unary},
    pure,
    scalar::Scalar,
    syntax::Operand,
};

impl<'a> Lowering<'a, '_> {
    /// Lowers an instruction of this file; tells whether it was one.
    pub(super) fn value(
        &mut self,
        opcode: &Opcode<'a>,
        operands: &[Operand<'a>],
    ) -> Result<bool, PtxError> {
        match (opcode.name, operands) {
            ("mov", [Operand::Name(target), Operand::Name(clock)]) if is_clock(clock) => {
                let target = self.target_name(target)?;
                self.emit(Op::Clock(target));
            }
            ("mov", [Operand::Vector(targets), source]) => self.unpack(opcode, targets, source)?,
            ("mov", [target, Operand::Vector(sources)]) => self.pack(opcode, target, sources)?,
            ("cvt", [target, a, b]) => {
                let f = pure::packing(opcode).ok_or_else(|| self.unknown())?;
                let (a, b) = (self.source(a, Scalar::F32)?, self.source(b, Scalar::F32)?);
                let target = self.target(target)?;
                self.binary(f, target, a, b);
            }
            ("cvt", [Operand::Name(target), source]) => self.convert(opcode, target, source)?,
            ("setp", [targets, a, b, rest @ ..]) => {
                self.set_predicate(opcode, targets, [a, b], rest)?;
            }
            ("set", [target, a, b]) => self.set(opcode, target, [a, b])?,
            ("add" | "addc" | "sub" | "subc", [target, a, b])
                if opcode.has("cc") || opcode.name.len() == 4 =>
            {
                self.carry(opcode, target, [a, b])?;
            }
            ("mad" | "madc", [target, a, b, c]) if opcode.has("cc") || opcode.name == "madc" => {
                self.carry_product(opcode, target, [a, b, c])?;
            }
            ("testp", [target, a]) => self.test(opcode, target, a)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn convert(
        &mut self,
        opcode: &Opcode<'a>,
        target: &str,
        source: &Operand<'a>,
    ) -> Result<(), PtxError> {
        let steps = pure::conversion(opcode).ok_or_else(|| self.unknown())?;
        let mut value = self.source(source, opcode.types[1])?;
        let (target, declared) = self.target_of(target)?;
        let last = steps.len() - 1;
        for (number, step) in steps.into_iter().enumerate() {
            let result = if number == last {
                target
            } else {
                self.names.new_slot()
            };
            self.unary(step, result, value);
            value = result;
        }
        // A register wider than the type gets the sign as well.
        if declared.bits() > opcode.types[0].bits()
            && let Some(extend) = pure::sign_extension(opcode.types[0])
        {
            self.unary(extend, target, target);
            let mask = self.source(&Operand::Bits(declared.mask()), Scalar::B64)?;
            self.binary(|a, b| a & b, target, target, mask);
        }
        Ok(())
    }

    fn unpack(
        &mut self,
        opcode: &Opcode<'a>,
        targets: &[Operand<'a>],
        source: &Operand<'a>,
    ) -> Result<(), PtxError> {
        let scalar = opcode.scalar().ok_or_else(|| self.unknown())?;
        let bits = scalar.bits() / targets.len().max(1) as u32;
        let mut value = self.source(source, scalar)?;
        let (take, rest): (Unary, Unary) = match bits {
            8 => (|a| a & 0xFF, |a| a >> 8),
            16 => (|a| a & 0xFFFF, |a| a >> 16),
            32 => (|a| a & 0xFFFF_FFFF, |a| a >> 32),
            _ => return Err(self.unknown()),
        };
        for target in targets {
            let target = self.target(target)?;
            let next = self.names.new_slot();
            self.unary(rest, next, value);
            self.unary(take, target, value);
            value = next;
        }
        Ok(())
    }

    fn pack(
        &mut self,
        opcode: &Opcode<'a>,
        target: &Operand<'a>,
        sources: &[Operand<'a>],
    ) -> Result<(), PtxError> {
        let scalar = opcode.scalar().ok_or_else(|| self.unknown())?;
        let append: Binary = match scalar.bits() / sources.len().max(1) as u32 {
            8 => |high, low| high << 8 | low & 0xFF,
            16 => |high, low| high << 16 | low & 0xFFFF,
            32 => |high, low| high << 32 | low & 0xFFFF_FFFF,
            _ => return Err(self.unknown()),
        };
        let mut value = self.source(&Operand::Bits(0), scalar)?;
        for source in sources.iter().rev() {
            let source = self.source(source, scalar)?;
            let next = self.names.new_slot();
            self.binary(append, next, value, source);
            value = next;
        }
        let target = self.target(target)?;
        self.unary(|a| a, target, value);
        Ok(())
    }

    fn set_predicate(
        &mut self,
        opcode: &Opcode<'a>,
        targets: &Operand<'a>,
        [a, b]: [&Operand<'a>; 2],
        rest: &[Operand<'a>],
    ) -> Result<(), PtxError> {
        let (name, other) = match targets {
            Operand::Name(name) => (*name, None),
            Operand::Pair(name, other) => (*name, Some(*other)),
            _ => return Err(self.operands_wrong()),
        };
        let compared = self.compare(opcode, [a, b])?;
        let [first, second] = [
            self.target_name(name)?,
            self.target_name(other.unwrap_or("_"))?,
        ];
        let combine: Binary = match rest {
            [] => |a, _| a,
            [_] if opcode.has("and") => |a, b| a & b & 1,
            [_] if opcode.has("or") => |a, b| (a | b) & 1,
            [_] if opcode.has("xor") => |a, b| (a ^ b) & 1,
            _ => return Err(self.unknown()),
        };
        let with = match rest {
            [operand] => self.source(operand, Scalar::Pred)?,
            _ => compared,
        };
        if other.is_some() {
            let negated = self.names.new_slot();
            let result = self.names.new_slot();
            self.unary(|a| !a & 1, negated, compared);
            self.binary(combine, result, negated, with);
            self.binary(combine, first, compared, with);
            self.unary(|a| a, second, result);
        } else {
            self.binary(combine, first, compared, with);
        }
        Ok(())
    }

    /// Compares into a new slot.
    fn compare(
        &mut self,
        opcode: &Opcode<'a>,
        [a, b]: [&Operand<'a>; 2],
    ) -> Result<Slot, PtxError> {
        let scalar = opcode.types.last().copied().ok_or_else(|| self.unknown())?;
        let test = opcode.flags.first().ok_or_else(|| self.unknown())?;
        let known = opcode.flags[1..]
            .iter()
            .all(|flag| matches!(*flag, "and" | "or" | "xor" | "ftz"));
        let f = pure::comparison(test, scalar, opcode.has("ftz")).filter(|_| known);
        let f = f.ok_or_else(|| self.unknown())?;
        let (a, b) = (self.source(a, scalar)?, self.source(b, scalar)?);
        let result = self.names.new_slot();
        self.binary(f, result, a, b);
        Ok(result)
    }

    fn set(
        &mut self,
        opcode: &Opcode<'a>,
        target: &Operand<'a>,
        operands: [&Operand<'a>; 2],
    ) -> Result<(), PtxError> {
        let compared = self.compare(opcode, operands)?;
        let target = self.target(target)?;
        match opcode.types.first() {
            Some(Scalar::U32 | Scalar::S32) => {
                self.unary(|a| if a == 1 { 0xFFFF_FFFF } else { 0 }, target, compared);
            }
            Some(Scalar::F32) => {
                self.unary(|a| if a == 1 { 0x3F80_0000 } else { 0 }, target, compared);
            }
            _ => return Err(self.unknown()),
        }
        Ok(())
    }

    fn carry(
        &mut self,
        opcode: &Opcode<'a>,
        target: &Operand<'a>,
        [a, b]: [&Operand<'a>; 2],
    ) -> Result<(), PtxError> {
        let scalar = opcode
            .scalar()
            .filter(|scalar| scalar.bits() >= 32 && opcode.only(&["cc"]));
        let scalar = scalar.ok_or_else(|| self.unknown())?;
        let (a, b) = (self.source(a, scalar)?, self.source(b, scalar)?);
        let target = self.target(target)?;
        self.add_with_carry(opcode, target, [a, b], scalar);
        Ok(())
    }

    /// Lowers `mad.lo.cc` and its like: a product, then a sum with carry.
    fn carry_product(
        &mut self,
        opcode: &Opcode<'a>,
        target: &Operand<'a>,
        [a, b, c]: [&Operand<'a>; 3],
    ) -> Result<(), PtxError> {
        let scalar = opcode
            .scalar()
            .filter(|scalar| scalar.bits() >= 32 && opcode.only(&["lo", "hi", "cc"]));
        let scalar = scalar.ok_or_else(|| self.unknown())?;
        let half = if opcode.has("hi") { "hi" } else { "lo" };
        let product = Opcode {
            name: "mul",
            flags: vec![half],
            types: vec![scalar],
        };
        let Some(pure::Pure::Two(f)) = pure::find(&product) else {
            return Err(self.unknown());
        };
        let [a, b, c] = [
            self.source(a, scalar)?,
            self.source(b, scalar)?,
            self.source(c, scalar)?,
        ];
        let target = self.target(target)?;
        let product = self.names.new_slot();
        self.binary(f, product, a, b);
        self.add_with_carry(opcode, target, [product, c], scalar);
        Ok(())
    }

    /// Adds or subtracts, takes the carry if the name ends in `c`, and sets
    /// it if `.cc` is said.
    fn add_with_carry(
        &mut self,
        opcode: &Opcode<'a>,
        target: Slot,
        [a, b]: [Slot; 2],
        scalar: Scalar,
    ) {
        let (subtracts, takes) = (opcode.name.starts_with("sub"), opcode.name.ends_with('c'));
        let wide = scalar.bits() == 64;
        let (carry, next) = (self.carry, self.names.new_slot());
        if takes {
            let f = if subtracts {
                pure::BORROW_OF_THREE
            } else {
                pure::CARRY_OF_THREE
            };
            self.emit(Op::Ternary(f[usize::from(wide)], next, [a, b, carry]));
            self.emit(Op::Ternary(
                pure::pick_add_three(subtracts, wide),
                target,
                [a, b, carry],
            ));
        } else {
            let f = if subtracts { pure::BORROW } else { pure::CARRY };
            self.binary(f[usize::from(wide)], next, a, b);
            self.binary(pure::pick_add(subtracts, wide), target, a, b);
        }
        if opcode.has("cc") {
            self.unary(|a| a, carry, next);
        }
    }

    fn test(
        &mut self,
        opcode: &Opcode<'a>,
        target: &Operand<'a>,
        a: &Operand<'a>,
    ) -> Result<(), PtxError> {
        let f: fn(u64) -> u64 = match (&opcode.flags[..], opcode.scalar()) {
            (["finite"], Some(Scalar::F32)) => |a| u64::from(f32::from_bits(a as u32).is_finite()),
            (["infinite"], Some(Scalar::F32)) => {
                |a| u64::from(f32::from_bits(a as u32).is_infinite())
            }
            (["number"], Some(Scalar::F32)) => |a| u64::from(!f32::from_bits(a as u32).is_nan()),
            (["notanumber"], Some(Scalar::F32)) => |a| u64::from(f32::from_bits(a as u32).is_nan()),
            (["normal"], Some(Scalar::F32)) => |a| u64::from(f32::from_bits(a as u32).is_normal()),
            (["subnormal"], Some(Scalar::F32)) => {
                |a| u64::from(f32::from_bits(a as u32).is_subnormal())
            }
            (["finite"], Some(Scalar::F64)) => |a| u64::from(f64::from_bits(a).is_finite()),
            (["infinite"], Some(Scalar::F64)) => |a| u64::from(f64::from_bits(a).is_infinite()),
            (["number"], Some(Scalar::F64)) => |a| u64::from(!f64::from_bits(a).is_nan()),
            (["notanumber"], Some(Scalar::F64)) => |a| u64::from(f64::from_bits(a).is_nan()),
            (["normal"], Some(Scalar::F64)) => |a| u64::from(f64::from_bits(a).is_normal()),
            (["subnormal"], Some(Scalar::F64)) => |a| u64::from(f64::from_bits(a).is_subnormal()),
            _ => return Err(self.unknown()),
        };
        let a = self.source(a, Scalar::B64)?;
        let target = self.target(target)?;
        self.unary(f, target, a);
        Ok(())
    }
}
