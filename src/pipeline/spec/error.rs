use std::fmt;

use super::Place;
use crate::graph::Code;

/// What kind of mistake a spec has.
///
/// Each kind has a code and a page in `docs/errors/`, with a spec that makes
/// the mistake and the same spec mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Mistake {
    /// The text is no TOML, or no pipeline on one line.
    Syntax,
    /// A file cannot be read, or includes itself.
    File,
    /// A key that specs do not have.
    UnknownKey,
    /// A key that must be there is not.
    MissingKey,
    /// The value of a key is not one that it can have.
    Setting,
    /// `${…}` names what is not there.
    Variable,
    /// No stage has this id.
    UnknownStage,
    /// The stage has no version that is wanted.
    Version,
    /// The stage has no such option.
    UnknownOption,
    /// The stage needs an option that is not given.
    MissingOption,
    /// The value of an option is not one that it can have.
    OptionValue,
    /// A path that must exist does not.
    Path,
    /// An input names no stage or no outlet of it.
    UnknownInput,
    /// Stages read each other in a circle.
    Cycle,
    /// Nothing reads an outlet.
    Unconnected,
    /// Two things share a name.
    DuplicateName,
    /// Two stages read one outlet.
    TwoReaders,
    /// A stage has more or fewer inputs than it reads.
    InputCount,
    /// A stage does not accept the message type that arrives.
    MessageType,
    /// The message type lacks a capability that a stage needs.
    Capability,
    /// A module is made of itself.
    Recursion,
    /// An override names no stage or option of the pipeline.
    Override,
    /// There is nothing to run.
    NoSource,
    /// A stage refused its options or its place while it was built.
    Refused,
}

impl Mistake {
    /// All kinds, in the order of their codes.
    pub const ALL: [Self; 24] = [
        Self::Syntax,
        Self::File,
        Self::UnknownKey,
        Self::MissingKey,
        Self::Setting,
        Self::Variable,
        Self::UnknownStage,
        Self::Version,
        Self::UnknownOption,
        Self::MissingOption,
        Self::OptionValue,
        Self::Path,
        Self::UnknownInput,
        Self::Cycle,
        Self::Unconnected,
        Self::DuplicateName,
        Self::TwoReaders,
        Self::InputCount,
        Self::MessageType,
        Self::Capability,
        Self::Recursion,
        Self::Override,
        Self::NoSource,
        Self::Refused,
    ];

    /// The code of this kind: `P0020` and on.
    pub fn code(self) -> Code {
        // Codes are for good: a new kind goes to the end.
        Code::new(20 + self as u16)
    }
}

/// One mistake in a spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecError {
    /// What kind of mistake it is.
    pub mistake: Mistake,
    /// Where it stands.
    pub place: Place,
    /// What is wrong, in lower case.
    pub text: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl SpecError {
    pub(super) fn new(mistake: Mistake, place: &Place, text: impl Into<String>) -> Self {
        Self {
            mistake,
            place: place.clone(),
            text: text.into(),
            help: None,
        }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.place, self.mistake.code(), self.text)?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for SpecError {}

/// Everything that is wrong with a spec, sorted by place; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecErrors {
    errors: Vec<SpecError>,
}

impl SpecErrors {
    /// Sorts the errors, and says each once. `None` if there are none.
    pub(super) fn sorted(mut errors: Vec<SpecError>) -> Option<Self> {
        errors.sort_by(|a, b| {
            let key = |error: &SpecError| (error.place.clone(), error.mistake);
            key(a).cmp(&key(b)).then_with(|| a.text.cmp(&b.text))
        });
        errors.dedup();
        (!errors.is_empty()).then_some(Self { errors })
    }

    pub(super) fn one(error: SpecError) -> Self {
        Self {
            errors: vec![error],
        }
    }

    /// The errors, sorted by place.
    pub fn iter(&self) -> std::slice::Iter<'_, SpecError> {
        self.errors.iter()
    }
}

impl<'a> IntoIterator for &'a SpecErrors {
    type Item = &'a SpecError;
    type IntoIter = std::slice::Iter<'a, SpecError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for SpecErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.errors.iter().enumerate() {
            let line = if index == 0 { "" } else { "\n" };
            write!(f, "{line}{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for SpecErrors {}
