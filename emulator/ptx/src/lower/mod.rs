//! Turns a text's functions into programs: names become slots.

mod control;
mod function;
mod layout;
mod memory;
mod names;
mod value;
mod warp;

use std::{collections::HashMap, sync::Arc};

use crate::{
    error::PtxError,
    launch::Param,
    program::Program,
    syntax::{self, VariableSpace},
};

/// The first bit that an address in shared memory has, seen from anywhere.
pub(crate) const SHARED_BASE: u64 = 1 << 60;
pub(crate) const LOCAL_BASE: u64 = 2 << 60;
pub(crate) const PARAM_BASE: u64 = 3 << 60;

/// What functions may name of the module.
#[derive(Debug, Default)]
struct Outside<'a> {
    /// Offsets in `.global` and `.const` memory.
    globals: HashMap<&'a str, u64>,
    /// Offsets in shared memory; none if the launch says how much it is.
    shared: HashMap<&'a str, Option<u64>>,
    shared_bytes: usize,
    functions: HashMap<&'a str, Signature>,
}

/// What a call needs to know of a function.
#[derive(Clone, Debug)]
struct Signature {
    number: usize,
    params: Vec<Param>,
    returns: Vec<Param>,
    bytes: usize,
    defined: bool,
}

/// Reads and lowers a text.
pub(crate) fn module(text: &str) -> Result<Program, PtxError> {
    let module = syntax::read(text)?;
    let mut program = Program::default();
    let mut outside = Outside::default();
    layout::globals(&module.variables, &mut program, &mut outside)?;
    for variable in module
        .variables
        .iter()
        .filter(|variable| variable.space == VariableSpace::Shared)
    {
        let place =
            (!variable.external).then(|| layout::place(&mut outside.shared_bytes, variable) as u64);
        outside.shared.insert(variable.name, place);
    }
    let defined: Vec<_> = module
        .functions
        .iter()
        .filter(|function| function.body.is_some())
        .collect();
    for function in &module.functions {
        let number = defined.iter().position(|other| other.name == function.name);
        let (params, mut bytes) = layout::params(&function.params, 0);
        let (returns, end) = layout::params(&function.returns, bytes);
        bytes = end;
        let signature = Signature {
            number: number.unwrap_or(0),
            params,
            returns,
            bytes,
            defined: number.is_some(),
        };
        outside.functions.insert(function.name, signature);
    }
    for (number, function) in defined.into_iter().enumerate() {
        program
            .functions
            .push(Arc::new(function::lower(function, &outside)?));
        if function.is_kernel {
            program.kernels.insert(function.name.to_owned(), number);
            program.kernel_names.push(function.name.to_owned());
        }
    }
    Ok(program)
}
