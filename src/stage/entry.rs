use std::any::Any;
use std::fmt;

use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::replicas::InOrder;
use super::signature::{Carries, Misfit, PortType, Signature};
use super::{Cost, Identified, Origin, Sink, Source, Stage};
use crate::graph::{AnyOutlet, GraphBuilder, HiddenType, Outlet};
use crate::message::{Capabilities, Described, Message, MessageType, Opaque};

/// What the registry knows of one implementation of a stage.
///
/// Made by [`register!`](crate::register). A stage that accepts several
/// message types has an entry for each.
#[derive(Clone, Copy)]
pub struct Entry {
    /// The identification of the stage.
    pub id: &'static str,
    /// What kind of stage it is.
    pub kind: Kind,
    /// What a message costs its nodes.
    pub cost: Cost,
    /// Where it comes from.
    pub origin: Origin,
    types: Types,
    schema: fn() -> Schema,
    configure: fn(Value) -> Result<(), EntryError>,
    build: Build,
    pub(super) in_order: fn() -> Option<InOrder>,
}

pub(crate) type Build =
    fn(&Signature, Value, &GraphBuilder, Vec<AnyOutlet>) -> Result<Vec<AnyOutlet>, EntryError>;

/// How the signature is found where the types are known.
pub(crate) type Types = fn() -> Signature;

/// What kind of stage an [`Entry`] is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Messages start in it.
    Source,
    /// It reads messages and emits messages.
    Stage,
    /// Messages end in it.
    Sink,
    /// A sub-graph with ports of its own.
    Module,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Source => "source",
            Self::Stage => "stage",
            Self::Sink => "sink",
            Self::Module => "module",
        })
    }
}

/// The options of a stage: what its config struct has to be, to be registered.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be made from options",
    label = "a registered stage is made from the options that a user gives",
    note = "derive `serde::Deserialize` and `schemars::JsonSchema` for `{Self}`, or do not register it"
)]
pub trait Config: DeserializeOwned + JsonSchema {}

#[diagnostic::do_not_recommend]
impl<C: DeserializeOwned + JsonSchema> Config for C {}

/// Why an entry cannot add its stage.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// The options are not those of the stage.
    #[error("{}{error}", .option.as_ref().map(|path| format!("option `{path}`: ")).unwrap_or_default())]
    Config {
        /// The path of the option, if it is one that is wrong.
        option: Option<String>,
        /// What is wrong.
        error: String,
    },
    /// The stage does not accept what arrives.
    #[error(transparent)]
    Misfit(#[from] Misfit),
    /// Replicas of the stage shall keep the order of messages, and cannot.
    #[error(
        "its replicas cannot keep the order of messages, since it is not written for every mode"
    )]
    Unordered,
}

impl Entry {
    /// A source.
    pub const fn source<S: Source + Config>(origin: Origin, types: Types) -> Self {
        Self {
            kind: Kind::Source,
            build: |signature, config, graph, inputs| {
                expect_inputs(signature, &inputs)?;
                let outlet = graph.source(configured::<S>(config)?);
                Ok(vec![outlet.any(known_output(signature))])
            },
            ..Self::of::<S>(origin, types)
        }
    }

    /// A stage that accepts `In`.
    pub const fn stage<In: Message, S: Stage<In> + Config>(origin: Origin, types: Types) -> Self {
        Self {
            build: |signature, config, _, inputs| {
                let stage = configured::<S>(config)?;
                let outlet = typed::<In>(signature, inputs)?.stage(stage);
                Ok(vec![outlet.any(known_output(signature))])
            },
            ..Self::of::<S>(origin, types)
        }
    }

    /// A stage that accepts every message type.
    pub const fn stage_of_any<S: Stage<Opaque> + Config>(origin: Origin, types: Types) -> Self {
        Self {
            build: |signature, config, _, inputs| {
                let stage = configured::<S>(config)?;
                let input = only(signature, inputs)?;
                let (input, hidden) = input.hidden();
                Ok(vec![revealed(input.stage(stage), &hidden, signature)?])
            },
            ..Self::of::<S>(origin, types)
        }
    }

    /// A sink that accepts `In`.
    pub const fn sink<In: Message, S: Sink<In> + Config>(origin: Origin, types: Types) -> Self {
        Self {
            kind: Kind::Sink,
            build: |signature, config, graph, inputs| {
                let sink = configured::<S>(config)?;
                let input = typed::<In>(signature, inputs)?;
                graph.sink(input, sink);
                Ok(Vec::new())
            },
            ..Self::of::<S>(origin, types)
        }
    }

    /// A sink that accepts every message type.
    pub const fn sink_of_any<S: Sink<Opaque> + Config>(origin: Origin, types: Types) -> Self {
        Self {
            kind: Kind::Sink,
            build: |signature, config, graph, inputs| {
                let sink = configured::<S>(config)?;
                let (input, _) = only(signature, inputs)?.hidden();
                graph.sink(input, sink);
                Ok(Vec::new())
            },
            ..Self::of::<S>(origin, types)
        }
    }

    pub(crate) const fn of<S: Identified + Config>(origin: Origin, types: Types) -> Self {
        Self {
            id: S::ID,
            kind: Kind::Stage,
            cost: S::COST,
            origin,
            types,
            schema: || {
                let settings = SchemaSettings::draft2020_12().with(|settings| {
                    settings.inline_subschemas = true;
                    settings.meta_schema = None;
                });
                settings.into_generator().into_root_schema_for::<S>()
            },
            configure: |config| configured::<S>(config).map(drop),
            build: |_, _, _, _| Ok(Vec::new()),
            in_order: || None,
        }
    }

    /// With how replicas of it keep the order of messages, if they do.
    #[doc(hidden)]
    #[must_use]
    pub const fn in_order(self, in_order: fn() -> Option<InOrder>) -> Self {
        Self { in_order, ..self }
    }

    pub(crate) const fn built(self, kind: Kind, build: Build) -> Self {
        Self {
            kind,
            build,
            ..self
        }
    }

    /// What it reads and emits.
    pub fn signature(&self) -> Signature {
        (self.types)()
    }

    /// Whether it is for every message type.
    pub(super) fn accepts_any(&self) -> bool {
        let inputs = self.signature().inputs;
        inputs
            .iter()
            .any(|port| matches!(port.carries, Carries::Any(_)))
    }

    /// The JSON Schema of its options. The description is the stage's own.
    pub fn schema(&self) -> Schema {
        (self.schema)()
    }

    /// Whether the stage can be made from these options. Nothing is made.
    ///
    /// # Errors
    ///
    /// [`EntryError::Config`] if they are not those of the stage.
    pub fn configure(&self, config: Value) -> Result<(), EntryError> {
        (self.configure)(config)
    }

    /// Adds the stage's nodes to `graph`, behind `inputs`.
    ///
    /// # Errors
    ///
    /// [`EntryError`] if the options or the inputs do not fit; then nothing has
    /// been added.
    pub fn build(
        &self,
        config: Value,
        graph: &GraphBuilder,
        inputs: Vec<AnyOutlet>,
    ) -> Result<Vec<AnyOutlet>, EntryError> {
        (self.build)(&self.signature(), config, graph, inputs)
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

pub(crate) fn configured<S: DeserializeOwned>(config: Value) -> Result<S, EntryError> {
    serde_path_to_error::deserialize(config).map_err(|error| {
        let path = error.path().to_string();
        EntryError::Config {
            option: (path != ".").then_some(path),
            error: error.into_inner().to_string(),
        }
    })
}

pub(crate) fn expect_inputs(signature: &Signature, inputs: &[AnyOutlet]) -> Result<(), Misfit> {
    let types: Vec<_> = inputs.iter().map(|input| input.message().clone()).collect();
    signature.infer(&types).map(drop)
}

pub(super) fn only(signature: &Signature, inputs: Vec<AnyOutlet>) -> Result<AnyOutlet, Misfit> {
    expect_inputs(signature, &inputs)?;
    let found = inputs.len();
    let first = inputs.into_iter().next();
    first.ok_or(Misfit::Number { expected: 1, found })
}

pub(super) fn typed<In: Message>(
    signature: &Signature,
    inputs: Vec<AnyOutlet>,
) -> Result<Outlet<In>, Misfit> {
    only(signature, inputs)?
        .typed()
        .map_err(|input| Misfit::Type {
            inlet: 0,
            expected: MessageType::of::<In>(),
            found: input.message().clone(),
        })
}

/// What a stage made of hidden messages, with its type.
pub(super) fn revealed<Out: Message>(
    output: Outlet<Out>,
    hidden: &HiddenType,
    signature: &Signature,
) -> Result<AnyOutlet, Misfit> {
    let output: Box<dyn Any> = Box::new(output);
    let output = match output.downcast::<Outlet<Opaque>>() {
        Ok(same) => return Ok(same.revealed(hidden)),
        Err(output) => output,
    };
    let output = match output.downcast::<Outlet<Vec<Opaque>>>() {
        Ok(vec) => {
            let found = hidden.message().clone();
            return vec.revealed(hidden).map_err(|_| Misfit::Nested { found });
        }
        Err(output) => output,
    };
    match output.downcast::<Outlet<Out>>() {
        Ok(other) => Ok(other.any(known_output(signature))),
        Err(_) => unreachable!("the outlet of a stage carries what it emits"),
    }
}

pub(super) fn known_output(signature: &Signature) -> MessageType {
    match signature.outputs.as_slice() {
        [
            PortType {
                carries: Carries::Known(message),
                ..
            },
        ] => message.clone(),
        _ => unreachable!("a stage of known types has one outlet of a known type"),
    }
}

/// The signature of a stage whose types are known.
#[doc(hidden)]
pub fn signature_of(input: Option<MessageType>, output: Option<MessageType>) -> Signature {
    Signature {
        inputs: input
            .map(|input| only_port(Carries::Known(input)))
            .into_iter()
            .collect(),
        outputs: output
            .map(|output| only_port(Carries::Known(output)))
            .into_iter()
            .collect(),
    }
}

/// What a stage emits for `In`, to find out what can be done with it.
///
/// `Out` is a parameter, and not spelled `S::Out`, so that a stage which does
/// not accept `In` is one compile error and not one for each mention.
#[doc(hidden)]
pub fn output_of<In: Message, S: Stage<In, Out = Out>, Out: Message>() -> Described<Out> {
    Described::new()
}

/// What a source emits.
#[doc(hidden)]
pub fn output_of_source<S: Source<Out = Out>, Out: Message>() -> Described<Out> {
    Described::new()
}

/// The signature of a stage or sink that accepts every message type.
/// `output` is what it emits for hidden messages.
#[doc(hidden)]
pub fn signature_of_any(needed: Capabilities, output: Option<MessageType>) -> Signature {
    let output = output.map(|known| {
        if known.is::<Opaque>() {
            Carries::Same
        } else if known.is::<Vec<Opaque>>() {
            Carries::VecOfSame
        } else {
            Carries::Known(known)
        }
    });
    Signature {
        inputs: vec![only_port(Carries::Any(needed))],
        outputs: output.map(only_port).into_iter().collect(),
    }
}

fn only_port(carries: Carries) -> PortType {
    PortType {
        name: "0".to_owned(),
        carries,
    }
}
