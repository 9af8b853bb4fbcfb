use semver::VersionReq;
use serde_json::{Value as Json, json};

use super::exit::Failure;
use super::options::{StageOption, options};
use super::text::plain;
use crate::message::MessageType;
use crate::pipeline::spec::built_in;
use crate::stage::{Kind, Origin, Registered, Registry, Signature};

/// The stages that a spec can use: those of the registry, and those that
/// every spec has.
pub(super) struct Catalogue {
    registry: Registry,
    stages: Vec<Known>,
}

/// A stage that a spec can use.
pub(super) struct Known {
    pub(super) id: String,
    /// None for what every spec has.
    pub(super) version: Option<String>,
    pub(super) kind: Kind,
    /// What it reads and emits, a line for each message type that it accepts.
    pub(super) types: Vec<String>,
    pub(super) help: String,
    pub(super) schema: Json,
    pub(super) origin: Option<Origin>,
    signatures: Vec<Signature>,
}

impl Catalogue {
    /// The stages that the program is linked with.
    pub(super) fn collected() -> Result<Self, Failure> {
        let registry = Registry::collected().map_err(|conflicts| {
            let conflicts: Vec<_> = conflicts.iter().map(ToString::to_string).collect();
            Failure::refused(conflicts.join("\n"))
        })?;
        let mut stages: Vec<_> = registry.iter().map(Known::registered).collect();
        let common = built_in().as_object().into_iter().flatten();
        stages.extend(common.map(|(id, schema)| Known::built_in(id, schema)));
        stages.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(Self { registry, stages })
    }

    pub(super) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// All of them, by id, and of each the versions, the highest last.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Known> {
        self.stages.iter()
    }

    /// The stage that `id` or `id@requirement` names.
    pub(super) fn find(&self, stage: &str) -> Result<&Known, Failure> {
        let (id, requirement) = match stage.split_once('@') {
            Some((id, requirement)) => {
                let read = VersionReq::parse(requirement).map_err(|error| {
                    Failure::refused(format!(
                        "`{requirement}` is no version requirement: {error}"
                    ))
                    .help(format!("write `{id}@1.2` or `{id}@^1.2`"))
                });
                (id, read?)
            }
            None => (stage, VersionReq::STAR),
        };
        let built_in = self
            .iter()
            .find(|known| known.id == id && known.version.is_none());
        if let Some(known) = built_in {
            return Ok(known);
        }
        let found = self.registry.find(id, &requirement);
        let found = found.map_err(|error| Failure::refused(error.to_string()))?;
        let version = found.version.to_string();
        let mut same = self.iter().filter(|known| known.id == id);
        let known = same.find(|known| known.version.as_ref() == Some(&version));
        known.ok_or_else(|| Failure::refused(format!("no stage is called `{id}`")))
    }
}

impl Known {
    fn registered(stage: &Registered) -> Self {
        let signatures = stage.signatures();
        let help = plain(&stage.help());
        let mut schema = Json::from(stage.schema());
        // What is for readers of Rust helps nobody in an editor.
        schema["description"] = help.as_str().into();
        Self {
            id: stage.id().to_owned(),
            version: Some(stage.version.to_string()),
            kind: stage.kind(),
            types: signatures.iter().map(ToString::to_string).collect(),
            help,
            schema,
            origin: Some(stage.origin()),
            signatures,
        }
    }

    fn built_in(id: &str, schema: &Json) -> Self {
        let help = schema.get("description").and_then(Json::as_str);
        let types = match id {
            "broadcast" => "T: Clone -> (T, ..)",
            _ => "(T, ..) -> T",
        };
        Self {
            id: id.to_owned(),
            version: None,
            kind: Kind::Stage,
            types: vec![types.to_owned()],
            help: help.unwrap_or_default().to_owned(),
            schema: schema.clone(),
            origin: None,
            signatures: Vec::new(),
        }
    }

    pub(super) fn options(&self) -> Vec<StageOption> {
        options(&self.schema)
    }

    /// What it emits at its first outlet for such messages; nothing if it
    /// does not accept them, or if that cannot be told.
    pub(super) fn emits(&self, inputs: &[MessageType]) -> Option<MessageType> {
        let mut signatures = self.signatures.iter();
        let outputs = signatures.find_map(|signature| signature.infer(inputs).ok());
        outputs.and_then(|outputs| outputs.into_iter().next())
    }

    /// Whether it can follow an outlet of this type. What every spec has can
    /// follow any.
    pub(super) fn accepts(&self, message: &MessageType) -> bool {
        let inputs = std::slice::from_ref(message);
        let mut signatures = self.signatures.iter();
        self.version.is_none() || signatures.any(|signature| signature.infer(inputs).is_ok())
    }

    /// Whether messages start in it.
    pub(super) fn is_source(&self) -> bool {
        !self.signatures.is_empty()
            && self
                .signatures
                .iter()
                .all(|signature| signature.inputs.is_empty())
    }

    /// Whether messages end in it.
    pub(super) fn is_sink(&self) -> bool {
        !self.signatures.is_empty()
            && self
                .signatures
                .iter()
                .all(|signature| signature.outputs.is_empty())
    }

    /// What programs are told of it.
    pub(super) fn to_json(&self) -> Json {
        json!({
            "id": self.id,
            "version": self.version,
            "kind": self.kind.to_string(),
            "types": self.types,
            "crate": self.origin.map(|origin| origin.package),
            "help": self.help,
            "options": self.schema,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_spec_has_stands_among_the_registered_stages() {
        let catalogue = Catalogue::collected().unwrap();
        let ids: Vec<_> = catalogue.iter().map(|known| known.id.as_str()).collect();
        assert!(ids.is_sorted(), "{ids:?}");
        for id in ["broadcast", "from-file", "merge"] {
            assert!(ids.contains(&id), "{ids:?}");
            assert_eq!(
                catalogue.find(id).ok().map(|known| known.id.as_str()),
                Some(id)
            );
        }
    }

    #[test]
    fn a_requirement_is_minded() {
        let catalogue = Catalogue::collected().unwrap();
        assert!(catalogue.find("from-file@>=0.0.1").is_ok());
        assert!(catalogue.find("from-file@^99").is_err());
        assert!(catalogue.find("from-file@new").is_err());
    }
}
