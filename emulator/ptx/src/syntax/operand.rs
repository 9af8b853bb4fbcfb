//! Operands of instructions.

use crate::{
    error::PtxError,
    token::{Token, Tokens},
};

/// An operand as it stands in the text.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Operand<'a> {
    /// A register, a variable, a label or a function.
    Name(&'a str),
    /// The bits of a number: whole, or `0f…`/`0d…`.
    Bits(u64),
    /// A number with a decimal point.
    Decimal(f64),
    /// `!p`.
    Not(&'a str),
    /// `p|q`.
    Pair(&'a str, &'a str),
    /// `{a, b}`.
    Vector(Vec<Self>),
    /// `(a, b)`, of calls.
    List(Vec<Self>),
    /// `[name+offset]` or `[number]`.
    Address(Option<&'a str>, i64),
}

impl<'a> Operand<'a> {
    /// Reads one operand.
    pub(crate) fn read(tokens: &mut Tokens<'a>) -> Result<Self, PtxError> {
        match tokens.peek() {
            Some(Token::Sign('{')) => Ok(Self::Vector(list(tokens, '{', '}')?)),
            Some(Token::Sign('(')) => Ok(Self::List(list(tokens, '(', ')')?)),
            Some(Token::Sign('[')) => address(tokens),
            Some(Token::Sign('!')) => {
                tokens.take();
                Ok(Self::Not(tokens.word("a predicate")?))
            }
            Some(Token::Sign('-')) => {
                tokens.take();
                negated(tokens)
            }
            _ => word(tokens),
        }
    }
}

fn list<'a>(
    tokens: &mut Tokens<'a>,
    open: char,
    close: char,
) -> Result<Vec<Operand<'a>>, PtxError> {
    tokens.expect(open)?;
    let mut all = Vec::new();
    while !tokens.accept(close) {
        all.push(Operand::read(tokens)?);
        if !tokens.accept(',') {
            tokens.expect(close)?;
            break;
        }
    }
    Ok(all)
}

fn address<'a>(tokens: &mut Tokens<'a>) -> Result<Operand<'a>, PtxError> {
    tokens.expect('[')?;
    let negative = tokens.accept('-');
    let word = tokens.word("an address")?;
    let (name, mut offset) = match integer(word) {
        Some(number) => (None, number as i64),
        None => (Some(word), 0),
    };
    if negative {
        offset = offset.wrapping_neg();
    }
    while tokens.peek() != Some(Token::Sign(']')) {
        // NVRTC writes both `+-4` and `-4`.
        let plus = tokens.accept('+');
        let minus = tokens.accept('-');
        let number = tokens.word("an offset")?;
        let Some(number) = integer(number).filter(|_| plus || minus) else {
            return Err(tokens.unexpected("`]`"));
        };
        offset = offset.wrapping_add(if minus {
            (number as i64).wrapping_neg()
        } else {
            number as i64
        });
    }
    tokens.expect(']')?;
    Ok(Operand::Address(name, offset))
}

fn negated<'a>(tokens: &mut Tokens<'a>) -> Result<Operand<'a>, PtxError> {
    match word(tokens)? {
        Operand::Bits(bits) => Ok(Operand::Bits(bits.wrapping_neg())),
        Operand::Decimal(number) => Ok(Operand::Decimal(-number)),
        _ => Err(tokens.unexpected("a number after `-`")),
    }
}

fn word<'a>(tokens: &mut Tokens<'a>) -> Result<Operand<'a>, PtxError> {
    let word = tokens.word("an operand")?;
    if tokens.accept('|') {
        return Ok(Operand::Pair(word, tokens.word("a predicate after `|`")?));
    }
    if !word.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(Operand::Name(word));
    }
    if let Some(bits) = integer(word) {
        return Ok(Operand::Bits(bits));
    }
    // The tokens cut `1.0e-3` at its sign.
    let whole = if word.ends_with(['e', 'E']) && tokens.accept('-') {
        format!("{word}-{}", tokens.word("an exponent")?)
    } else {
        word.to_owned()
    };
    whole
        .parse()
        .map(Operand::Decimal)
        .map_err(|_| tokens.unexpected(&format!("a number, not `{word}`,")))
}

/// Reads a whole number, or the bits of a floating one: `0f3F800000`.
pub(crate) fn integer(word: &str) -> Option<u64> {
    let digits = word.strip_suffix('U').unwrap_or(word);
    let (radix, digits) = match digits.get(..2) {
        Some("0x" | "0X" | "0f" | "0F" | "0d" | "0D") => (16, &digits[2..]),
        Some("0b" | "0B") => (2, &digits[2..]),
        _ if digits.len() > 1 && digits.starts_with('0') && !digits.contains('.') => (8, digits),
        _ => (10, digits),
    };
    u64::from_str_radix(digits, radix).ok()
}
