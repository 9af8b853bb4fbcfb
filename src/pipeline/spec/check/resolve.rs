use super::scope::{Flat, Item, Scope};
use crate::pipeline::spec::{Located, Mistake, SpecError};
use crate::stage::nearest::{did_you_mean, nearest};

/// An outlet of a stage, by numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct OutletId {
    pub(super) stage: usize,
    pub(super) port: usize,
}

/// What a stage reads, as its spec says it.
#[derive(Clone, Copy)]
pub(super) enum Input<'a> {
    /// This name.
    Named(&'a Located<String>),
    /// What stands before it.
    Before(Item),
    /// The first inlet of the module that it begins.
    FirstInlet,
}

/// Why an input leads to no outlet.
pub(super) enum Unresolved {
    /// For a reason that is told elsewhere.
    Told,
    /// For this reason.
    Wrong(Box<SpecError>),
    /// What stands before is a sink of this name.
    AfterSink(String),
}

impl From<SpecError> for Unresolved {
    fn from(error: SpecError) -> Self {
        Self::Wrong(Box::new(error))
    }
}

impl<'a> Flat<'a> {
    /// What the stage or module at a position of a scope reads.
    pub(super) fn inputs(&self, scope: usize, position: usize) -> Vec<Input<'a>> {
        let scope = &self.scopes[scope];
        if let Some(inputs) = &scope.specs[position].inputs {
            return inputs.iter().map(Input::Named).collect();
        }
        let wanted = match scope.items[position] {
            Item::Stage(stage) => self.stages[stage].what.input_count(),
            Item::Module(inner) => self.inlets(inner).map(<[_]>::len),
            Item::Nothing => None,
        };
        let has_inlets = scope.within.is_some_and(|it| !it.module.inputs.is_empty());
        match position.checked_sub(1) {
            _ if wanted == Some(0) => Vec::new(),
            Some(before) => vec![Input::Before(scope.items[before])],
            None if has_inlets => vec![Input::FirstInlet],
            None => Vec::new(),
        }
    }

    /// The outlet that an input of a scope leads to.
    pub(super) fn outlet(&self, scope: usize, input: Input<'a>) -> Result<OutletId, Unresolved> {
        match input {
            Input::Named(reference) => {
                if let Some(inlet) = self.scopes[scope].inlet(&reference.value) {
                    return self.behind_inlet(scope, inlet);
                }
                let (item, port) = Self::named(&self.scopes[scope], reference)?;
                self.of_item(item, port, reference)
            }
            Input::Before(item) => self.first_of(item),
            Input::FirstInlet => self.behind_inlet(scope, 0),
        }
    }

    /// The outlet that a module gives on as its own.
    pub(super) fn output(&self, scope: usize, number: usize) -> Result<OutletId, Unresolved> {
        let inner = &self.scopes[scope];
        let within = inner.within.ok_or(Unresolved::Told)?;
        let (_, reference) = within.module.outputs.get(number).ok_or(Unresolved::Told)?;
        let (item, port) = Self::named(inner, reference)?;
        self.of_item(item, port, reference)
    }

    fn inlets(&self, scope: usize) -> Option<&'a [Located<String>]> {
        Some(&self.scopes[scope].within?.module.inputs)
    }

    /// What the use of a module gives to one of its inlets.
    fn behind_inlet(&self, scope: usize, inlet: usize) -> Result<OutletId, Unresolved> {
        let within = self.scopes[scope].within.ok_or(Unresolved::Told)?;
        let inputs = self.inputs(within.scope, within.position);
        let input = inputs.get(inlet).ok_or(Unresolved::Told)?;
        // What is wrong there is told where the module is used.
        let outlet = self.outlet(within.scope, *input);
        outlet.map_err(|_| Unresolved::Told)
    }

    fn named<'b>(
        scope: &Scope<'a>,
        reference: &'b Located<String>,
    ) -> Result<(Item, Option<&'b str>), SpecError> {
        let text = reference.value.as_str();
        let (name, port) = match text.split_once('.') {
            Some((name, port)) => (name, Some(port)),
            None => (text, None),
        };
        if let Some((_, item)) = scope.find(name) {
            return Ok((item, port));
        }
        let text = format!("no stage is called `{name}`");
        let mut error = SpecError::new(Mistake::UnknownInput, &reference.place, text);
        error.help = did_you_mean(name, "stages", known(scope));
        Err(error)
    }

    fn of_item(
        &self,
        item: Item,
        port: Option<&str>,
        reference: &Located<String>,
    ) -> Result<OutletId, Unresolved> {
        let outlets = self.outlets(item).ok_or(Unresolved::Told)?;
        let number = match port {
            _ if outlets.is_empty() => None,
            None => Some(0),
            Some(port) => outlets.iter().position(|outlet| outlet == port),
        };
        let Some(number) = number else {
            let reference_text = &reference.value;
            let text = match port {
                Some(port) if !outlets.is_empty() => {
                    format!("`{reference_text}`: it has no outlet `{port}`")
                }
                _ => format!("`{reference_text}` is a sink, which has no outlet to be read"),
            };
            let mut error = SpecError::new(Mistake::UnknownInput, &reference.place, text);
            let names = outlets.iter().map(String::as_str);
            error.help = did_you_mean(port.unwrap_or_default(), "outlets", names);
            return Err(error.into());
        };
        self.at(item, number)
    }

    fn first_of(&self, item: Item) -> Result<OutletId, Unresolved> {
        let outlets = self.outlets(item).ok_or(Unresolved::Told)?;
        if outlets.is_empty() {
            return Err(Unresolved::AfterSink(self.name_of(item)));
        }
        self.at(item, 0)
    }

    fn at(&self, item: Item, number: usize) -> Result<OutletId, Unresolved> {
        match item {
            Item::Stage(stage) => Ok(OutletId {
                stage,
                port: number,
            }),
            // What is wrong within the module is told there.
            Item::Module(scope) => self.output(scope, number).map_err(|_| Unresolved::Told),
            Item::Nothing => Err(Unresolved::Told),
        }
    }

    /// The names of the outlets, if they are known.
    fn outlets(&self, item: Item) -> Option<Vec<String>> {
        match item {
            Item::Stage(stage) => self.stages[stage].what.outlets(),
            Item::Module(scope) => {
                let outputs = self.scopes[scope].within?.module.outputs.iter();
                Some(outputs.map(|(name, _)| name.value.clone()).collect())
            }
            Item::Nothing => None,
        }
    }

    fn name_of(&self, item: Item) -> String {
        match item {
            Item::Stage(stage) => self.stages[stage].name.clone(),
            Item::Module(scope) => {
                let prefix = &self.scopes[scope].prefix;
                prefix.trim_end_matches('/').to_owned()
            }
            Item::Nothing => String::new(),
        }
    }

    /// The outlets that a mistyped reference may have meant.
    pub(super) fn meant(&self, scope: usize, reference: &str) -> Vec<OutletId> {
        let scope = &self.scopes[scope];
        let (name, port) = match reference.split_once('.') {
            Some((name, port)) => (name, Some(port)),
            None => (reference, None),
        };
        let mut meant = Vec::new();
        for near in nearest(name, known(scope)) {
            let Some((_, item)) = scope.find(near) else {
                continue;
            };
            let outlets = self.outlets(item).unwrap_or_default();
            let ports = port.map(|port| nearest(port, outlets.iter().map(String::as_str)));
            for (number, outlet) in outlets.iter().enumerate() {
                if ports
                    .as_ref()
                    .is_none_or(|ports| ports.contains(&outlet.as_str()))
                {
                    meant.extend(self.at(item, number).ok());
                }
            }
        }
        meant
    }
}

fn known<'a>(scope: &'a Scope<'_>) -> impl Iterator<Item = &'a str> {
    let inlets = scope.within.into_iter().flat_map(|it| &it.module.inputs);
    let inlets = inlets.map(|inlet| inlet.value.as_str());
    scope.names.iter().map(String::as_str).chain(inlets)
}
