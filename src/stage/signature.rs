use std::fmt;

use crate::message::{Capabilities, MessageType};

/// What a registered stage reads and emits.
///
/// A stage that accepts several message types has several of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// What it reads; nothing if it is a source.
    pub inputs: Vec<PortType>,
    /// What it emits; nothing if it is a sink.
    pub outputs: Vec<PortType>,
}

/// One inlet or outlet of a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortType {
    /// Its name; `0` for the only one of a stage.
    pub name: String,
    /// What it carries.
    pub carries: Carries,
}

/// The type of the messages at a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carries {
    /// This type.
    Known(MessageType),
    /// Any type that can do this: a stage that accepts every message type.
    Any(Capabilities),
    /// At an outlet: the type at the inlet.
    Same,
    /// At an outlet: vectors of the type at the inlet.
    VecOfSame,
}

/// Why messages of some types do not fit a stage.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misfit {
    /// There are more or fewer inputs.
    #[error("it has {expected} inlets, but {found} outlets lead to it")]
    Number {
        /// How many inlets the stage has.
        expected: usize,
        /// How many outlets there are.
        found: usize,
    },
    /// An input carries another type.
    #[error("it accepts `{expected}` messages, not `{found}`")]
    Type {
        /// Which inlet, counted from 0.
        inlet: usize,
        /// What the stage accepts there.
        expected: MessageType,
        /// What arrives.
        found: MessageType,
    },
    /// A message type cannot do what the stage needs.
    #[error("it needs messages that are `{needed}`, and `{found}` is not")]
    Capability {
        /// What arrives.
        found: MessageType,
        /// The name of the trait it lacks.
        needed: &'static str,
    },
    /// Vectors of vectors of a type known at run time only.
    #[error("it would emit vectors of `{found}`, which are not known at run time")]
    Nested {
        /// What arrives.
        found: MessageType,
    },
}

impl Signature {
    /// What the stage emits for messages of these types.
    ///
    /// # Errors
    ///
    /// [`Misfit`]: the first reason why it does not accept them.
    pub fn infer(&self, inputs: &[MessageType]) -> Result<Vec<MessageType>, Misfit> {
        if inputs.len() != self.inputs.len() {
            return Err(Misfit::Number {
                expected: self.inputs.len(),
                found: inputs.len(),
            });
        }
        for (inlet, (port, found)) in self.inputs.iter().zip(inputs).enumerate() {
            port.accept(inlet, found)?;
        }
        let outputs = self.outputs.iter();
        outputs.map(|port| port.carries.given(inputs)).collect()
    }
}

impl PortType {
    fn accept(&self, inlet: usize, found: &MessageType) -> Result<(), Misfit> {
        match &self.carries {
            Carries::Known(expected) if expected != found => Err(Misfit::Type {
                inlet,
                expected: expected.clone(),
                found: found.clone(),
            }),
            Carries::Any(needed) => match needed.first_lacking(found.capabilities()) {
                Some(needed) => Err(Misfit::Capability {
                    found: found.clone(),
                    needed,
                }),
                None => Ok(()),
            },
            Carries::Known(_) | Carries::Same | Carries::VecOfSame => Ok(()),
        }
    }
}

impl Carries {
    /// What an outlet carries if the inlets are given these.
    fn given(&self, inputs: &[MessageType]) -> Result<MessageType, Misfit> {
        let input = || {
            let first = inputs.first().cloned();
            first.ok_or(Misfit::Number {
                expected: 1,
                found: 0,
            })
        };
        match self {
            Self::Known(message) => Ok(message.clone()),
            Self::Any(_) | Self::Same => input(),
            Self::VecOfSame => {
                let found = input()?;
                found.vec().ok_or(Misfit::Nested { found })
            }
        }
    }
}

impl Capabilities {
    /// The name of the first of these that `found` does not have.
    fn first_lacking(self, found: Self) -> Option<&'static str> {
        if self.clone && !found.clone {
            Some("Clone")
        } else if self.serialize && !found.serialize {
            Some("Serialize")
        } else if self.debug && !found.debug {
            Some("Debug")
        } else {
            None
        }
    }
}

impl fmt::Display for Carries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(message) => write!(f, "{message}"),
            Self::Any(needed) => {
                f.write_str("T")?;
                let bounds = [
                    (needed.clone, "Clone"),
                    (needed.serialize, "Serialize"),
                    (needed.debug, "Debug"),
                ];
                let mut before = ": ";
                for (_, bound) in bounds.iter().filter(|(needed, _)| *needed) {
                    write!(f, "{before}{bound}")?;
                    before = " + ";
                }
                Ok(())
            }
            Self::Same => f.write_str("T"),
            Self::VecOfSame => f.write_str("Vec<T>"),
        }
    }
}

/// `In -> Out`; several ports stand in brackets, none is `()`.
impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_ports(f, &self.inputs)?;
        f.write_str(" -> ")?;
        write_ports(f, &self.outputs)
    }
}

fn write_ports(f: &mut fmt::Formatter<'_>, ports: &[PortType]) -> fmt::Result {
    if let [port] = ports {
        return write!(f, "{}", port.carries);
    }
    f.write_str("(")?;
    for (index, port) in ports.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        write!(f, "{comma}{}: {}", port.name, port.carries)?;
    }
    f.write_str(")")
}
