//! One function: its declarations, its labels, and one instruction after
//! another.

use std::collections::HashMap;

use crate::{
    error::PtxError,
    lower::{
        Outside, layout,
        names::{self, Name, Names},
    },
    opcode::Opcode,
    program::{Binary, Constant, Function, Instruction, Op, Slot, Unary},
    pure::{self, Pure},
    scalar::Scalar,
    syntax::{self, Item, Operand, Statement, Variable, VariableSpace},
};

/// A function while it is lowered.
#[derive(Debug)]
pub(super) struct Lowering<'a, 'o> {
    pub(super) outside: &'o Outside<'a>,
    pub(super) names: Names<'a>,
    pub(super) code: Vec<Instruction>,
    /// Branches whose labels are looked up at the end.
    pub(super) branches: Vec<(usize, Vec<&'a str>)>,
    pub(super) param_bytes: usize,
    shared_bytes: usize,
    local_bytes: usize,
    labels: HashMap<&'a str, u32>,
    pub(super) carry: Slot,
    pub(super) line: u32,
    pub(super) opcode: &'a str,
}

/// Lowers one function.
pub(super) fn lower<'a>(
    function: &syntax::Function<'a>,
    outside: &Outside<'a>,
) -> Result<Function, PtxError> {
    let mut names = Names::default();
    names.open();
    let carry = names.new_slot();
    let mut this = Lowering {
        outside,
        names,
        code: Vec::new(),
        branches: Vec::new(),
        param_bytes: 0,
        shared_bytes: outside.shared_bytes,
        local_bytes: 0,
        labels: HashMap::new(),
        carry,
        line: function.line,
        opcode: "",
    };
    let signature = outside.functions.get(function.name).cloned();
    let signature = signature.ok_or_else(|| this.refuse("the function is not declared"))?;
    this.param_bytes = signature.bytes;
    for param in signature.params.iter().chain(&signature.returns) {
        this.names
            .add(param.name.clone(), Name::Param(param.offset));
    }
    for item in function.body.iter().flatten() {
        this.item(item)?;
    }
    // A body may end without `ret`.
    this.emit(Op::Return);
    this.resolve()?;
    let (slots, constants) = this.names.finish();
    Ok(Function {
        name: function.name.into(),
        params: signature.params,
        returns: signature.returns,
        param_bytes: this.param_bytes,
        shared_bytes: this.shared_bytes,
        local_bytes: this.local_bytes,
        max_threads: function.max_threads,
        slots,
        constants,
        code: this.code,
    })
}

impl<'a> Lowering<'a, '_> {
    fn item(&mut self, item: &Item<'a>) -> Result<(), PtxError> {
        match item {
            Item::Open => self.names.open(),
            Item::Close => self.names.close(),
            Item::Label(label) => {
                self.labels.insert(label, self.code.len() as u32);
            }
            Item::Targets(name, labels) => {
                let labels = labels.iter().filter_map(|label| match label {
                    Operand::Name(label) => Some(*label),
                    _ => None,
                });
                let labels = labels.collect();
                self.names.targets.insert(name, labels);
            }
            Item::Registers(name, None, scalar) => self.register((*name).to_owned(), *scalar),
            Item::Registers(name, Some(count), scalar) => {
                for number in 0..*count {
                    self.register(format!("{name}{number}"), *scalar);
                }
            }
            Item::Variable(variable) => self.variable(variable),
            Item::Statement(statement) => self.statement(statement)?,
        }
        Ok(())
    }

    fn register(&mut self, name: String, scalar: Scalar) {
        let slot = self.names.new_slot();
        self.names.add(name, Name::Register(slot, scalar));
    }

    fn variable(&mut self, variable: &Variable<'_>) {
        let name = match variable.space {
            VariableSpace::Shared => {
                Name::Shared(Some(layout::place(&mut self.shared_bytes, variable) as u64))
            }
            VariableSpace::Local => {
                Name::Local(layout::place(&mut self.local_bytes, variable) as u64)
            }
            VariableSpace::Param => Name::Param(layout::place(&mut self.param_bytes, variable)),
            VariableSpace::Global => return,
        };
        self.names.add(variable.name.to_owned(), name);
    }

    fn statement(&mut self, statement: &Statement<'a>) -> Result<(), PtxError> {
        self.line = statement.line;
        self.opcode = statement.opcode;
        let start = self.code.len();
        self.instruction(&Opcode::of(statement.opcode), &statement.operands)?;
        let Some((guard, wanted)) = statement.guard else {
            return Ok(());
        };
        let mut guard = self.source(&Operand::Name(guard), Scalar::Pred)?;
        if self.code.len() > start + 1 {
            // The first step may write the predicate that guards the others.
            let kept = self.names.new_slot();
            let keep = Op::Unary(|a| a, kept, guard);
            self.code.insert(
                start,
                Instruction {
                    op: keep,
                    guard: None,
                    line: statement.line,
                },
            );
            guard = kept;
            for branch in self.branches.iter_mut().filter(|branch| branch.0 >= start) {
                branch.0 += 1;
            }
        }
        let kept = usize::from(self.code.len() > start + 1);
        for instruction in &mut self.code[start + kept..] {
            instruction.guard = Some((guard, wanted));
        }
        Ok(())
    }

    fn instruction(
        &mut self,
        opcode: &Opcode<'a>,
        operands: &[Operand<'a>],
    ) -> Result<(), PtxError> {
        if self.control(opcode, operands)?
            || self.memory(opcode, operands)?
            || self.warp(opcode, operands)?
            || self.value(opcode, operands)?
        {
            return Ok(());
        }
        let pure = pure::find(opcode).ok_or_else(|| self.unknown())?;
        let scalar = opcode.types.last().copied().unwrap_or(Scalar::B32);
        let [result, sources @ ..] = operands else {
            return Err(self.operands_wrong());
        };
        let result = self.target(result)?;
        let sources = sources
            .iter()
            .map(|source| self.source(source, scalar))
            .collect::<Result<Vec<_>, _>>()?;
        let op = match (pure, &sources[..]) {
            (Pure::One(f), [a]) => Op::Unary(f, result, *a),
            (Pure::Two(f), [a, b]) => Op::Binary(f, result, [*a, *b]),
            (Pure::Three(f), [a, b, c]) => Op::Ternary(f, result, [*a, *b, *c]),
            (Pure::Four(f), [a, b, c, d]) => Op::Quaternary(f, result, [*a, *b, *c, *d]),
            _ => return Err(self.operands_wrong()),
        };
        self.emit(op);
        Ok(())
    }

    /// Fills in where the branches go.
    fn resolve(&mut self) -> Result<(), PtxError> {
        for (at, labels) in &self.branches {
            let instruction = &mut self.code[*at];
            let find = |label: &&str| {
                let missing =
                    || PtxError::new(instruction.line, format!("the label `{label}` is nowhere"));
                self.labels.get(label).copied().ok_or_else(missing)
            };
            let targets = labels.iter().map(find).collect::<Result<Vec<_>, _>>()?;
            match &mut instruction.op {
                Op::Branch(target) => *target = targets[0],
                Op::BranchIndex(_, all) => *all = targets.into(),
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn emit(&mut self, op: Op) {
        self.code.push(Instruction {
            op,
            guard: None,
            line: self.line,
        });
    }

    pub(super) fn unary(&mut self, f: Unary, result: Slot, a: Slot) {
        self.emit(Op::Unary(f, result, a));
    }

    pub(super) fn binary(&mut self, f: Binary, result: Slot, a: Slot, b: Slot) {
        self.emit(Op::Binary(f, result, [a, b]));
    }

    /// Returns the slot of a register that is written; `_` is a new one.
    pub(super) fn target(&mut self, operand: &Operand<'a>) -> Result<Slot, PtxError> {
        self.target_name(match operand {
            Operand::Name(name) => name,
            _ => return Err(self.operands_wrong()),
        })
    }

    pub(super) fn target_name(&mut self, name: &str) -> Result<Slot, PtxError> {
        Ok(self.target_of(name)?.0)
    }

    /// Returns the slot of a register that is written, and its type.
    pub(super) fn target_of(&mut self, name: &str) -> Result<(Slot, Scalar), PtxError> {
        if name == "_" {
            return Ok((self.names.new_slot(), Scalar::B64));
        }
        match self.names.find(name) {
            Some(Name::Register(slot, scalar)) => Ok((*slot, *scalar)),
            _ => Err(self.refuse(&format!("`{name}` is not a declared register"))),
        }
    }

    /// Returns the slot that holds an operand.
    pub(super) fn source(
        &mut self,
        operand: &Operand<'a>,
        scalar: Scalar,
    ) -> Result<Slot, PtxError> {
        let constant = match operand {
            Operand::Name(name) => match self.meaning(name) {
                Some(Name::Register(slot, _)) => return Ok(slot),
                Some(Name::Shared(Some(offset))) => Constant::Value(offset),
                Some(Name::Shared(None)) => Constant::DynamicShared,
                Some(Name::Local(offset)) => Constant::Local(offset),
                Some(Name::Global(offset)) => Constant::Global(offset),
                Some(Name::Param(offset)) => Constant::Value(offset as u64),
                None => match (names::special(name), *name) {
                    (Some(special), _) => Constant::Special(special),
                    (None, "WARP_SZ") => Constant::Value(32),
                    _ => {
                        return Err(self.refuse(&format!(
                            "`{name}` is not declared, and no special register known"
                        )));
                    }
                },
            },
            Operand::Bits(bits) => Constant::Value(bits & scalar.mask()),
            Operand::Decimal(number) if scalar == Scalar::F64 => Constant::Value(number.to_bits()),
            Operand::Decimal(number) => Constant::Value(u64::from((*number as f32).to_bits())),
            Operand::Not(name) => {
                let slot = self.source(&Operand::Name(name), Scalar::Pred)?;
                let result = self.names.new_slot();
                self.unary(|a| !a & 1, result, slot);
                return Ok(result);
            }
            _ => return Err(self.operands_wrong()),
        };
        Ok(self.names.constant(constant))
    }

    fn meaning(&self, name: &str) -> Option<Name> {
        let found = self.names.find(name).cloned();
        found
            .or_else(|| {
                self.outside
                    .shared
                    .get(name)
                    .map(|place| Name::Shared(*place))
            })
            .or_else(|| {
                self.outside
                    .globals
                    .get(name)
                    .map(|place| Name::Global(*place))
            })
    }

    /// Returns the offset of a parameter of this function or of a call.
    pub(super) fn param(&self, operand: &Operand<'_>) -> Result<usize, PtxError> {
        match operand {
            Operand::Name(name) => match self.names.find(name) {
                Some(Name::Param(offset)) => Ok(*offset),
                _ => Err(self.refuse(&format!("`{name}` is not a declared parameter"))),
            },
            _ => Err(self.operands_wrong()),
        }
    }

    pub(super) fn refuse(&self, reason: &str) -> PtxError {
        PtxError::new(self.line, reason)
    }

    pub(super) fn unknown(&self) -> PtxError {
        self.refuse(&format!(
            "the instruction `{}` is not known to this interpreter",
            self.opcode
        ))
    }

    pub(super) fn operands_wrong(&self) -> PtxError {
        self.refuse(&format!(
            "`{}` has operands that it cannot have",
            self.opcode
        ))
    }
}
