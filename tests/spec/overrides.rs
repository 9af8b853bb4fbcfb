//! Options that are set from outside of a spec.

use millpond::pipeline::spec::PipelineSpec;

use super::pages::registry;

const SPEC: &str = "
[[stage]]
use = 'tickets'
name = 'in'
with = { count = 4 }

[[stage]]
use = 'stamped'

[[stage]]
use = 'forget'

[module.stamped]
params = { prefix = { type = 'string', default = '' } }
inputs = ['tickets']
outputs = ['stamp']

[[module.stamped.stage]]
use = 'stamp'
with = { prefix = '${param.prefix}' }
";

fn told(sets: &[&str], variables: &[(&str, &str)]) -> String {
    let mut spec = PipelineSpec::parse("a.toml", SPEC).unwrap();
    spec.set_from(
        variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    for set in sets {
        spec.set(set).unwrap();
    }
    let checked = spec.check(&registry());
    checked
        .err()
        .map(|errors| errors.to_string())
        .unwrap_or_default()
}

#[test]
fn an_option_decides_of_what_type_its_word_is() {
    assert_eq!(
        told(
            &[
                "in.count=7",
                "stamped/stamp.prefix=7",
                "stamped.prefix=true"
            ],
            &[]
        ),
        ""
    );
    assert_eq!(
        told(&["in.count=many"], &[]),
        "--set:1:1: P0030: option `count` of `tickets` is not an integer",
    );
}

#[test]
fn a_setting_is_set_behind_its_mark() {
    assert_eq!(told(&["in.@capacity=8", "in.@placement=own"], &[]), "");
    assert_eq!(
        told(&["in.@capacity=0"], &[]),
        "--set:1:1: P0024: `capacity` is 0, and must be at least 1",
    );
    assert_eq!(
        told(&["in.@size=0"], &[]),
        "--set:1:1: P0041: there is no setting `@size`"
    );
}

#[test]
fn variables_set_options_and_the_command_line_wins_over_them() {
    let wrong = [
        ("MILLPOND_SET_IN__COUNT", "many"),
        ("HOME", "a"),
        ("MILLPOND_LOG", "b"),
    ];
    assert_eq!(
        told(&[], &wrong),
        "MILLPOND_SET_IN__COUNT:1:1: P0030: option `count` of `tickets` is not an integer",
    );
    assert_eq!(told(&["in.count=2"], &wrong), "");
    assert_eq!(
        told(&[], &[("MILLPOND_SET_STAMPED__STAMP__PREFIX", "a")]),
        ""
    );
}

#[test]
fn an_override_of_nothing_is_told() {
    assert_eq!(
        told(&["inn.count=2", "in.cuont=2"], &[]),
        "--set:1:1: P0041: no stage is called `inn`\n  help: did you mean `in`?\n\
         --set:2:1: P0028: `tickets` has no option `cuont`\n  help: did you mean `count`?",
    );
    let mut spec = PipelineSpec::parse("a.toml", SPEC).unwrap();
    let error = spec.set("in.count").unwrap_err().to_string();
    assert_eq!(
        error,
        "--set:1:1: P0041: `in.count` sets no option\n  help: write `stage.option=value`",
    );
}
