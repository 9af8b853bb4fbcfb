use super::options::Options;
use super::words::{Word, words};
use crate::pipeline::spec::data::names;
use crate::pipeline::spec::place::Source;
use crate::pipeline::spec::{
    Located, Mistake, PipelineSpec, Place, Settings, SpecError, SpecErrors, StageSpec, Table, Value,
};
use crate::stage::nearest::did_you_mean;

/// What the places of a line call their file.
const FILE: &str = "inline";

/// The settings that an option with `--@` may name.
pub(crate) const SETTINGS: [&str; 6] = [
    "name",
    "on-error",
    "placement",
    "replicas",
    "capacity",
    "overflow",
];

impl PipelineSpec {
    /// Reads a pipeline from one line of text.
    ///
    /// # Errors
    ///
    /// All places where the text is no pipeline.
    pub fn parse_inline(text: &str) -> Result<Self, SpecErrors> {
        let mut errors = Vec::new();
        let source = Source::new(FILE, text);
        let words = words(&source, text, &mut errors);
        let mut parser = Parser {
            spec: Self::empty(FILE),
            errors,
            joins: Vec::new(),
            end: source.place(text.len()),
        };
        for (index, chain) in words.split(|word| word.is_mark(";")).enumerate() {
            parser.chain(chain, index == 0);
        }
        parser.join();
        let Parser { spec, errors, .. } = parser;
        SpecErrors::sorted(errors).map_or(Ok(spec), Err)
    }
}

struct Parser {
    spec: PipelineSpec,
    errors: Vec<SpecError>,
    /// Links that lead into stages by name: what is read, and the stage.
    joins: Vec<(Before, Located<String>)>,
    /// Where the text ends.
    end: Place,
}

/// What stands before a link.
#[derive(Clone)]
enum Before {
    /// Nothing: a chain begins.
    Start,
    /// The stage of this number.
    Stage(usize),
    /// An outlet, by reference.
    Outlet(Located<String>),
    /// A stage that was joined by name: the chain ends with it.
    End,
}

impl Parser {
    fn chain(&mut self, words: &[Word], is_first: bool) {
        // An empty chain says that the stage behind it reads nothing.
        if words.is_empty() {
            return;
        }
        let mut before = Before::Start;
        let mut rest = words;
        loop {
            let len = rest.iter().position(|word| word.is_mark("!"));
            let element = &rest[..len.unwrap_or(rest.len())];
            let after = len.map(|len| (&rest[len].place, &rest[len + 1..]));
            let now = match element {
                [] => {
                    let place = rest.first().map_or(&self.end, |word| &word.place).clone();
                    self.error(&place, "a link has a stage on both sides", "write `a ! b`");
                    before.clone()
                }
                [word, options @ ..] => self.element(word, options, before, is_first),
            };
            match (after, now) {
                (Some((_, words)), now) => {
                    rest = words;
                    before = now;
                }
                (None, Before::Outlet(outlet)) => {
                    let text = format!("`{}` is linked to nothing", outlet.value);
                    self.error(
                        &outlet.place,
                        text,
                        "a reference is linked with `!` to a stage",
                    );
                    return;
                }
                (None, _) => return,
            }
        }
    }

    fn element(&mut self, word: &Word, options: &[Word], before: Before, is_first: bool) -> Before {
        if word.is_option() {
            self.error(
                &word.place,
                format!("`{}` follows no stage", word.text),
                "a stage comes first, then its options",
            );
            return before;
        }
        if matches!(before, Before::End) {
            self.error(
                &word.place,
                format!(
                    "`{}` follows a link that ends in a stage by its name",
                    word.text
                ),
                "begin another chain with `;`",
            );
        }
        match reference(word) {
            Some(reference) => self.reference(reference, options, before),
            None => self.stage(word, options, before, is_first),
        }
    }

    fn reference(
        &mut self,
        reference: Located<String>,
        options: &[Word],
        before: Before,
    ) -> Before {
        if let Some(word) = options.first() {
            self.error(
                &word.place,
                format!("`{}` follows a reference, which has no options", word.text),
                "link it with `!`, or end the chain with `;`",
            );
        }
        match before {
            Before::Start => Before::Outlet(reference),
            before => {
                self.joins.push((before, reference));
                Before::End
            }
        }
    }

    fn stage(&mut self, word: &Word, rest: &[Word], before: Before, is_first: bool) -> Before {
        let mut options = Options::default();
        let mut rest = rest;
        while let Some(word) = rest.first() {
            let taken = if word.is_option() {
                options.take(rest, &mut self.errors)
            } else {
                self.error(
                    &word.place,
                    format!("`{}` is neither an option nor a link", word.text),
                    "write `--option value`, and `!` before the next stage",
                );
                1
            };
            rest = &rest[taken..];
        }
        let inputs = match before {
            Before::Start if is_first => None,
            Before::Start => Some(Vec::new()),
            Before::Stage(_) | Before::End => None,
            Before::Outlet(outlet) => Some(vec![outlet]),
        };
        let (name, settings) = self.settings(options.settings);
        self.spec.stages.push(StageSpec {
            uses: Located::new(word.text.clone(), word.place.clone()),
            name,
            inputs,
            with: options.with,
            words: true,
            settings,
        });
        Before::Stage(self.spec.stages.len() - 1)
    }

    fn settings(&mut self, table: Table) -> (Option<Located<String>>, Settings) {
        let mut settings = Settings::default();
        let mut name = None;
        for (key, value) in table {
            match &*key.value {
                "name" => name = self.name(value),
                "on-error" => settings.on_error = Some(value),
                "placement" => settings.placement = Some(value),
                "replicas" => settings.replicas = Some(value),
                "capacity" => settings.capacity = Some(value),
                "overflow" => settings.overflow = Some(value),
                other => {
                    let text = format!("a stage has no setting `--@{other}`");
                    let mut error = SpecError::new(Mistake::UnknownKey, &key.place, text);
                    error.help = did_you_mean(other, "settings", SETTINGS);
                    self.errors.push(error);
                }
            }
        }
        (name, settings)
    }

    fn name(&mut self, value: Located<Value>) -> Option<Located<String>> {
        match value.value {
            Value::Text(text) => Some(Located::new(text, value.place)),
            Value::Integer(_) | Value::Float(_) => Some(value.map(|number| number.to_string())),
            _ => {
                self.error(
                    &value.place,
                    "`--@name` is not given one name",
                    "write `--@name in`",
                );
                None
            }
        }
    }

    /// Adds the inputs of the links that lead into stages by name.
    fn join(&mut self) {
        let names = names(&self.spec.stages);
        for (before, target) in std::mem::take(&mut self.joins) {
            let outlet = match before {
                Before::Stage(stage) => Located::new(names[stage].clone(), target.place.clone()),
                Before::Outlet(outlet) => outlet,
                Before::Start | Before::End => continue,
            };
            let Some(stage) = names.iter().position(|name| *name == target.value) else {
                let text = format!("no stage is called `{}`", target.value);
                let mut error = SpecError::new(Mistake::UnknownInput, &target.place, text);
                error.help =
                    did_you_mean(&target.value, "stages", names.iter().map(String::as_str));
                self.errors.push(error);
                continue;
            };
            let place = target.place;
            let inputs = &mut self.spec.stages[stage].inputs;
            let implied = || (stage > 0).then(|| Located::new(names[stage - 1].clone(), place));
            inputs
                .get_or_insert_with(|| implied().into_iter().collect())
                .push(outlet);
        }
    }

    fn error(&mut self, place: &Place, text: impl Into<String>, help: &str) {
        let error = SpecError::new(Mistake::Syntax, place, text);
        self.errors.push(error.help(help));
    }
}

/// The outlet or stage that a word refers to: `in.rejected`, or `in.` for the
/// stage itself.
fn reference(word: &Word) -> Option<Located<String>> {
    if !word.is_bare() || word.text.contains('@') {
        return None;
    }
    let (name, port) = word.text.split_once('.')?;
    let text = if port.is_empty() { name } else { &word.text };
    Some(Located::new(text.to_owned(), word.place.clone()))
}
