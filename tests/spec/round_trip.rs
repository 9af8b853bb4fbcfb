//! Printing and parsing is the identity, and no text makes a parser panic.

use millpond::pipeline::spec::{
    Located, ModuleSpec, ParamSpec, ParamType, PipelineSpec, Place, Settings, StageSpec, Table,
    Value,
};
use proptest::prelude::*;

fn at<T>(value: T) -> Located<T> {
    let place = Place {
        file: "made".into(),
        line: 1,
        column: 1,
    };
    Located::new(value, place)
}

fn word() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9-]{0,8}"
}

/// Texts that look like other things are likely.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9 ./'\"\\\\!;=$#-]{0,12}",
        any::<String>(),
        any::<i64>().prop_map(|number| number.to_string()),
        Just("true".to_owned()),
        Just("inf".to_owned()),
        Just("!".to_owned()),
        Just("--x".to_owned()),
    ]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Integer),
        // What is not a number is not equal to itself.
        any::<f64>()
            .prop_filter("a number", |float| !float.is_nan())
            .prop_map(Value::Float),
        text().prop_map(Value::Text),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone().prop_map(at), 0..3).prop_map(Value::List),
            table(text().boxed(), inner.boxed()).prop_map(Value::Table),
        ]
    })
}

/// What one line can say.
fn inline_value() -> impl Strategy<Value = Value> {
    let list = prop::collection::vec(scalar().prop_map(at), 0..3).prop_map(Value::List);
    let leaf = prop_oneof![3 => scalar(), 1 => list];
    leaf.prop_recursive(2, 6, 3, |inner| {
        table(word().boxed(), inner.boxed())
            .prop_filter("not empty", |table| !table.is_empty())
            .prop_map(Value::Table)
    })
}

fn table(
    keys: BoxedStrategy<String>,
    values: BoxedStrategy<Value>,
) -> impl Strategy<Value = Table> {
    prop::collection::btree_map(keys, values, 0..4)
        .prop_map(|map| map.into_iter().map(|(key, value)| (at(key), at(value))))
        .prop_map(Iterator::collect)
}

fn settings(value: BoxedStrategy<Value>) -> impl Strategy<Value = Settings> {
    let setting = move || prop::option::of(value.clone().prop_map(at));
    let settings = (setting(), setting(), setting(), setting(), setting());
    settings.prop_map(
        |(on_error, placement, replicas, capacity, overflow)| Settings {
            on_error,
            placement,
            replicas,
            capacity,
            overflow,
        },
    )
}

fn stage(
    uses: BoxedStrategy<String>,
    name: BoxedStrategy<String>,
    inputs: BoxedStrategy<Option<Vec<String>>>,
    with: BoxedStrategy<Table>,
    value: BoxedStrategy<Value>,
    words: bool,
) -> impl Strategy<Value = StageSpec> {
    (uses, prop::option::of(name), inputs, with, settings(value)).prop_map(
        move |(uses, name, inputs, with, settings)| StageSpec {
            uses: at(uses),
            name: name.map(at),
            inputs: inputs.map(|inputs| inputs.into_iter().map(at).collect()),
            with,
            words,
            settings,
        },
    )
}

fn toml_stage() -> impl Strategy<Value = StageSpec> {
    let (text, value) = (text().boxed(), value().boxed());
    let inputs = prop::option::of(prop::collection::vec(text.clone(), 0..3)).boxed();
    let with = table(text.clone(), value.clone()).boxed();
    stage(text.clone(), text, inputs, with, value, false)
}

fn module() -> impl Strategy<Value = ModuleSpec> {
    let param = (
        text(),
        0_usize..6,
        prop::option::of(value()),
        prop::option::of(text()),
    );
    let of = [
        ParamType::Boolean,
        ParamType::Integer,
        ParamType::Number,
        ParamType::String,
        ParamType::Array,
        ParamType::Object,
    ];
    let param = param.prop_map(move |(name, kind, default, help)| ParamSpec {
        name: at(name),
        of: at(of[kind]),
        default: default.map(at),
        help: help.map(at),
    });
    let params = prop::collection::vec(param, 0..3);
    let inputs = prop::collection::vec(text(), 0..2);
    let outputs = prop::collection::btree_map(text(), text(), 0..3);
    let stages = prop::collection::vec(toml_stage(), 0..3);
    (params, inputs, outputs, stages).prop_map(|(mut params, inputs, outputs, stages)| {
        params.sort_by(|a, b| a.name.value.cmp(&b.name.value));
        params.dedup_by(|a, b| a.name == b.name);
        ModuleSpec {
            id: at(String::new()),
            params,
            inputs: inputs.into_iter().map(at).collect(),
            outputs: outputs.into_iter().map(|(a, b)| (at(a), at(b))).collect(),
            stages,
        }
    })
}

fn empty() -> PipelineSpec {
    PipelineSpec::parse("empty.toml", "").unwrap()
}

prop_compose! {
    fn toml_spec()(
        name in prop::option::of(text()),
        defaults in settings(value().boxed()),
        stages in prop::collection::vec(toml_stage(), 0..4),
        modules in prop::collection::btree_map(text(), module(), 0..3),
    ) -> PipelineSpec {
        let mut spec = empty();
        spec.name = name.map(at);
        spec.defaults = Settings { placement: None, replicas: None, ..defaults };
        spec.stages = stages;
        spec.modules = modules
            .into_iter()
            .map(|(id, module)| ModuleSpec { id: at(id), ..module })
            .collect();
        spec
    }
}

prop_compose! {
    /// A chain of stages, as one line can say it.
    fn linear_spec()(
        stages in prop::collection::vec(
            stage(
                text().boxed(),
                text().boxed(),
                Just(None).boxed(),
                table(word().boxed(), inline_value().boxed()).boxed(),
                inline_value().boxed(),
                true,
            ),
            1..4,
        ),
    ) -> PipelineSpec {
        let mut spec = empty();
        spec.stages = stages;
        spec
    }
}

proptest! {
    #[test]
    fn a_spec_printed_as_toml_reads_as_itself(spec in toml_spec()) {
        let toml = spec.to_toml();
        let read = PipelineSpec::parse("printed.toml", &toml);
        let read = read.map_err(|errors| TestCaseError::fail(format!("{errors}\n{toml}")))?;
        prop_assert_eq!(&read.faults, &[], "{}", toml);
        prop_assert_eq!(read, spec, "{}", toml);
    }

    #[test]
    fn a_linear_spec_printed_on_one_line_reads_as_itself(spec in linear_spec()) {
        let line = spec.to_inline().map_err(|error| TestCaseError::fail(error.to_string()))?;
        let read = PipelineSpec::parse_inline(&line);
        let read = read.map_err(|errors| TestCaseError::fail(format!("{errors}\n{line}")))?;
        prop_assert_eq!(read, spec, "{}", line);
    }

    #[test]
    fn no_bytes_make_the_toml_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        drop(PipelineSpec::parse("bytes.toml", &String::from_utf8_lossy(&bytes)));
    }

    #[test]
    fn no_text_that_looks_like_toml_makes_the_reader_panic(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "[", "]", "[[stage]]\n", "[stage]\n", "use", "=", "\"a\"", "'", "\n", "{", "}",
                ",", ".", "with", "edge", "[module.a]\n", "[[module.a.stage]]\n", "params", "1",
                "inputs", "[defaults]\n", "name", "type", "\"integer\"", " ", "#", "outputs",
            ]),
            0..24,
        ),
    ) {
        drop(PipelineSpec::parse("parts.toml", &parts.concat()));
    }

    #[test]
    fn no_text_makes_the_inline_parser_panic(text in any::<String>()) {
        drop(PipelineSpec::parse_inline(&text));
    }

    #[test]
    fn what_the_inline_parser_reads_it_can_print_and_read_again(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "a", "b.", "b.c", "!", ";", "--x", "--x=1", "--@name", "--x.y", "--x[]", "'", "\"",
                "\\", "b", "7", "--@edge", "=", "é", "--@on-error=stop",
            ]),
            0..16,
        ),
    ) {
        if let Ok(spec) = PipelineSpec::parse_inline(&parts.join(" "))
            && let Ok(line) = spec.to_inline()
        {
            prop_assert_eq!(PipelineSpec::parse_inline(&line).unwrap(), spec, "{}", line);
        }
    }
}
