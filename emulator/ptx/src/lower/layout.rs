//! Where variables and parameters lie.

use crate::{
    error::PtxError,
    launch::Param,
    lower::Outside,
    program::Program,
    syntax::{Initial, Operand, Variable, VariableSpace},
};

/// Takes room for a variable; returns its offset.
pub(super) fn place(end: &mut usize, variable: &Variable<'_>) -> usize {
    let start = end.next_multiple_of(variable.align.max(1));
    *end = start + variable.bytes;
    start
}

/// Lays out parameters from an offset on; returns the end as well.
pub(super) fn params(variables: &[Variable<'_>], start: usize) -> (Vec<Param>, usize) {
    let mut end = start;
    let params = variables.iter().map(|variable| Param {
        name: variable.name.to_owned(),
        offset: place(&mut end, variable),
        bytes: variable.bytes,
        align: variable.align,
    });
    (params.collect(), end)
}

/// Lays out the module's variables, and fills in what they hold.
pub(super) fn globals<'a>(
    variables: &[Variable<'a>],
    program: &mut Program,
    outside: &mut Outside<'a>,
) -> Result<(), PtxError> {
    let mut end = 0;
    for variable in variables
        .iter()
        .filter(|variable| variable.space == VariableSpace::Global)
    {
        if variable.external {
            let reason = format!(
                "`{}` is declared `.extern`: modules are not linked here",
                variable.name
            );
            return Err(PtxError::new(variable.line, reason));
        }
        let start = place(&mut end, variable);
        outside.globals.insert(variable.name, start as u64);
        program
            .global_places
            .insert(variable.name.to_owned(), (start, variable.bytes));
        program.globals.resize(end, 0);
        let elements = program.globals[start..end].chunks_mut(variable.element.bytes());
        if variable.initial.len() > elements.len() {
            return Err(PtxError::new(
                variable.line,
                format!("`{}` has too many initial values", variable.name),
            ));
        }
        for (element, initial) in elements.zip(&variable.initial) {
            let bits = bits(variable, initial)?;
            element.copy_from_slice(&bits.to_le_bytes()[..element.len()]);
        }
    }
    Ok(())
}

fn bits(variable: &Variable<'_>, initial: &Initial<'_>) -> Result<u64, PtxError> {
    match initial {
        Initial::Number(Operand::Bits(bits)) => Ok(*bits),
        Initial::Number(Operand::Decimal(number)) if variable.element.bytes() == 4 => {
            Ok(u64::from((*number as f32).to_bits()))
        }
        Initial::Number(Operand::Decimal(number)) => Ok(number.to_bits()),
        // Where the caller puts the variables is known only at a launch.
        Initial::Address(name, _) => {
            let reason = format!(
                "`{}` holds the address of `{name}`, which is not known here",
                variable.name
            );
            Err(PtxError::new(variable.line, reason))
        }
        Initial::Number(_) => Err(PtxError::new(
            variable.line,
            format!("`{}` has an initial value that is no number", variable.name),
        )),
    }
}
