//! Reads tokens into variables, functions and statements, with names as they
//! stand in the text.

mod body;
mod module;
mod operand;
mod variable;

pub(crate) use body::{Item, Statement};
pub(crate) use module::{Function, read};
pub(crate) use operand::{Operand, integer};
pub(crate) use variable::{Initial, Variable, VariableSpace};
