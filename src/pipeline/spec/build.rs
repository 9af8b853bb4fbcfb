use super::check::{InputOf, Planned, What};
use super::{CheckedSpec, CheckedStage, Mistake, PipelineSpec, SpecError, SpecErrors};
use crate::graph::{AnyOutlet, BuildError, Cost, GraphBuilder, Settings, check};
use crate::pipeline::Pipeline;
use crate::stage::{EntryError, Registry, Replication};

impl PipelineSpec {
    /// Checks the spec and builds its pipeline.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the spec, sorted by place.
    pub fn build(&self, registry: &Registry) -> Result<Pipeline, SpecErrors> {
        self.check(registry)?.build()
    }
}

impl CheckedSpec {
    /// Builds the pipeline: adds its nodes, and starts nothing.
    ///
    /// # Errors
    ///
    /// All stages that refuse their options or their place.
    pub fn build(&self) -> Result<Pipeline, SpecErrors> {
        let mut pipeline = Pipeline::named(self.name.clone());
        if let Some(capacity) = self.capacity {
            pipeline = pipeline.edge_capacity(capacity);
        }
        let graph = pipeline.builder();
        let mut errors = Vec::new();
        let mut outlets: Vec<Vec<Option<AnyOutlet>>> = Vec::new();
        for (stage, planned) in self.stages.iter().zip(&self.planned) {
            let inputs = planned
                .inputs
                .iter()
                .map(|input| take(&mut outlets, *input));
            // A stage behind one that was not built cannot be built either.
            let built = match inputs.collect::<Option<Vec<_>>>() {
                None => Vec::new(),
                Some(inputs) => {
                    build_stage(graph, stage, planned, inputs).unwrap_or_else(|error| {
                        errors.push(error);
                        Vec::new()
                    })
                }
            };
            outlets.push(built.into_iter().map(Some).collect());
        }
        if errors.is_empty() {
            errors.extend(
                check(&pipeline.graph())
                    .iter()
                    .map(|error| self.place(error)),
            );
        }
        SpecErrors::sorted(errors).map_or(Ok(pipeline), Err)
    }

    /// Tells an error of the graph at the stage that it is about.
    fn place(&self, error: &BuildError) -> SpecError {
        let holds = |stage: &&CheckedStage| {
            let rest = error.about()?.strip_prefix(stage.name.as_str())?;
            Some(rest.is_empty() || rest.starts_with('/'))
        };
        let holding = self.stages.iter().filter(|one| holds(one) == Some(true));
        let innermost = holding.max_by_key(|stage| stage.name.len());
        let stage = innermost.or(self.stages.first());
        let place = stage.map(|stage| &stage.place);
        let place = place.cloned().unwrap_or_else(|| super::Place {
            file: self.name.as_str().into(),
            line: 1,
            column: 1,
        });
        SpecError::new(Mistake::Refused, &place, error.to_string())
    }
}

fn take(outlets: &mut [Vec<Option<AnyOutlet>>], input: InputOf) -> Option<AnyOutlet> {
    outlets.get_mut(input.stage)?.get_mut(input.port)?.take()
}

fn build_stage(
    graph: &GraphBuilder,
    stage: &CheckedStage,
    planned: &Planned,
    inputs: Vec<AnyOutlet>,
) -> Result<Vec<AnyOutlet>, SpecError> {
    let settings = Settings {
        name: Some(stage.name.clone()),
        placement: planned.settings.placement,
        on_error: planned.settings.on_error,
    };
    let replication = planned.settings.replicas.as_ref().map(|it| Replication {
        count: it.value.count,
        in_order: it.value.in_order,
        placement: planned.settings.placement.unwrap_or_default(),
    });
    let config = planned.config.clone();
    let built = graph.with_settings(settings, || match (&planned.what, planned.entry) {
        (What::Registered { .. }, Some(entry)) => match replication {
            Some(replication) => entry.replicate(config, graph, inputs, replication),
            None => entry.build(config, graph, inputs),
        },
        (What::Broadcast { outlets }, _) => {
            let copy = || broadcast(inputs, outlets.len());
            Ok(graph.in_stage("broadcast", Cost::Light, copy))
        }
        (What::Merge, _) => Ok(graph.in_stage("merge", Cost::Light, || merge(inputs))),
        (What::Registered { .. } | What::Unknown, _) => Ok(Vec::new()),
    });
    let built = built.map_err(|error| refused(stage, &error))?;
    let settings = &planned.settings;
    let outlets = built.into_iter().map(|outlet| {
        let outlet = match settings.capacity {
            Some(capacity) => outlet.capacity(capacity),
            None => outlet,
        };
        match settings.overflow {
            Some(overflow) => outlet.overflow(overflow),
            None => outlet,
        }
    });
    Ok(outlets.collect())
}

fn refused(stage: &CheckedStage, error: &EntryError) -> SpecError {
    let text = format!("stage `{}`: {error}", stage.name);
    SpecError::new(Mistake::Refused, &stage.place, text)
}

/// What is joined or copied has passed the check of types, so neither fails.
fn merge(inputs: Vec<AnyOutlet>) -> Vec<AnyOutlet> {
    let mut inputs = inputs.into_iter();
    let joined = inputs
        .next()
        .map(|first| first.merge("merge", inputs.collect()));
    joined.and_then(Result::ok).into_iter().collect()
}

fn broadcast(inputs: Vec<AnyOutlet>, count: usize) -> Vec<AnyOutlet> {
    let copied = inputs
        .into_iter()
        .next()
        .map(|input| input.broadcast("broadcast", count));
    copied.and_then(Result::ok).unwrap_or_default()
}
