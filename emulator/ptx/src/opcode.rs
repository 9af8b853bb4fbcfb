//! An opcode cut into its name, its flags and its types.

use crate::scalar::Scalar;

/// `mul.wide.u32` is the name `mul`, the flag `wide` and the type `u32`.
#[derive(Debug)]
pub(crate) struct Opcode<'a> {
    pub(crate) name: &'a str,
    pub(crate) flags: Vec<&'a str>,
    pub(crate) types: Vec<Scalar>,
}

/// How a result is rounded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Round {
    Nearest,
    Zero,
    Down,
    Up,
}

impl<'a> Opcode<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        let mut words = text.split('.').filter(|word| !word.is_empty());
        let name = words.next().unwrap_or_default();
        let (mut flags, mut types) = (Vec::new(), Vec::new());
        for word in words {
            match Scalar::named(word) {
                Some(scalar) => types.push(scalar),
                // A block is never one of a cluster here.
                None => flags.push(word.strip_suffix("::cta").unwrap_or(word)),
            }
        }
        Self { name, flags, types }
    }

    pub(crate) fn has(&self, flag: &str) -> bool {
        self.flags.contains(&flag)
    }

    /// Tells whether there is no flag but these.
    pub(crate) fn only(&self, known: &[&str]) -> bool {
        self.flags.iter().all(|flag| known.contains(flag))
    }

    /// Returns the type if there is just one.
    pub(crate) fn scalar(&self) -> Option<Scalar> {
        match self.types[..] {
            [scalar] => Some(scalar),
            _ => None,
        }
    }

    /// Returns how the result is rounded, to nearest if nothing is said.
    pub(crate) fn round(&self) -> Round {
        let said = |names: [&str; 2]| names.iter().any(|name| self.has(name));
        if said(["rz", "rzi"]) {
            Round::Zero
        } else if said(["rm", "rmi"]) {
            Round::Down
        } else if said(["rp", "rpi"]) {
            Round::Up
        } else {
            Round::Nearest
        }
    }
}
