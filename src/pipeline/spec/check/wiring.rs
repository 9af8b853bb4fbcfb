use std::collections::{BTreeMap, BTreeSet};

use super::order::in_order;
use super::resolve::{Input, OutletId, Unresolved};
use super::scope::{Flat, Item, Within};
use super::{Mistake, Place, SpecError, What};

/// What each stage reads.
pub(super) struct Wired {
    /// For each stage its inputs; nothing for those that lead nowhere.
    pub(super) inputs: Vec<Vec<Option<OutletId>>>,
    /// The stages, each behind those that it reads, without those in circles.
    pub(super) order: Vec<usize>,
    /// The stages that have as many inputs as they read.
    pub(super) counted: Vec<bool>,
}

/// Finds what each stage reads, and tells what is wrong with it.
pub(super) fn wire(flat: &Flat<'_>, errors: &mut Vec<SpecError>) -> Wired {
    let mut wiring = Wiring {
        flat,
        errors,
        readers: BTreeMap::new(),
        excused: BTreeSet::new(),
    };
    let stages = 0..flat.stages.len();
    let (inputs, counted): (Vec<_>, Vec<_>) = stages.map(|stage| wiring.stage(stage)).unzip();
    wiring.excuse();
    wiring.modules();
    wiring.two_readers();
    wiring.unconnected();
    let order = in_order(flat, &inputs, wiring.errors);
    Wired {
        inputs,
        order,
        counted,
    }
}

struct Wiring<'a, 'e> {
    flat: &'a Flat<'a>,
    errors: &'e mut Vec<SpecError>,
    /// For each outlet, which stages read it, and where they say so.
    readers: BTreeMap<OutletId, Vec<(Place, usize)>>,
    /// Outlets that a mistyped input may have meant.
    excused: BTreeSet<OutletId>,
}

impl Wiring<'_, '_> {
    fn stage(&mut self, number: usize) -> (Vec<Option<OutletId>>, bool) {
        let stage = &self.flat.stages[number];
        let inputs = self.flat.inputs(stage.scope, stage.position);
        let uses = &stage.spec.uses;
        let wanted = match &stage.what {
            What::Merge if inputs.is_empty() => Some(1),
            what => what.input_count(),
        };
        let mut is_right = self.count(&stage.name, &uses.place, wanted, inputs.len());
        let mut outlets = Vec::new();
        for input in inputs {
            let outlet = self.flat.outlet(stage.scope, input);
            let place = match input {
                Input::Named(reference) => &reference.place,
                Input::Before(_) | Input::FirstInlet => &uses.place,
            };
            outlets.push(match outlet {
                Ok(outlet) => {
                    let readers = self.readers.entry(outlet).or_default();
                    readers.push((place.clone(), number));
                    Some(outlet)
                }
                Err(unresolved) => {
                    is_right &= self.unresolved(stage.scope, &stage.name, place, input, unresolved);
                    None
                }
            });
        }
        (outlets, is_right)
    }

    /// Tells that a stage or module has another number of inputs.
    fn count(&mut self, name: &str, place: &Place, wanted: Option<usize>, given: usize) -> bool {
        let Some(wanted) = wanted.filter(|wanted| *wanted != given) else {
            return true;
        };
        let (text, help) = match (wanted, given) {
            (0, _) => (
                format!(
                    "`{name}` is a source, which reads nothing, but has {}",
                    inputs(given)
                ),
                "take its `inputs` out".to_owned(),
            ),
            (_, 0) => (
                format!("`{name}` reads nothing, but needs {}", inputs(wanted)),
                "put a source before it, or name what it reads: `inputs = [\"in\"]`".to_owned(),
            ),
            _ => (
                format!("`{name}` needs {}, but has {given}", inputs(wanted)),
                match wanted {
                    1 => "join them with `merge`".to_owned(),
                    _ => "name what it reads: `inputs = [\"a\", \"b\"]`".to_owned(),
                },
            ),
        };
        self.errors
            .push(SpecError::new(Mistake::InputCount, place, text).help(help));
        false
    }

    /// Tells why an input leads nowhere. Whether the number of inputs is right
    /// in spite of it.
    fn unresolved(
        &mut self,
        scope: usize,
        name: &str,
        place: &Place,
        input: Input<'_>,
        unresolved: Unresolved,
    ) -> bool {
        match unresolved {
            Unresolved::Told => true,
            Unresolved::Wrong(error) => {
                if let Input::Named(reference) = input {
                    self.excused
                        .extend(self.flat.meant(scope, &reference.value));
                }
                self.errors.push(*error);
                true
            }
            Unresolved::AfterSink(sink) => {
                let text = format!("`{name}` follows `{sink}`, which is a sink and has no outlet");
                let error = SpecError::new(Mistake::InputCount, place, text);
                self.errors
                    .push(error.help("name what it reads: `inputs = [\"in\"]`"));
                false
            }
        }
    }

    /// What a stage reads that was not made, for a reason that was told, is
    /// not unread.
    fn excuse(&mut self) {
        for (number, scope) in self.flat.scopes.iter().enumerate() {
            let items = scope.items.iter().enumerate();
            for (position, _) in items.filter(|(_, item)| **item == Item::Nothing) {
                let inputs = self.flat.inputs(number, position).into_iter();
                let outlets = inputs.filter_map(|input| self.flat.outlet(number, input).ok());
                self.excused.extend(outlets);
            }
        }
    }

    /// Checks the inlets and outlets of each use of a module.
    fn modules(&mut self) {
        for (number, scope) in self.flat.scopes.iter().enumerate() {
            let Some(within) = scope.within else { continue };
            let outer = &self.flat.scopes[within.scope];
            let spec = &outer.specs[within.position];
            let name = format!("{}{}", outer.prefix, outer.names[within.position]);
            let inputs = self.flat.inputs(within.scope, within.position);
            let inlets = &within.module.inputs;
            self.count(&name, &spec.uses.place, Some(inlets.len()), inputs.len());
            for input in &inputs {
                if let Err(unresolved) = self.flat.outlet(within.scope, *input) {
                    let place = &spec.uses.place;
                    self.unresolved(within.scope, &name, place, *input, unresolved);
                }
            }
            for output in 0..within.module.outputs.len() {
                if let Err(Unresolved::Wrong(error)) = self.flat.output(number, output) {
                    self.errors.push(*error);
                }
            }
            self.unread_inlets(number, &inputs, within);
        }
    }

    /// Tells the inlets of a module that none of its stages reads.
    fn unread_inlets(&mut self, scope: usize, inputs: &[Input<'_>], within: Within<'_>) {
        let inlets = &within.module.inputs;
        let positions = 0..self.flat.scopes[scope].items.len();
        let read = positions.flat_map(|position| self.flat.inputs(scope, position));
        let read: BTreeSet<_> = read
            .filter_map(|input| match input {
                Input::Named(reference) => Some(reference.value.as_str()),
                Input::FirstInlet => Some(inlets.first()?.value.as_str()),
                Input::Before(_) => None,
            })
            .collect();
        for (number, inlet) in inlets.iter().enumerate() {
            let name = inlet.value.as_str();
            if read.contains(name) {
                continue;
            }
            let text = format!("no stage of the module reads its input `{name}`");
            let error = SpecError::new(Mistake::Unconnected, &inlet.place, text);
            self.errors
                .push(error.help(format!("give a stage `inputs = [\"{name}\"]`")));
            let input = inputs.get(number).copied();
            let outlet = input.and_then(|it| self.flat.outlet(within.scope, it).ok());
            self.excused.extend(outlet);
        }
    }

    fn two_readers(&mut self) {
        for (outlet, readers) in &mut self.readers {
            readers.sort();
            let Some(((_, first), others)) = readers.split_first() else {
                continue;
            };
            let outlet = outlet_name(self.flat, *outlet);
            for (place, reader) in others {
                let [first, reader] = [*first, *reader].map(|it| &self.flat.stages[it].name);
                let text = format!("`{outlet}` has two readers, `{first}` and `{reader}`");
                let error = SpecError::new(Mistake::TwoReaders, place, text);
                self.errors.push(error.help(format!(
                    "an edge has one: put a `broadcast` behind `{outlet}`, with an outlet for each"
                )));
            }
        }
    }

    fn unconnected(&mut self) {
        let exported = self.exported();
        for (stage, flat) in self.flat.stages.iter().enumerate() {
            let count = flat.what.outlets().map_or(0, |outlets| outlets.len());
            for outlet in (0..count).map(|port| OutletId { stage, port }) {
                if self.readers.contains_key(&outlet) || self.excused.contains(&outlet) {
                    continue;
                }
                let (name, place) = match exported.get(&outlet) {
                    Some((name, place)) => (name.clone(), place),
                    None => (outlet_name(self.flat, outlet), &flat.spec.uses.place),
                };
                let text = format!("nothing reads `{name}`");
                let error = SpecError::new(Mistake::Unconnected, place, text);
                let name = name.rsplit('/').next().unwrap_or_default();
                self.errors.push(error.help(format!(
                    "end it in a sink, which says `inputs = [\"{name}\"]` if it does not follow"
                )));
            }
        }
    }

    /// The outlets that modules give on, under the outermost name.
    fn exported(&self) -> BTreeMap<OutletId, (String, Place)> {
        let mut exported = BTreeMap::new();
        for (number, scope) in self.flat.scopes.iter().enumerate() {
            let Some(within) = scope.within else { continue };
            let place = &self.flat.scopes[within.scope].specs[within.position]
                .uses
                .place;
            let outputs = &within.module.outputs;
            let module = scope.prefix.trim_end_matches('/');
            for (output, (name, _)) in outputs.iter().enumerate() {
                let Ok(outlet) = self.flat.output(number, output) else {
                    continue;
                };
                let name = match outputs.len() {
                    1 => module.to_owned(),
                    _ => format!("{module}.{}", name.value),
                };
                exported.entry(outlet).or_insert((name, place.clone()));
            }
        }
        exported
    }
}

/// `parse`, or `ingest.rejected` for a stage of several outlets.
pub(super) fn outlet_name(flat: &Flat<'_>, outlet: OutletId) -> String {
    let stage = &flat.stages[outlet.stage];
    match stage.what.outlets().as_deref() {
        Some([_] | []) | None => stage.name.clone(),
        Some(ports) => format!("{}.{}", stage.name, ports[outlet.port]),
    }
}

fn inputs(count: usize) -> String {
    match count {
        1 => "1 input".to_owned(),
        count => format!("{count} inputs"),
    }
}
