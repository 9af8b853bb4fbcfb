//! What stands between a function's braces.

use crate::{
    error::PtxError,
    scalar::Scalar,
    syntax::{
        operand::{Operand, integer},
        variable::{Variable, VariableSpace},
    },
    token::{Token, Tokens},
};

/// One thing in a body.
#[derive(Debug)]
pub(crate) enum Item<'a> {
    /// Registers: a name and, for `%r<9>`, how many; their type.
    Registers(&'a str, Option<u32>, Scalar),
    Variable(Variable<'a>),
    Label(&'a str),
    /// The labels that `brx.idx` chooses from.
    Targets(&'a str, Vec<Operand<'a>>),
    Statement(Statement<'a>),
    /// Names declared in a scope end with it.
    Open,
    Close,
}

/// One instruction as it stands in the text.
#[derive(Debug)]
pub(crate) struct Statement<'a> {
    pub(crate) line: u32,
    /// The predicate, and what it must be.
    pub(crate) guard: Option<(&'a str, bool)>,
    pub(crate) opcode: &'a str,
    pub(crate) operands: Vec<Operand<'a>>,
}

/// Reads a body, braces included.
pub(crate) fn read<'a>(tokens: &mut Tokens<'a>) -> Result<Vec<Item<'a>>, PtxError> {
    tokens.expect('{')?;
    let (mut items, mut depth) = (Vec::new(), 1);
    loop {
        if tokens.accept('{') {
            depth += 1;
            items.push(Item::Open);
        } else if tokens.accept('}') {
            depth -= 1;
            if depth == 0 {
                return Ok(items);
            }
            items.push(Item::Close);
        } else if !tokens.accept(';') {
            item(tokens, &mut items)?;
        }
    }
}

fn item<'a>(tokens: &mut Tokens<'a>, items: &mut Vec<Item<'a>>) -> Result<(), PtxError> {
    if tokens.peek() == Some(Token::Sign('@')) {
        items.push(Item::Statement(statement(tokens)?));
        return Ok(());
    }
    let Some(Token::Word(word)) = tokens.peek() else {
        return Err(tokens.unexpected("an instruction"));
    };
    if !word.starts_with('.') {
        return instruction_or_label(tokens, items);
    }
    let line = tokens.line();
    tokens.take();
    match word {
        ".reg" => registers(tokens, items),
        ".loc" | ".file" => {
            tokens.skip_line();
            Ok(())
        }
        ".pragma" => {
            while !tokens.accept(';') {
                tokens
                    .take()
                    .ok_or_else(|| PtxError::new(line, "`.pragma` without `;`"))?;
            }
            Ok(())
        }
        _ => match VariableSpace::named(word) {
            Some(space) => {
                items.push(Item::Variable(Variable::read(tokens, space)?));
                tokens.expect(';')
            }
            None => Err(PtxError::new(
                line,
                format!("the directive `{word}` is not known within a function"),
            )),
        },
    }
}

fn instruction_or_label<'a>(
    tokens: &mut Tokens<'a>,
    items: &mut Vec<Item<'a>>,
) -> Result<(), PtxError> {
    let line = tokens.line();
    let word = tokens.word("an instruction")?;
    if !tokens.accept(':') {
        items.push(Item::Statement(operands(tokens, line, None, word)?));
        return Ok(());
    }
    if tokens.peek() == Some(Token::Word(".branchtargets")) {
        tokens.take();
        let targets = operands(tokens, line, None, word)?.operands;
        items.push(Item::Targets(word, targets));
    } else {
        items.push(Item::Label(word));
    }
    Ok(())
}

fn registers<'a>(tokens: &mut Tokens<'a>, items: &mut Vec<Item<'a>>) -> Result<(), PtxError> {
    let line = tokens.line();
    let word = tokens.word("a type")?;
    let kind = word.strip_prefix('.').and_then(Scalar::named);
    let kind = kind
        .ok_or_else(|| PtxError::new(line, format!("registers of type `{word}` are not known")))?;
    loop {
        let name = tokens.word("a register")?;
        let count = if tokens.accept('<') {
            let wrong = tokens.unexpected("a number of registers");
            let count =
                integer(tokens.word("a number of registers")?).filter(|count| *count <= 1 << 20);
            tokens.expect('>')?;
            Some(count.ok_or(wrong)? as u32)
        } else {
            None
        };
        items.push(Item::Registers(name, count, kind));
        if !tokens.accept(',') {
            return tokens.expect(';');
        }
    }
}

fn statement<'a>(tokens: &mut Tokens<'a>) -> Result<Statement<'a>, PtxError> {
    let line = tokens.line();
    tokens.expect('@')?;
    let wanted = !tokens.accept('!');
    let guard = tokens.word("a predicate")?;
    let opcode = tokens.word("an instruction")?;
    operands(tokens, line, Some((guard, wanted)), opcode)
}

fn operands<'a>(
    tokens: &mut Tokens<'a>,
    line: u32,
    guard: Option<(&'a str, bool)>,
    opcode: &'a str,
) -> Result<Statement<'a>, PtxError> {
    let mut operands = Vec::new();
    while !tokens.accept(';') {
        operands.push(Operand::read(tokens)?);
        if !tokens.accept(',') {
            tokens.expect(';')?;
            break;
        }
    }
    Ok(Statement {
        line,
        guard,
        opcode,
        operands,
    })
}
