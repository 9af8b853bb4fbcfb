//! Specs at random: the check ends, and what it lets pass can be built.

use millpond::graph;
use millpond::pipeline::spec::{
    Located, ModuleSpec, PipelineSpec, Place, Settings, StageSpec, Value,
};
use proptest::prelude::*;

use super::pages::registry;

fn at<T>(value: T) -> Located<T> {
    let place = Place {
        file: "made".into(),
        line: 1,
        column: 1,
    };
    Located::new(value, place)
}

/// Names that some stages have, and outlets that some have.
fn reference() -> impl Strategy<Value = String> {
    let names = [
        "a", "b", "c", "d", "a.even", "b.odd", "c.x", "d.y", "in", "b.out", "e",
    ];
    prop::sample::select(names.to_vec()).prop_map(str::to_owned)
}

fn stage() -> impl Strategy<Value = StageSpec> {
    let ids = [
        "tickets",
        "tickets",
        "stamp",
        "parity",
        "merge",
        "broadcast",
        "forget",
        "forget",
        "m",
        "n",
        "monitor",
        "batch",
        "no-such",
    ];
    let inputs = prop::option::weighted(0.6, prop::collection::vec(reference(), 0..3));
    let name = prop::option::weighted(0.8, prop::sample::select(vec!["a", "b", "c", "d", "e"]));
    (prop::sample::select(ids.to_vec()), name, inputs).prop_map(|(id, name, inputs)| {
        let text = |text: &str| at(Value::Text(text.to_owned()));
        let with = match id {
            "broadcast" => vec![(
                at("outlets".to_owned()),
                at(Value::List(vec![text("x"), text("y")])),
            )],
            "monitor" => vec![(at("what".to_owned()), text("messages"))],
            "batch" => vec![(at("max-items".to_owned()), at(Value::Integer(2)))],
            _ => Vec::new(),
        };
        StageSpec {
            uses: at(id.to_owned()),
            name: name.map(|name| at(name.to_owned())),
            inputs: inputs.map(|inputs| inputs.into_iter().map(at).collect()),
            with,
            words: false,
            settings: Settings::default(),
        }
    })
}

fn module(id: &'static str) -> impl Strategy<Value = ModuleSpec> {
    let stages = prop::collection::vec(stage(), 0..4);
    let outputs = prop::collection::vec(reference(), 0..2);
    (stages, outputs, any::<bool>()).prop_map(move |(stages, outputs, reads)| ModuleSpec {
        id: at(id.to_owned()),
        params: Vec::new(),
        inputs: reads.then(|| at("in".to_owned())).into_iter().collect(),
        outputs: outputs
            .into_iter()
            .map(|outlet| (at("out".to_owned()), at(outlet)))
            .collect(),
        stages,
    })
}

/// A pipeline in which nothing is wrong, grown choice by choice.
#[derive(Default)]
struct Growing {
    stages: Vec<StageSpec>,
    /// The outlets that nothing reads yet, and whether they carry texts.
    open: Vec<(String, bool)>,
}

impl Growing {
    fn add(&mut self, id: &str, inputs: Vec<String>, outlets: &[(&str, bool)]) {
        let name = format!("s{}", self.stages.len());
        let text = |text: &str| at(Value::Text(text.to_owned()));
        let with = match id {
            "broadcast" => {
                let outlets = at(Value::List(vec![text("x"), text("y")]));
                vec![(at("outlets".to_owned()), outlets)]
            }
            "monitor" => vec![(at("what".to_owned()), text("messages"))],
            _ => Vec::new(),
        };
        self.stages.push(StageSpec {
            uses: at(id.to_owned()),
            name: Some(at(name.clone())),
            inputs: Some(inputs.into_iter().map(at).collect()),
            with,
            words: false,
            settings: Settings::default(),
        });
        self.open
            .extend(outlets.iter().map(|(outlet, texts)| match *outlet {
                "" => (name.clone(), *texts),
                outlet => (format!("{name}.{outlet}"), *texts),
            }));
    }

    /// An open outlet that carries texts, or tickets.
    fn take(&mut self, texts: bool, choice: usize) -> Option<String> {
        let fitting = self.open.iter().enumerate();
        let fitting: Vec<_> = fitting.filter(|(_, open)| open.1 == texts).collect();
        let (at, _) = fitting.get(choice.checked_rem(fitting.len())?)?;
        Some(self.open.swap_remove(*at).0)
    }

    fn step(&mut self, kind: u8, choice: usize) {
        let texts = kind >= 3;
        let Some(first) = self.take(texts, choice) else {
            return self.add("tickets", Vec::new(), &[("", false)]);
        };
        match kind {
            0 => self.add("stamp", vec![first], &[("", true)]),
            1 => self.add("parity", vec![first], &[("even", false), ("odd", false)]),
            2 => self.add("sorted", vec![first], &[("", true)]),
            3 => self.add("broadcast", vec![first], &[("x", true), ("y", true)]),
            4 => {
                let second = self.take(true, choice / 2);
                let inputs = std::iter::once(first).chain(second).collect();
                self.add("merge", inputs, &[("", true)]);
            }
            _ => self.add("monitor", vec![first], &[("", true)]),
        }
    }

    fn finish(mut self) -> Vec<StageSpec> {
        for (outlet, _) in std::mem::take(&mut self.open) {
            self.add("forget", vec![outlet], &[]);
        }
        self.stages
    }
}

/// A module of the stages that grow, with a module in it.
const SORTED: &str = "
[module.sorted]
inputs = ['tickets']
outputs = ['joined']

[[module.sorted.stage]]
use = 'parity'

[[module.sorted.stage]]
use = 'stamp'
name = 'odd'
inputs = ['parity.odd']

[[module.sorted.stage]]
use = 'stamped'
inputs = ['parity.even']

[[module.sorted.stage]]
use = 'merge'
name = 'joined'
inputs = ['odd', 'stamped']

[module.stamped]
inputs = ['tickets']
outputs = ['stamp']

[[module.stamped.stage]]
use = 'stamp'
";

proptest! {
    #[test]
    fn a_right_spec_in_any_order_passes_and_is_built(
        steps in prop::collection::vec((0_u8..6, any::<usize>()), 1..12),
        turn in any::<usize>(),
    ) {
        let mut growing = Growing::default();
        for (kind, choice) in steps {
            growing.step(kind, choice);
        }
        let mut spec = PipelineSpec::parse("made.toml", SORTED).unwrap();
        spec.stages = growing.finish();
        let turn = turn % spec.stages.len();
        spec.stages.rotate_left(turn);
        let pipeline = spec.build(&registry());
        let pipeline = pipeline
            .map_err(|errors| TestCaseError::fail(format!("{errors}\n{}", spec.to_toml())))?;
        prop_assert_eq!(graph::check(&pipeline.graph()), []);

        // Whatever is taken out, something is wrong then, and is told.
        spec.stages.remove(0);
        prop_assert!(spec.check(&registry()).is_err(), "{}", spec.to_toml());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn the_check_of_any_spec_ends(
        stages in prop::collection::vec(stage(), 0..7),
        modules in (module("m"), module("n")),
    ) {
        let mut spec = PipelineSpec::parse("made.toml", "").unwrap();
        spec.stages = stages;
        spec.modules = vec![modules.0, modules.1];
        if let Ok(checked) = spec.check(&registry()) {
            prop_assert!(checked.build().is_ok(), "{}", spec.to_toml());
        }
    }
}
