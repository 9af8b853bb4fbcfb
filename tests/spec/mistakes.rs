//! A large spec with many mistakes, and what is told of mistakes beside others.

use std::fs;

use millpond::pipeline::spec::{PipelineSpec, SpecErrors};

use super::pages::registry;

pub(crate) fn check(toml: &str) -> Result<(), SpecErrors> {
    let spec = PipelineSpec::parse("a.toml", toml)?;
    let environment = |name: &str| (name == "HOME").then(|| "/home/a".to_owned());
    spec.check_with(&registry(), &environment).map(drop)
}

/// What is told, without helps.
pub(crate) fn told(toml: &str) -> Vec<String> {
    let errors = check(toml).err();
    let errors = errors.iter().flatten();
    errors
        .map(|error| {
            let place = &error.place;
            format!(
                "{}:{} {}: {}",
                place.line,
                place.column,
                error.mistake.code(),
                error.text
            )
        })
        .collect()
}

#[test]
fn seven_mistakes_among_twenty_stages_are_told_and_nothing_else() {
    let spec = PipelineSpec::read("tests/spec/mistakes.toml").unwrap();
    assert_eq!(spec.stages.len(), 20);
    let toml = fs::read_to_string("tests/spec/mistakes.toml").unwrap();
    assert_eq!(
        told(&toml),
        [
            "15:28 P0028: `filter` has no option `at-leest`",
            "28:11 P0032: `copies.kpet`: it has no outlet `kpet`",
            "34:22 P0030: option `max-items` of `batch` is 0, and must be at least 1",
            "50:7 P0038: `fatal` does not accept `String` messages, which `errors` emits; it accepts `Value`",
            "59:7 P0026: no stage or module is called `to-fiel`",
            "68:7 P0027: no version of `from-file` meets `^9`",
            "78:8 P0035: two stages are called `access`",
        ],
    );
}

#[test]
fn a_wrong_type_does_not_hide_or_repeat_what_is_behind_it() {
    let lines = "[[stage]]\nuse = 'from-file'\nwith = { path = 'README.md' }\n";
    let wrong = "[[stage]]\nuse = 'filter'\nwith = { field = 'a', exists = true }\n";
    // What `filter` emits is known whatever arrives; what `batch` does is not.
    assert_eq!(
        told(&format!(
            "{lines}{wrong}[[stage]]\nuse = 'parse-json'\n[[stage]]\nuse = 'to-stdout'\n"
        )),
        [
            "5:7 P0038: `filter` does not accept `String` messages, which `from-file` emits; it accepts `Value`",
            "8:7 P0038: `parse-json` does not accept `Value` messages, which `filter` emits; it accepts `String`",
        ],
    );
    let batch = "[[stage]]\nuse = 'batch'\nwith = { max-items = 2 }\n";
    assert_eq!(
        told(&format!(
            "{lines}{batch}{batch}{batch}[[stage]]\nuse = 'to-stdout'\n"
        ))
        .len(),
        1,
        "the second batch is refused, the third is behind an unknown type",
    );
}

#[test]
fn the_registered_stages_that_convert_are_named() {
    let errors = check(
        "[[stage]]\nuse = 'tickets'\n[[stage]]\nuse = 'short'\nwith = { length = 3 }\n[[stage]]\nuse = 'to-stdout'\n",
    );
    let errors = errors.unwrap_err();
    let help = errors.iter().next().unwrap().help.clone();
    assert_eq!(
        help.unwrap(),
        "put one of these between: `stamp: Ticket -> String`"
    );
}

#[test]
fn a_range_of_an_option_is_that_of_its_schema() {
    let short = |length: &str| {
        told(&format!(
            "[[stage]]\nuse = 'tickets'\n[[stage]]\nuse = 'stamp'\n[[stage]]\nuse = 'short'\n\
             with = {{ length = {length} }}\n[[stage]]\nuse = 'to-stdout'\n"
        ))
    };
    assert_eq!(short("10"), [""; 0]);
    assert_eq!(
        short("11"),
        ["7:19 P0030: option `length` of `short` is 11, and must be at most 10"]
    );
    assert_eq!(
        short("1.5"),
        ["7:19 P0030: option `length` of `short` is a number, not an integer"]
    );
    assert_eq!(
        short("'${HOME}'"),
        ["7:19 P0030: option `length` of `short` is not an integer"]
    );
}

#[test]
fn settings_are_told_at_their_values() {
    assert_eq!(
        told(
            "[[stage]]\nuse = 'tickets'\non-error = 'ignore'\nreplicas = { count = 0, ordr = 1 }\n\
             edge = { capacity = 'lots', overflow = 3 }\n[[stage]]\nuse = 'forget'\n"
        ),
        [
            "3:12 P0024: `on-error` is `\"ignore\"`, not `stop` or `dead-letter`",
            "4:22 P0024: `replicas.count` is 0, and must be at least 1",
            "4:25 P0022: there is no setting `replicas.ordr`",
            "5:21 P0024: `capacity` is `\"lots\"`, not `adaptive` or `interactive`",
            "5:40 P0024: `overflow` is `3`, not `block`, `drop-newest`, `drop-oldest` or `fail`",
        ],
    );
}

#[test]
fn replicas_are_for_straight_stages_and_keep_order_only_where_they_can() {
    let stage = |replicas: &str| {
        told(&format!(
            "[[stage]]\nuse = 'tickets'\n[[stage]]\nuse = 'stamp'\nreplicas = {replicas}\n\
             [[stage]]\nuse = 'bracket'\nreplicas = {replicas}\n[[stage]]\nuse = 'to-stdout'\n"
        ))
    };
    assert_eq!(stage("1"), [""; 0]);
    assert_eq!(
        stage("4_000_000_000"),
        [
            "5:12 P0024: `replicas` is 4000000000, and must be at most 1024",
            "8:12 P0024: `replicas` is 4000000000, and must be at most 1024",
        ]
    );
    assert_eq!(stage("{ count = 2, order = 'any' }"), [""; 0]);
    let order = [
        "5:12 P0024: replicas of `stamp` cannot keep the order of messages, since it is not written for every mode",
    ];
    assert_eq!(stage("2"), order);
    assert_eq!(stage("{ count = 2, order = 'preserve' }"), order);
    assert_eq!(
        told("[[stage]]\nuse = 'tickets'\nreplicas = 2\n[[stage]]\nuse = 'forget'\n"),
        ["3:12 P0024: only a stage with one inlet and one outlet can have replicas"],
    );
}

#[test]
fn the_bounds_of_a_capacity_agree() {
    let edge = |capacity: &str| {
        told(&format!(
            "[[stage]]\nuse = 'tickets'\nedge = {{ capacity = {capacity} }}\n[[stage]]\nuse = 'forget'\n"
        ))
    };
    assert_eq!(
        edge("{ min = 9, max = 8 }"),
        [
            "3:21 P0024: an adaptive capacity of at least 9 and at most 8 messages cannot be: exchange the bounds"
        ],
    );
    assert_eq!(
        edge("{ target = 'soon' }"),
        ["3:21 P0024: `capacity.target` is `soon`, which is no duration: write one such as `5ms`"],
    );
    assert_eq!(
        edge("true"),
        ["3:21 P0024: `capacity` is a boolean, not an integer or a text or a table"]
    );
}

#[test]
fn every_outlet_of_a_module_needs_a_reader_and_is_named() {
    assert_eq!(
        told(
            "[[stage]]\nuse = 'tickets'\n[[stage]]\nuse = 'parity'\nname = 'p'\n[[stage]]\nuse = 'forget'\n"
        ),
        ["4:7 P0034: nothing reads `p.odd`"],
    );
    assert_eq!(
        told(
            "[[stage]]\nuse = 'tickets'\n[[stage]]\nuse = 'parity'\nname = 'p'\n[[stage]]\nuse = 'forget'\ninputs = ['p.od']\n"
        ),
        [
            "4:7 P0034: nothing reads `p.even`",
            "8:11 P0032: `p.od`: it has no outlet `od`"
        ],
    );
}

#[test]
fn the_ports_of_a_module_and_of_a_broadcast_have_a_name_each() {
    let module = |inputs: &str, outputs: &str| {
        told(&format!(
            "[[stage]]\nuse = 'tickets'\n[[stage]]\nuse = 'm'\n[[stage]]\nuse = 'forget'\n\
             [module.m]\ninputs = [{inputs}]\noutputs = [{outputs}]\n\
             [[module.m.stage]]\nuse = 'stamp'\n"
        ))
    };
    assert_eq!(module("'in'", "'stamp'"), [""; 0]);
    let shared = module("'stamp'", "'stamp'");
    assert_eq!(shared, ["8:11 P0035: the inlet `stamp` shares its name"]);
    let shared = module("'in'", "'stamp', 'stamp'");
    assert!(
        shared.contains(&"9:21 P0035: the outlet `stamp` shares its name".to_owned()),
        "{shared:?}"
    );
    assert_eq!(
        told(
            "[[stage]]\nuse = 'tickets'\n[[stage]]\nuse = 'stamp'\n[[stage]]\nuse = 'broadcast'\n\
             with = { outlets = ['a', 'a'] }\n[[stage]]\nuse = 'forget'\n"
        ),
        ["7:20 P0030: option `outlets` of `broadcast` has an item twice"],
    );
}

#[test]
fn modules_that_unfold_without_end_are_stopped() {
    let mut toml = "[[stage]]\nuse = 'm0'\n".to_owned();
    for level in 0..40 {
        let next = if level == 39 {
            "tickets".to_owned()
        } else {
            format!("m{}", level + 1)
        };
        let module = format!(
            "[module.m{level}]\n[[module.m{level}.stage]]\nuse = '{next}'\nname = 'a'\n\
             [[module.m{level}.stage]]\nuse = '{next}'\nname = 'b'\n"
        );
        toml.push_str(&module);
    }
    let told = told(&toml);
    let count = told.iter().filter(|told| told.contains("P0040")).count();
    assert_eq!(count, 1, "{told:?}");
}

#[test]
fn a_chain_of_modules_is_followed_to_a_depth() {
    let nested = |levels: usize| {
        let mut toml = "[[stage]]\nuse = 'm0'\n".to_owned();
        for level in 0..levels {
            let next = level + 1;
            let module = format!("[module.m{level}]\n[[module.m{level}.stage]]\nuse = 'm{next}'\n");
            toml.push_str(&module);
        }
        toml + &format!(
            "[module.m{levels}]\n[[module.m{levels}.stage]]\nuse = 'tickets'\n[[module.m{levels}.stage]]\nuse = 'forget'\n"
        )
    };
    assert_eq!(told(&nested(100)), [""; 0]);
    assert_eq!(
        told(&nested(5000)),
        ["2:7 P0040: more than 128 modules stand within each other"],
    );
}

#[test]
fn a_default_of_a_parameter_has_its_type() {
    let module = |default: &str| {
        told(&format!(
            "[[stage]]\nuse = 'm'\n[module.m]\nparams = {{ n = {{ type = 'integer', default = {default} }} }}\n\
             [[module.m.stage]]\nuse = 'tickets'\nwith = {{ count = '${{param.n}}' }}\n\
             [[module.m.stage]]\nuse = 'forget'\n"
        ))
    };
    assert_eq!(module("3"), [""; 0]);
    assert_eq!(
        module("'3'"),
        ["4:46 P0024: `default` is a text, not an integer"]
    );
    assert_eq!(
        module("'${NONE}'"),
        ["4:46 P0025: the environment variable `NONE` is not set"]
    );
}

#[test]
fn a_secret_and_a_foreign_value_are_not_repeated() {
    let told = |stage: &str| {
        let toml = format!("[[stage]]\n{stage}\n[[stage]]\nuse = 'forget'\n");
        check(&toml).unwrap_err().to_string()
    };
    for stage in [
        "use = 'tickets'\nwith = { count = '${HOME}' }",
        "use = 'tickets'\non-error = '${HOME}'",
        "use = 'locked'\nwith = { token = 'open /home', wait = '1s' }",
        "use = 'locked'\nwith = { token = 'sesame', wait = '${HOME}' }",
    ] {
        let told = told(stage);
        assert!(!told.contains("/home"), "{told}");
    }
}

#[test]
fn a_pipeline_of_too_many_stages_is_told() {
    let stages = "[[stage]]\nuse = 'tickets'\n[[stage]]\nuse = 'forget'\n".repeat(5_001);
    assert_eq!(
        told(&stages),
        ["2:7 P0040: the pipeline has more than 10000 stages and modules"],
    );
}
