//! Branches, calls, barriers.

use crate::{
    error::PtxError,
    launch::Param,
    lower::function::Lowering,
    opcode::Opcode,
    program::{Barrier, Call, Op, Reduce},
    scalar::Scalar,
    syntax::Operand,
};

impl<'a> Lowering<'a, '_> {
    /// Lowers an instruction of this file; tells whether it was one.
    pub(super) fn control(
        &mut self,
        opcode: &Opcode<'a>,
        operands: &[Operand<'a>],
    ) -> Result<bool, PtxError> {
        match (opcode.name, operands) {
            ("bra", [Operand::Name(label)]) if opcode.only(&["uni"]) => {
                self.branches.push((self.code.len(), vec![label]));
                self.emit(Op::Branch(0));
            }
            ("brx", [index, Operand::Name(table)]) if opcode.only(&["idx", "uni"]) => {
                let index = self.source(index, Scalar::U32)?;
                let missing = self.refuse(&format!("`{table}` is no list of labels"));
                let labels = self.names.targets.get(table).cloned().ok_or(missing)?;
                self.branches.push((self.code.len(), labels));
                self.emit(Op::BranchIndex(index, Box::default()));
            }
            ("ret", []) => self.emit(Op::Return),
            ("exit", []) => self.emit(Op::Exit),
            ("trap", []) => self.emit(Op::Trap),
            // Threads run one after another, so every access is ordered.
            ("membar" | "fence", []) => self.emit(Op::Nothing),
            ("nanosleep" | "prefetch" | "prefetchu" | "discard" | "brkpt" | "pmevent", _) => {
                self.emit(Op::Nothing);
            }
            ("call", _) => self.call(operands)?,
            ("bar" | "barrier", _) if !opcode.has("warp") => self.barrier(opcode, operands)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn call(&mut self, operands: &[Operand<'a>]) -> Result<(), PtxError> {
        let (returned, name, passed): (&[_], _, &[_]) = match operands {
            [Operand::Name(name)] => (&[], name, &[]),
            [Operand::Name(name), Operand::List(passed)] => (&[], name, passed),
            [Operand::List(returned), Operand::Name(name)] => (returned, name, &[]),
            [
                Operand::List(returned),
                Operand::Name(name),
                Operand::List(passed),
            ] => (returned, name, passed),
            _ => return Err(self.operands_wrong()),
        };
        let found = self.outside.functions.get(name);
        let signature = found.filter(|signature| signature.defined);
        let signature = signature.ok_or_else(|| {
            self.refuse(&format!("`{name}` is called, but not defined in this text"))
        })?;
        if signature.params.len() != passed.len() || signature.returns.len() != returned.len() {
            return Err(self.refuse(&format!(
                "`{name}` is called with the wrong number of parameters"
            )));
        }
        let function = signature.number;
        let arguments: Vec<_> = passed
            .iter()
            .map(|operand| self.param(operand))
            .collect::<Result<_, _>>()?;
        let results: Vec<_> = returned
            .iter()
            .map(|operand| self.param(operand))
            .collect::<Result<_, _>>()?;
        let ends = |offsets: &[usize], params: &[Param]| {
            let end = offsets
                .iter()
                .zip(params)
                .map(|(offset, param)| offset + param.bytes)
                .max();
            end.unwrap_or(0)
        };
        let end = ends(&arguments, &signature.params).max(ends(&results, &signature.returns));
        if end > self.param_bytes {
            return Err(self.refuse(&format!(
                "`{name}` is called with parameters smaller than its own"
            )));
        }
        self.emit(Op::Call(Box::new(Call {
            function,
            arguments,
            results,
        })));
        Ok(())
    }

    fn barrier(&mut self, opcode: &Opcode<'a>, operands: &[Operand<'a>]) -> Result<(), PtxError> {
        let flags: Vec<_> = opcode
            .flags
            .iter()
            .copied()
            .filter(|flag| !matches!(*flag, "cta" | "aligned"))
            .collect();
        let (reduce, operands) = match (&flags[..], operands) {
            (["red", kind], [target, middle @ .., predicate]) => {
                let kind = match (*kind, opcode.scalar()) {
                    ("popc", Some(Scalar::U32)) => Reduce::Count,
                    ("and", Some(Scalar::Pred)) => Reduce::All,
                    ("or", Some(Scalar::Pred)) => Reduce::Any,
                    _ => return Err(self.unknown()),
                };
                let predicate = self.source(predicate, Scalar::Pred)?;
                (Some((kind, self.target(target)?, predicate)), middle)
            }
            (["sync" | "arrive"], operands) => (None, operands),
            _ => return Err(self.unknown()),
        };
        let (number, threads) = match operands {
            [number] => (number, None),
            [number, threads] => (number, Some(self.source(threads, Scalar::U32)?)),
            _ => return Err(self.operands_wrong()),
        };
        let number = self.source(number, Scalar::U32)?;
        let waits = !opcode.has("arrive");
        self.emit(Op::Barrier(Box::new(Barrier {
            number,
            threads,
            waits,
            reduce,
        })));
        Ok(())
    }
}
