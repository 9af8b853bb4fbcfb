use std::collections::BTreeMap;
use std::fmt;

use schemars::Schema;
use semver::{Version, VersionReq};

use super::help::help;
use super::nearest::{either, nearest};
use super::{Entry, Kind, Origin, Signature};
use crate::message::MessageType;

inventory::collect!(Entry);

/// The stages that a program can make by their identifications.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    /// By identification; of each, the versions, the highest last.
    stages: BTreeMap<&'static str, Vec<Registered>>,
}

/// One version of a stage.
#[derive(Clone, Debug)]
pub struct Registered {
    /// Its version.
    pub version: Version,
    /// An entry for each message type that it accepts, known types first.
    entries: Vec<&'static Entry>,
}

/// Why stages cannot be told apart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Conflict {
    /// Two stages have the same identification: of two crates, whatever their
    /// versions, or of one crate in one version.
    #[error(
        "two stages are called `{id}`: one of {}, one of {}; give one of them another id",
        .origins[0], .origins[1]
    )]
    SameId {
        /// The identification.
        id: &'static str,
        /// Where they come from.
        origins: Box<[Origin; 2]>,
    },
    /// A version is not one.
    #[error("stage `{id}` of {origin} has no semantic version ({error}): write it as `1.2.0`")]
    Version {
        /// The identification.
        id: &'static str,
        /// Where it comes from.
        origin: Origin,
        /// What is wrong with the version.
        error: String,
    },
    /// The identification is not in kebab-case.
    #[error("stage `{id}` of {origin}: an id is in kebab-case, such as `parse-json`")]
    Id {
        /// The identification.
        id: &'static str,
        /// Where it comes from.
        origin: Origin,
    },
}

/// Why a stage is not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotFound {
    /// No stage has this identification.
    #[error("no stage is called `{id}`{}", proposal(.nearest))]
    Id {
        /// The identification asked for.
        id: String,
        /// Those that are most like it.
        nearest: Vec<String>,
    },
    /// No version of the stage meets the requirement.
    #[error("no version of `{id}` meets `{requirement}`: there is {}", listed(.versions))]
    Version {
        /// The identification.
        id: String,
        /// What was asked for.
        requirement: VersionReq,
        /// The versions that there are.
        versions: Vec<Version>,
    },
}

impl Registry {
    /// The stages of all crates that the program is linked with.
    ///
    /// # Errors
    ///
    /// Every [`Conflict`] between them.
    pub fn collected() -> Result<Self, Vec<Conflict>> {
        Self::of(inventory::iter::<Entry>)
    }

    /// These stages.
    ///
    /// # Errors
    ///
    /// Every [`Conflict`] between them.
    pub fn of(entries: impl IntoIterator<Item = &'static Entry>) -> Result<Self, Vec<Conflict>> {
        let mut registry = Self::default();
        let mut entries: Vec<_> = entries.into_iter().collect();
        // Linkers give them in any order.
        entries.sort_by_cached_key(|entry| {
            let signature = entry.signature().to_string();
            (entry.id, entry.origin.file, entry.origin.line, signature)
        });
        let added = entries.into_iter().map(|entry| registry.add(entry));
        let mut conflicts: Vec<_> = added.filter_map(Result::err).collect();
        conflicts.dedup();
        if !conflicts.is_empty() {
            return Err(conflicts);
        }
        for versions in registry.stages.values_mut() {
            versions.sort_by(|a, b| a.version.cmp(&b.version));
        }
        Ok(registry)
    }

    fn add(&mut self, entry: &'static Entry) -> Result<(), Conflict> {
        let (id, origin) = (entry.id, entry.origin);
        if !is_kebab_case(id) {
            return Err(Conflict::Id { id, origin });
        }
        let version = Version::parse(origin.version).map_err(|error| Conflict::Version {
            id,
            origin,
            error: error.to_string(),
        })?;
        let versions = self.stages.entry(id).or_default();
        let foreign = |one: &&Registered| one.origin().package != origin.package;
        if let Some(other) = versions.iter().find(foreign) {
            return Err(Conflict::SameId {
                id,
                origins: Box::new([other.origin(), origin]),
            });
        }
        let Some(same) = versions.iter_mut().find(|one| one.version == version) else {
            versions.push(Registered {
                version,
                entries: vec![entry],
            });
            return Ok(());
        };
        let first = same.origin();
        // The entries of one stage stand in one `register!`.
        if (first.file, first.line) != (origin.file, origin.line) {
            return Err(Conflict::SameId {
                id,
                origins: Box::new([first, origin]),
            });
        }
        same.entries.push(entry);
        same.entries.sort_by_key(|entry| entry.accepts_any());
        Ok(())
    }

    /// The highest version of a stage that meets a requirement.
    ///
    /// # Errors
    ///
    /// [`NotFound`], with what comes nearest.
    pub fn find(&self, id: &str, requirement: &VersionReq) -> Result<&Registered, NotFound> {
        let Some(versions) = self.stages.get(id) else {
            let near = nearest(id, self.stages.keys().copied());
            return Err(NotFound::Id {
                id: id.to_owned(),
                nearest: near.into_iter().map(str::to_owned).collect(),
            });
        };
        let mut meeting = versions.iter().rev();
        meeting
            .find(|one| requirement.matches(&one.version))
            .ok_or_else(|| NotFound::Version {
                id: id.to_owned(),
                requirement: requirement.clone(),
                versions: versions.iter().map(|one| one.version.clone()).collect(),
            })
    }

    /// The highest version of a stage.
    ///
    /// # Errors
    ///
    /// [`NotFound`], with what comes nearest.
    pub fn latest(&self, id: &str) -> Result<&Registered, NotFound> {
        self.find(id, &VersionReq::STAR)
    }

    /// Every version of every stage, by identification.
    pub fn iter(&self) -> impl Iterator<Item = &Registered> {
        self.stages.values().flatten()
    }

    /// The stages that turn messages of one type into one of the others.
    pub fn converters(&self, from: &MessageType, to: &[MessageType]) -> Vec<&Registered> {
        let converts = |one: &&Registered| {
            one.kind() == Kind::Stage
                && one.signatures().iter().any(|signature| {
                    let inferred = signature.infer(std::slice::from_ref(from));
                    inferred.is_ok_and(|outputs| {
                        outputs != [from.clone()] && outputs.iter().any(|out| to.contains(out))
                    })
                })
        };
        let latest = self.stages.values().filter_map(|versions| versions.last());
        latest.filter(converts).collect()
    }
}

impl Registered {
    /// The identification.
    pub fn id(&self) -> &'static str {
        self.entries[0].id
    }

    /// What kind of stage it is.
    pub fn kind(&self) -> Kind {
        self.entries[0].kind
    }

    /// Where it comes from.
    pub fn origin(&self) -> Origin {
        self.entries[0].origin
    }

    /// What it reads and emits, for each message type that it accepts.
    pub fn signatures(&self) -> Vec<Signature> {
        self.entries.iter().map(|entry| entry.signature()).collect()
    }

    /// The JSON Schema of its options.
    pub fn schema(&self) -> Schema {
        self.entries[0].schema()
    }

    /// Its documentation, for whoever uses it by its options.
    pub fn help(&self) -> String {
        let schema = self.schema();
        let description = schema.get("description").and_then(|text| text.as_str());
        help(description.unwrap_or_default())
    }

    /// The implementations, known message types first.
    pub fn entries(&self) -> &[&'static Entry] {
        &self.entries
    }
}

/// `id: In -> Out`, one line for each message type that it accepts.
impl fmt::Display for Registered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, signature) in self.signatures().iter().enumerate() {
            let newline = if index == 0 { "" } else { "\n" };
            write!(f, "{newline}{}: {signature}", self.id())?;
        }
        Ok(())
    }
}

fn is_kebab_case(id: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty()
            && word
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    id.starts_with(|c: char| c.is_ascii_lowercase()) && id.split('-').all(word)
}

fn proposal(nearest: &[String]) -> String {
    match nearest {
        [] => ": `millpond stages` lists those that there are".to_owned(),
        near => format!(": did you mean {}?", either(near)),
    }
}

fn listed(versions: &[Version]) -> String {
    let versions: Vec<_> = versions.iter().map(Version::to_string).collect();
    versions.join(", ")
}
