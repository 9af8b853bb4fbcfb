use std::fmt;

use semver::Version;
use serde_json::Value as Json;

use super::resolve::OutletId;
use super::scope::{Flat, FlatStage};
use super::types::Typed;
use super::wiring::Wired;
use super::{PipelineSpec, Place, What};
use crate::edge::Capacity;
use crate::message::MessageType;
use crate::pipeline::spec::settings::Understood;
use crate::stage::Entry;

/// A spec that is a pipeline: every stage with what it reads and emits.
///
/// Made by [`PipelineSpec::check`].
#[derive(Clone, Debug)]
pub struct CheckedSpec {
    /// The name of the pipeline.
    pub name: String,
    /// The stages, those of modules too, each behind those that it reads.
    pub stages: Vec<CheckedStage>,
    pub(in crate::pipeline::spec) planned: Vec<Planned>,
    pub(in crate::pipeline::spec) capacity: Option<Capacity>,
}

/// A stage of a checked spec.
#[derive(Clone, Debug)]
pub struct CheckedStage {
    /// Its full name, such as `ingest/parse`.
    pub name: String,
    /// Which stage it is.
    pub id: String,
    /// Its version; none for the stages that every spec has.
    pub version: Option<Version>,
    /// Where the spec says so.
    pub place: Place,
    /// What it reads: the stage, its outlet, and the type of messages.
    pub inputs: Vec<CheckedInput>,
    /// Its outlets and the types of their messages.
    pub outputs: Vec<(String, MessageType)>,
}

/// What a stage reads.
#[derive(Clone, Debug)]
pub struct CheckedInput {
    /// The full name of the stage that emits it.
    pub stage: String,
    /// The outlet of that stage.
    pub outlet: String,
    /// The type of the messages.
    pub message: MessageType,
}

/// How a stage is built.
#[derive(Clone)]
pub(in crate::pipeline::spec) struct Planned {
    pub(in crate::pipeline::spec) what: What,
    pub(in crate::pipeline::spec) entry: Option<&'static Entry>,
    pub(in crate::pipeline::spec) config: Json,
    pub(in crate::pipeline::spec) settings: Understood,
    pub(in crate::pipeline::spec) inputs: Vec<InputOf>,
}

/// Without the options, some of which may be secrets.
impl fmt::Debug for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Planned")
            .field("what", &self.what)
            .field("settings", &self.settings)
            .field("inputs", &self.inputs)
            .finish_non_exhaustive()
    }
}

/// An outlet: the number of a stage in the order of building, and a port.
#[derive(Clone, Copy, Debug)]
pub(in crate::pipeline::spec) struct InputOf {
    pub(in crate::pipeline::spec) stage: usize,
    pub(in crate::pipeline::spec) port: usize,
}

/// Puts together what was found, for a spec in which nothing is wrong.
pub(super) fn checked(
    spec: &PipelineSpec,
    flat: Flat<'_>,
    wired: &Wired,
    typed: &Typed,
) -> CheckedSpec {
    let mut position = vec![0; flat.stages.len()];
    for (at, stage) in wired.order.iter().enumerate() {
        position[*stage] = at;
    }
    let stages = wired.order.iter();
    let stages = stages.map(|number| stage(&flat, wired, typed, *number));
    let stages = stages.collect();
    let mut flat_stages: Vec<_> = flat.stages.into_iter().map(Some).collect();
    let planned = wired.order.iter().filter_map(|number| {
        let stage = flat_stages[*number].take()?;
        let inputs = wired.inputs[*number].iter().flatten();
        Some(Planned {
            what: stage.what,
            entry: typed.entries[*number],
            config: stage.config,
            settings: stage.settings,
            inputs: inputs
                .map(|outlet| InputOf {
                    stage: position[outlet.stage],
                    port: outlet.port,
                })
                .collect(),
        })
    });
    CheckedSpec {
        name: spec.name().to_owned(),
        planned: planned.collect(),
        capacity: flat.capacity,
        stages,
    }
}

fn stage(flat: &Flat<'_>, wired: &Wired, typed: &Typed, number: usize) -> CheckedStage {
    let stage = &flat.stages[number];
    let message = |outlet: &OutletId| typed.outputs[outlet.stage].get(outlet.port)?.clone();
    let inputs = wired.inputs[number].iter().flatten();
    let inputs = inputs.filter_map(|outlet| {
        Some(CheckedInput {
            stage: flat.stages[outlet.stage].name.clone(),
            outlet: port(&flat.stages[outlet.stage], outlet.port),
            message: message(outlet)?,
        })
    });
    let outputs = typed.outputs[number].iter().enumerate();
    let outputs = outputs.filter_map(|(at, message)| Some((port(stage, at), message.clone()?)));
    CheckedStage {
        name: stage.name.clone(),
        id: stage.spec.id().to_owned(),
        version: match &stage.what {
            What::Registered { version, .. } => Some(version.clone()),
            What::Merge | What::Broadcast { .. } | What::Unknown => None,
        },
        place: stage.spec.uses.place.clone(),
        inputs: inputs.collect(),
        outputs: outputs.collect(),
    }
}

fn port(stage: &FlatStage<'_>, number: usize) -> String {
    let outlets = stage.what.outlets().unwrap_or_default();
    outlets.get(number).cloned().unwrap_or_default()
}
