//! Declarations of variables and parameters.

use crate::{
    error::PtxError,
    scalar::Scalar,
    syntax::operand::Operand,
    token::{Token, Tokens},
};

/// Where a variable lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum VariableSpace {
    /// `.global` or `.const`.
    Global,
    Shared,
    Local,
    Param,
}

/// One declared variable.
#[derive(Debug)]
pub(crate) struct Variable<'a> {
    pub(crate) name: &'a str,
    pub(crate) space: VariableSpace,
    pub(crate) element: Scalar,
    pub(crate) align: usize,
    pub(crate) bytes: usize,
    /// Declared elsewhere, or sized by the launch.
    pub(crate) external: bool,
    /// What it holds at first, element by element.
    pub(crate) initial: Vec<Initial<'a>>,
    pub(crate) line: u32,
}

/// An element of an initialiser.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Initial<'a> {
    Number(Operand<'a>),
    /// The address of another variable, and an offset.
    Address(&'a str, u64),
}

impl VariableSpace {
    pub(crate) fn named(word: &str) -> Option<Self> {
        Some(match word {
            ".global" | ".const" => Self::Global,
            ".shared" => Self::Shared,
            ".local" => Self::Local,
            ".param" => Self::Param,
            _ => return None,
        })
    }
}

impl<'a> Variable<'a> {
    /// Reads a declaration whose space has been read, up to what follows it.
    pub(crate) fn read(tokens: &mut Tokens<'a>, space: VariableSpace) -> Result<Self, PtxError> {
        let line = tokens.line();
        let (mut align, mut element, mut lanes) = (None, None, 1);
        let name = loop {
            let word = tokens.word("a type or a name")?;
            match word {
                ".align" => align = Some(size(tokens)?),
                ".v2" => lanes = 2,
                ".v4" => lanes = 4,
                // Attributes of parameters that are pointers.
                ".ptr" | ".global" | ".shared" | ".const" | ".local" | ".managed" | ".unified" => {}
                _ if word.starts_with('.') => {
                    let found = Scalar::named(&word[1..]);
                    let refused = || {
                        PtxError::new(
                            line,
                            format!("`{word}` is not a type that variables may have"),
                        )
                    };
                    element = Some(found.ok_or_else(refused)?);
                }
                _ => break word,
            }
        };
        let element = element
            .ok_or_else(|| PtxError::new(line, format!("`{name}` is declared without a type")))?;
        let mut this = Self {
            name,
            space,
            element,
            align: align.unwrap_or(element.bytes() * lanes),
            bytes: element.bytes() * lanes,
            external: false,
            initial: Vec::new(),
            line,
        };
        this.read_dimensions(tokens)?;
        if tokens.accept('=') {
            this.read_initial(tokens)?;
        }
        Ok(this)
    }

    fn read_dimensions(&mut self, tokens: &mut Tokens<'a>) -> Result<(), PtxError> {
        while tokens.accept('[') {
            if tokens.accept(']') {
                self.bytes = 0;
                continue;
            }
            let count = size(tokens)?;
            tokens.expect(']')?;
            let total = self
                .bytes
                .checked_mul(count)
                .filter(|total| *total <= 1 << 32);
            self.bytes = total
                .ok_or_else(|| PtxError::new(self.line, format!("`{}` is too large", self.name)))?;
        }
        Ok(())
    }

    fn read_initial(&mut self, tokens: &mut Tokens<'a>) -> Result<(), PtxError> {
        let mut depth = 0;
        loop {
            match tokens.peek() {
                Some(Token::Sign('{')) => depth += 1,
                Some(Token::Sign('}')) => depth -= 1,
                Some(Token::Sign(',')) if depth > 0 => {}
                _ => {
                    self.initial.push(element(tokens)?);
                    if depth == 0 {
                        return Ok(());
                    }
                    continue;
                }
            }
            tokens.take();
            if depth == 0 {
                return Ok(());
            }
        }
    }
}

/// Reads `5`, `name`, `name+8` or `generic(name)+8`.
fn element<'a>(tokens: &mut Tokens<'a>) -> Result<Initial<'a>, PtxError> {
    let name = match Operand::read(tokens)? {
        Operand::Name("generic") => {
            tokens.expect('(')?;
            let name = tokens.word("a variable")?;
            tokens.expect(')')?;
            name
        }
        Operand::Name(name) => name,
        number => return Ok(Initial::Number(number)),
    };
    let offset = if tokens.accept('+') {
        size(tokens)? as u64
    } else {
        0
    };
    Ok(Initial::Address(name, offset))
}

fn size(tokens: &mut Tokens<'_>) -> Result<usize, PtxError> {
    let wrong = tokens.unexpected("a size");
    let word = tokens.word("a size")?;
    super::integer(word)
        .and_then(|size| usize::try_from(size).ok())
        .ok_or(wrong)
}
