use std::fmt;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a file holds no forest that can be used. The text is one line.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ForestError {
    /// The file is missing, a folder, or may not be read.
    #[error("model file `{}` cannot be read: {cause}; give the path of one that can", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        cause: io::Error,
    },
    /// The file is no model, a broken one, or one of a kind that is not
    /// supported.
    #[error("model `{}` cannot be used: {faults}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        faults: Faults,
    },
}

/// What is wrong with a model, in the order of the file. Never empty.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct Faults(Vec<Fault>);

/// One thing that is wrong with a model.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// Where it is: the path in a JSON file, or a line.
    pub place: String,
    /// A sentence.
    pub reason: String,
}

impl Faults {
    /// How many are shown; a broken file can have one in each tree.
    const SHOWN: usize = 5;

    /// Returns them one by one.
    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.0.iter()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().take(Self::SHOWN).enumerate() {
            let before = if index == 0 { "" } else { "; " };
            write!(f, "{before}{}: {}", fault.place, fault.reason)?;
        }
        match self.0.len().saturating_sub(Self::SHOWN) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

/// Collects what is wrong while a model is read.
#[derive(Debug, Default)]
pub(super) struct Found(Vec<Fault>);

impl Found {
    pub(super) fn add(&mut self, place: impl Into<String>, reason: impl fmt::Display) {
        self.0.push(Fault {
            place: place.into(),
            reason: reason.to_string(),
        });
    }

    /// Ends the reading here, because of this too.
    pub(super) fn ending(mut self, place: impl Into<String>, reason: impl fmt::Display) -> Faults {
        self.add(place, reason);
        Faults(self.0)
    }

    /// Ends the reading here, because of these too.
    pub(super) fn ending_with(mut self, faults: Faults) -> Faults {
        self.extend(faults);
        Faults(self.0)
    }

    pub(super) fn extend(&mut self, faults: Faults) {
        self.0.extend(faults.0);
    }

    /// `model`, if nothing is wrong.
    pub(super) fn or<T>(self, model: T) -> Result<T, Faults> {
        if self.0.is_empty() {
            Ok(model)
        } else {
            Err(Faults(self.0))
        }
    }
}
