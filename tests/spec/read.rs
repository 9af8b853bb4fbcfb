//! Reading TOML and one line: what is understood, and what is told.

use std::fs;

use millpond::pipeline::spec::{PipelineSpec, Value};

fn faults(toml: &str) -> Vec<String> {
    let spec = PipelineSpec::parse("a.toml", toml).unwrap();
    spec.faults.iter().map(ToString::to_string).collect()
}

#[test]
fn every_value_knows_its_place() {
    let spec = PipelineSpec::parse(
        "a.toml",
        "name = \"é\"\n\n[[stage]]\nuse = 'b'\nwith = { 'ünt' = [1, 2], b = { c = true } }\n",
    )
    .unwrap();
    assert_eq!(spec.faults, []);
    assert_eq!(spec.name.as_ref().unwrap().place.to_string(), "a.toml:1:8");
    let stage = &spec.stages[0];
    assert_eq!(stage.uses.place.to_string(), "a.toml:4:7");
    let (key, list) = &stage.with[0];
    assert_eq!((&*key.value, key.place.column), ("ünt", 10));
    let Value::List(items) = &list.value else {
        unreachable!("a list was given");
    };
    assert_eq!(items[1].place.to_string(), "a.toml:5:22");
}

#[test]
fn a_spec_without_a_name_is_called_after_its_file() {
    let spec = |file| PipelineSpec::parse(file, "").unwrap();
    assert_eq!(spec("etc/errors-per-host.toml").name(), "errors-per-host");
    let named = PipelineSpec::parse("a.toml", "name = 'b'").unwrap();
    assert_eq!(named.name(), "b");
}

#[test]
fn all_syntax_errors_are_told() {
    let errors =
        PipelineSpec::parse("a.toml", "name = \n[[stage]]\nuse = 'a\nwith = 3 4\n").unwrap_err();
    let lines: Vec<_> = errors.iter().map(|error| error.place.line).collect();
    assert_eq!(lines, [1, 3, 4], "{errors}");
    assert!(errors.to_string().starts_with("a.toml:1:"), "{errors}");
}

#[test]
fn an_unknown_key_is_told_with_the_nearest_one() {
    assert_eq!(
        faults("nmae = 'a'\n[[stage]]\nuse = 'b'\nwiht = {}\n[defaults]\nfoo = 1\n"),
        [
            "a.toml:1:1: P0022: a spec has no key `nmae`\n  help: did you mean `name`?",
            "a.toml:6:1: P0022: `[defaults]` has no key `foo`\n  \
             help: the keys are `capacity`, `overflow` and `on-error`",
            "a.toml:4:1: P0022: a stage has no key `wiht`\n  help: did you mean `with`?",
        ],
    );
}

#[test]
fn a_value_of_another_kind_is_told() {
    assert_eq!(
        faults("name = 1\n[[stage]]\nuse = 'b'\ninputs = ['a', 2]\nwith = 3\n"),
        [
            "a.toml:1:8: P0024: `name` is an integer, not a text",
            "a.toml:4:16: P0024: an item of `inputs` is an integer, not a text",
            "a.toml:5:8: P0024: `with` is an integer, not a table",
        ],
    );
}

#[test]
fn a_stage_without_use_is_told_at_its_header() {
    assert_eq!(
        faults("[[stage]]\nname = 'a'\n"),
        ["a.toml:1:1: P0023: the stage has no `use`\n  \
          help: say which stage it is: `use = \"parse-json\"`"],
    );
}

#[test]
fn an_included_file_gives_its_modules_each_file_once() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("main.toml", "include = ['sub/a.toml', 'b.toml']\n");
    fs::create_dir(folder.path().join("sub")).unwrap();
    write("sub/a.toml", "include = ['../b.toml']\n[module.a]\n");
    write("b.toml", "[module.b]\n");
    let spec = PipelineSpec::read(folder.path().join("main.toml")).unwrap();
    assert_eq!(spec.faults, []);
    let ids: Vec<_> = spec
        .included
        .iter()
        .map(|module| &*module.id.value)
        .collect();
    assert_eq!(ids, ["a", "b"]);
}

#[test]
fn files_that_include_each_other_are_told_with_the_whole_circle() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("a.toml", "include = ['b.toml']\n");
    write("b.toml", "include = ['a.toml']\n");
    let spec = PipelineSpec::read(folder.path().join("a.toml")).unwrap();
    let told = spec.faults[0].to_string();
    assert!(
        told.contains("b.toml:1:12: P0021: the file includes itself: "),
        "{told}"
    );
    assert_eq!(told.matches("a.toml").count(), 2, "{told}");
}

#[test]
fn an_included_file_has_no_stages_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("b.toml"), "[[stage]]\nuse = 'a'\n").unwrap();
    let main = folder.path().join("a.toml");
    fs::write(&main, "include = ['b.toml', 'c.toml']\n").unwrap();
    let spec = PipelineSpec::read(&main).unwrap();
    let told: Vec<_> = spec.faults.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("b.toml:1:3: P0022: a file that is included has no `stage`"));
    assert!(
        told[1].contains("a.toml:1:22: P0021: cannot read"),
        "{told:?}"
    );
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_that_names_it() {
    let errors = PipelineSpec::read("no/such.toml").unwrap_err().to_string();
    assert!(
        errors.starts_with("no/such.toml:1:1: P0021: cannot read `no/such.toml`"),
        "{errors}"
    );
}

// === one line ===

fn inline(text: &str) -> PipelineSpec {
    PipelineSpec::parse_inline(text).unwrap()
}

fn with(text: &str) -> String {
    let spec = inline(&format!("stage {text}"));
    Value::Table(spec.stages[0].with.clone()).to_string()
}

#[test]
fn marks_link_stages_and_options_belong_to_the_stage_before_them() {
    let spec = inline("from-file --path a.jsonl ! parse-json ! to-file --path b.jsonl");
    let uses: Vec<_> = spec.stages.iter().map(|stage| &*stage.uses.value).collect();
    assert_eq!(uses, ["from-file", "parse-json", "to-file"]);
    assert_eq!(with("--path a.jsonl"), "{ path = \"a.jsonl\" }");
    assert_eq!(spec.stages[2].with[0].1.place.to_string(), "inline:1:56");
}

#[test]
fn an_option_alone_is_a_flag_and_repeated_ones_are_a_list() {
    assert_eq!(with("--fast"), "{ fast = true }");
    assert_eq!(
        with("--fast --field=a --field b"),
        "{ fast = true, field = [\"a\", \"b\"] }"
    );
    assert_eq!(with("--one[] a --none[]"), "{ one = [\"a\"], none = [] }");
    assert_eq!(
        with("--user.name a --user.age 3"),
        "{ user = { name = \"a\", age = 3 } }"
    );
}

#[test]
fn words_are_split_and_quoted_as_in_a_shell() {
    assert_eq!(
        with(r#"--a 'b c' --d "e \"f\" \n" --g h\ i"#),
        r#"{ a = "b c", d = "e \"f\" \\n", g = "h i" }"#
    );
    assert_eq!(
        with("--a '64' --b 64 --c 007 --d '!' --e=--f"),
        "{ a = \"64\", b = 64, c = \"007\", d = \"!\", e = \"--f\" }"
    );
}

#[test]
fn a_reference_begins_a_chain_at_an_outlet_and_ends_one_in_a_stage() {
    let spec = inline("a --@name in ! b ; in.rejected ! c --@name m ; d ! m.");
    let inputs = |at: usize| {
        let inputs = spec.stages[at].inputs.as_ref();
        inputs.map(|inputs| inputs.iter().map(|input| &*input.value).collect::<Vec<_>>())
    };
    assert_eq!(inputs(0), None);
    assert_eq!(inputs(1), None);
    assert_eq!(inputs(2), Some(vec!["in.rejected", "d"]));
    assert_eq!(inputs(3), Some(vec![]));
}

#[test]
fn a_reference_alone_is_told() {
    let errors = PipelineSpec::parse_inline("a ; b.c").unwrap_err();
    assert_eq!(
        errors.to_string(),
        "inline:1:5: P0020: `b.c` is linked to nothing\n  \
         help: a reference is linked with `!` to a stage",
    );
}

#[test]
fn settings_stand_behind_a_mark_that_no_option_has() {
    let spec = inline("a --@name x --@replicas.count 4 --@capacity 8 --name y");
    let stage = &spec.stages[0];
    assert_eq!(stage.name.as_ref().unwrap().value, "x");
    assert_eq!(
        stage.settings.replicas.as_ref().unwrap().value.to_string(),
        "{ count = 4 }"
    );
    assert_eq!(
        stage.settings.capacity.as_ref().unwrap().value,
        Value::Integer(8)
    );
    assert_eq!(stage.with[0].1.value, Value::Text("y".to_owned()));
}

#[test]
fn everything_wrong_with_a_line_is_told_by_its_place() {
    let errors = PipelineSpec::parse_inline("a b ! ! --c ! d --@nmae 'x").unwrap_err();
    let told: Vec<_> = errors
        .iter()
        .map(|error| (error.place.column, &*error.text))
        .collect();
    assert_eq!(
        told,
        [
            (3, "`b` is neither an option nor a link"),
            (7, "a link has a stage on both sides"),
            (9, "`--c` follows no stage"),
            (17, "a stage has no setting `--@nmae`"),
            (25, "the quote is never closed"),
        ],
    );
}
