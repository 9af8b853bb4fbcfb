//! A whole text.

use crate::{
    error::PtxError,
    syntax::{
        body::{self, Item},
        integer,
        variable::{Variable, VariableSpace},
    },
    token::{Token, Tokens},
};

/// What a text declares, in its order.
#[derive(Debug, Default)]
pub(crate) struct Module<'a> {
    pub(crate) variables: Vec<Variable<'a>>,
    pub(crate) functions: Vec<Function<'a>>,
}

/// A kernel or a device function.
#[derive(Debug)]
pub(crate) struct Function<'a> {
    pub(crate) name: &'a str,
    pub(crate) is_kernel: bool,
    pub(crate) returns: Vec<Variable<'a>>,
    pub(crate) params: Vec<Variable<'a>>,
    pub(crate) max_threads: Option<u32>,
    /// None if it is only declared.
    pub(crate) body: Option<Vec<Item<'a>>>,
    pub(crate) line: u32,
}

/// Reads a text.
pub(crate) fn read(text: &str) -> Result<Module<'_>, PtxError> {
    let mut tokens = Tokens::of(text)?;
    let mut module = Module::default();
    let mut external = false;
    while let Some(token) = tokens.peek() {
        let line = tokens.line();
        let Token::Word(word) = token else {
            return Err(tokens.unexpected("a directive"));
        };
        tokens.take();
        match word {
            ".version" | ".target" | ".address_size" | ".file" => tokens.skip_line(),
            ".visible" | ".weak" | ".common" => {}
            ".extern" => {
                external = true;
                continue;
            }
            ".entry" | ".func" => module
                .functions
                .push(function(&mut tokens, word == ".entry")?),
            ".section" => skip_section(&mut tokens)?,
            _ => {
                let unknown =
                    || PtxError::new(line, format!("the directive `{word}` is not known"));
                let space = VariableSpace::named(word).ok_or_else(unknown)?;
                let mut variable = Variable::read(&mut tokens, space)?;
                variable.external = external;
                tokens.expect(';')?;
                module.variables.push(variable);
            }
        }
        external = external && matches!(word, ".visible" | ".weak");
    }
    Ok(module)
}

fn function<'a>(tokens: &mut Tokens<'a>, is_kernel: bool) -> Result<Function<'a>, PtxError> {
    let line = tokens.line();
    let returns = params(tokens)?;
    let name = tokens.word("a function's name")?;
    let params = params(tokens)?;
    let max_threads = limits(tokens)?;
    let body = if tokens.accept(';') {
        None
    } else {
        Some(body::read(tokens)?)
    };
    Ok(Function {
        name,
        is_kernel,
        returns,
        params,
        max_threads,
        body,
        line,
    })
}

fn params<'a>(tokens: &mut Tokens<'a>) -> Result<Vec<Variable<'a>>, PtxError> {
    let mut all = Vec::new();
    if !tokens.accept('(') {
        return Ok(all);
    }
    while !tokens.accept(')') {
        let line = tokens.line();
        match tokens.word("`.param`")? {
            ".param" => all.push(Variable::read(tokens, VariableSpace::Param)?),
            found => {
                return Err(PtxError::new(
                    line,
                    format!("found `{found}` where `.param` belongs"),
                ));
            }
        }
        tokens.accept(',');
    }
    Ok(all)
}

/// Reads what stands between a function's parameters and its body.
fn limits(tokens: &mut Tokens<'_>) -> Result<Option<u32>, PtxError> {
    let mut threads = None;
    while let Some(Token::Word(word)) = tokens.peek() {
        let line = tokens.line();
        tokens.take();
        let mut numbers = Vec::new();
        while let Some(Token::Word(number)) = tokens.peek()
            && let Some(number) = integer(number)
        {
            tokens.take();
            numbers.push(number as u32);
            tokens.accept(',');
        }
        match word {
            ".maxntid" | ".reqntid" => threads = numbers.into_iter().reduce(u32::saturating_mul),
            ".minnctapersm" | ".maxnreg" | ".maxnctapersm" | ".noreturn" => {}
            _ => {
                return Err(PtxError::new(
                    line,
                    format!("the directive `{word}` is not known at a function"),
                ));
            }
        }
    }
    Ok(threads)
}

/// Passes over what only debuggers read.
fn skip_section(tokens: &mut Tokens<'_>) -> Result<(), PtxError> {
    while !tokens.accept('}') {
        if tokens.take().is_none() {
            return Err(tokens.unexpected("`}`"));
        }
    }
    Ok(())
}
