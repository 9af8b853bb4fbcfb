//! The JSON Schema of specs.

use std::collections::BTreeSet;

use millpond::pipeline::spec::{PipelineSpec, schema};
use serde_json::Value;

use super::pages::registry;

fn keys(schema: &Value) -> BTreeSet<&str> {
    schema
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn the_schema_has_the_keys_that_are_read() {
    let schema = schema(&registry());
    let stage = &schema["$defs"]["stage"]["allOf"][0]["properties"];
    let module = &schema["$defs"]["module"]["properties"];
    let toml = "zz = 1\n[[stage]]\nzz = 1\nedge = { zz = 1 }\n[defaults]\nzz = 1\n\
                [module.m]\nzz = 1\nparams = { p = { zz = 1, type = 'string' } }\n";
    let faults = PipelineSpec::parse("a.toml", toml).unwrap().faults;
    for (place, known) in [
        (1, &schema["properties"]),
        (4, &stage["edge"]["properties"]),
        (6, &schema["properties"]["defaults"]["properties"]),
        (8, module),
        (9, &module["params"]["additionalProperties"]["properties"]),
    ] {
        let fault = faults.iter().find(|fault| fault.place.line == place);
        let help = fault.unwrap().help.clone().unwrap();
        let named: BTreeSet<_> = help.split('`').skip(1).step_by(2).collect();
        assert_eq!(named, keys(known), "line {place}");
    }
    let known = "use name inputs with on-error placement replicas edge";
    assert_eq!(keys(stage), known.split(' ').collect());
}

#[test]
fn the_schema_knows_the_options_of_every_registered_stage() {
    let schema = schema(&registry());
    let stages = schema["$defs"]["stage"]["allOf"][1]["oneOf"]
        .as_array()
        .unwrap();
    let find = |id: &str| {
        let pattern = format!("^{id}(@.*)?$");
        let found = stages
            .iter()
            .find(|stage| stage["properties"]["use"]["pattern"] == *pattern);
        found.unwrap()
    };
    let stamp = find("stamp");
    assert_eq!(stamp["description"], "Turns tickets into texts.");
    assert_eq!(
        keys(&stamp["properties"]["with"]["properties"]),
        BTreeSet::from(["prefix"])
    );
    assert_eq!(find("short")["required"], serde_json::json!(["with"]));
    assert_eq!(
        keys(&find("broadcast")["properties"]["with"]["properties"]),
        BTreeSet::from(["outlets"])
    );
    for stage in registry().iter() {
        find(stage.id());
    }
}
