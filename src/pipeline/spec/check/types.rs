use super::resolve::OutletId;
use super::scope::{Flat, FlatStage};
use super::wiring::{Wired, outlet_name};
use super::{Mistake, SpecError, What};
use crate::message::MessageType;
use crate::stage::nearest::either;
use crate::stage::{Carries, Entry, Misfit, Registry};

/// What each stage reads and emits.
pub(super) struct Typed {
    /// For each stage the implementation for what it reads.
    pub(super) entries: Vec<Option<&'static Entry>>,
    /// For each stage the types at its outlets, where they are known.
    pub(super) outputs: Vec<Vec<Option<MessageType>>>,
}

/// Infers the message types along the graph.
///
/// A wrong type is told once: where a type is unknown because of a mistake,
/// nothing that depends on it is told.
pub(super) fn infer(
    flat: &Flat<'_>,
    wired: &Wired,
    registry: &Registry,
    errors: &mut Vec<SpecError>,
) -> Typed {
    let mut inference = Inference {
        flat,
        wired,
        registry,
        errors,
        typed: Typed {
            entries: vec![None; flat.stages.len()],
            outputs: vec![Vec::new(); flat.stages.len()],
        },
    };
    for stage in &wired.order {
        inference.stage(*stage);
    }
    inference.typed
}

struct Inference<'a, 'e> {
    flat: &'a Flat<'a>,
    wired: &'a Wired,
    registry: &'a Registry,
    errors: &'e mut Vec<SpecError>,
    typed: Typed,
}

impl Inference<'_, '_> {
    fn stage(&mut self, number: usize) {
        let stage = &self.flat.stages[number];
        let inputs = &self.wired.inputs[number];
        let types: Vec<_> = inputs.iter().map(|input| self.of(*input)).collect();
        let outputs = match &stage.what {
            What::Unknown => Vec::new(),
            What::Merge => vec![self.merged(stage, inputs, &types)],
            What::Broadcast { outlets } => {
                let copied = types.first().cloned().flatten();
                if let Some(message) = copied.as_ref().filter(|it| !it.capabilities().clone) {
                    self.lacking(stage, message, "Clone", inputs);
                }
                vec![copied; outlets.len()]
            }
            What::Registered { entries, .. } => self.registered(number, entries, &types),
        };
        self.typed.outputs[number] = outputs;
    }

    fn of(&self, input: Option<OutletId>) -> Option<MessageType> {
        let outlet = input?;
        self.typed.outputs[outlet.stage].get(outlet.port)?.clone()
    }

    fn registered(
        &mut self,
        number: usize,
        entries: &[&'static Entry],
        types: &[Option<MessageType>],
    ) -> Vec<Option<MessageType>> {
        let stage = &self.flat.stages[number];
        let known: Option<Vec<_>> = types.iter().cloned().collect();
        let Some(known) = known.filter(|_| self.wired.counted[number]) else {
            return unanimous(entries);
        };
        let mut misfits = Vec::new();
        for entry in entries {
            match entry.signature().infer(&known) {
                Ok(outputs) => {
                    self.typed.entries[number] = Some(entry);
                    self.replicas(stage, entry);
                    return outputs.into_iter().map(Some).collect();
                }
                Err(misfit) => misfits.push(misfit),
            }
        }
        self.misfit(stage, &misfits, &self.wired.inputs[number]);
        unanimous(entries)
    }

    /// Tells replicas that shall keep the order of messages and cannot.
    fn replicas(&mut self, stage: &FlatStage<'_>, entry: &Entry) {
        let Some(replicas) = &stage.settings.replicas else {
            return;
        };
        let signature = entry.signature();
        let is_straight = signature.inputs.len() == 1 && signature.outputs.len() == 1;
        if is_straight && replicas.value.in_order && !entry.keeps_order() {
            let text = format!(
                "replicas of `{}` cannot keep the order of messages, \
                 since it is not written for every mode",
                entry.id
            );
            let error = SpecError::new(Mistake::Setting, &replicas.place, text);
            let count = replicas.value.count;
            self.errors.push(error.help(format!(
                "write `{{ count = {count}, order = \"any\" }}` if it need not be kept"
            )));
        }
    }

    /// Tells why none of a stage's implementations accepts what arrives.
    fn misfit(&mut self, stage: &FlatStage<'_>, misfits: &[Misfit], inputs: &[Option<OutletId>]) {
        // An implementation for every type says best what a message lacks.
        let lacking = misfits.iter().find_map(|misfit| match misfit {
            Misfit::Capability { found, needed } => Some((found, *needed)),
            _ => None,
        });
        if let Some((found, needed)) = lacking {
            self.lacking(stage, found, needed, inputs);
            return;
        }
        let accepted: Vec<_> = misfits
            .iter()
            .filter_map(|misfit| match misfit {
                Misfit::Type { expected, .. } => Some(expected.clone()),
                _ => None,
            })
            .collect();
        let place = &stage.spec.uses.place;
        let Some(Misfit::Type { inlet, found, .. }) = misfits.first() else {
            let reason = misfits.first().map(ToString::to_string).unwrap_or_default();
            let text = format!("`{}` does not fit here: {reason}", stage.name);
            self.errors
                .push(SpecError::new(Mistake::MessageType, place, text));
            return;
        };
        let from = inputs.get(*inlet).copied().flatten();
        let from = from.map_or_else(String::new, |outlet| outlet_name(self.flat, outlet));
        let names: Vec<_> = accepted.iter().map(|it| it.name().to_owned()).collect();
        let text = format!(
            "`{}` does not accept `{found}` messages, which `{from}` emits; it accepts {}",
            stage.name,
            either(&names)
        );
        let converters = self.registry.converters(found, &accepted);
        let converters: Vec<_> = converters.iter().map(ToString::to_string).collect();
        let help = match &converters[..] {
            [] => format!(
                "no registered stage turns `{found}` into {}",
                either(&names)
            ),
            some => format!("put one of these between: {}", either(some)),
        };
        self.errors
            .push(SpecError::new(Mistake::MessageType, place, text).help(help));
    }

    fn lacking(
        &mut self,
        stage: &FlatStage<'_>,
        found: &MessageType,
        needed: &str,
        inputs: &[Option<OutletId>],
    ) {
        let from = inputs.iter().flatten().find(|outlet| {
            let message = &self.typed.outputs[outlet.stage];
            message.get(outlet.port) == Some(&Some(found.clone()))
        });
        let from = from.map_or_else(String::new, |outlet| outlet_name(self.flat, *outlet));
        let text = format!(
            "`{}` needs messages that are `{needed}`, and `{found}`, which `{from}` emits, is not",
            stage.name
        );
        let error = SpecError::new(Mistake::Capability, &stage.spec.uses.place, text);
        self.errors.push(error.help(format!(
            "implement `{needed}` for `{found}`, or put a stage between that emits another type"
        )));
    }

    fn merged(
        &mut self,
        stage: &FlatStage<'_>,
        inputs: &[Option<OutletId>],
        types: &[Option<MessageType>],
    ) -> Option<MessageType> {
        let mut known = inputs.iter().zip(types);
        let (first, message) = known.find_map(|(outlet, it)| Some(((*outlet)?, it.clone()?)))?;
        for (outlet, other) in inputs.iter().zip(types) {
            let (Some(outlet), Some(other)) = (outlet, other) else {
                continue;
            };
            if *other != message {
                let text = format!(
                    "`{}` merges messages of one type, but `{}` emits `{message}` and `{}` emits `{other}`",
                    stage.name,
                    outlet_name(self.flat, first),
                    outlet_name(self.flat, *outlet)
                );
                let error = SpecError::new(Mistake::MessageType, &stage.spec.uses.place, text);
                let help = "put a stage before it that makes both one type";
                self.errors.push(error.help(help));
                return None;
            }
        }
        Some(message)
    }
}

/// The types at outlets that are the same for every implementation.
fn unanimous(entries: &[&'static Entry]) -> Vec<Option<MessageType>> {
    let signatures: Vec<_> = entries.iter().map(|entry| entry.signature()).collect();
    let Some((first, others)) = signatures.split_first() else {
        return Vec::new();
    };
    let ports = first.outputs.iter().enumerate();
    let known = ports.map(|(number, port)| {
        let same = |other: &crate::stage::Signature| {
            other
                .outputs
                .get(number)
                .is_some_and(|it| it.carries == port.carries)
        };
        match &port.carries {
            Carries::Known(message) if others.iter().all(same) => Some(message.clone()),
            _ => None,
        }
    });
    known.collect()
}
