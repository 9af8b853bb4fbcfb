use serde_json::{Value as Json, json};

use crate::cli::arguments::Stages;
use crate::cli::console::{Console, columns_of_stdout};
use crate::cli::exit::{Exit, Failure};
use crate::cli::table::{Cell, table};
use crate::cli::text::{cut, first_sentence};
use crate::stage::Registered;

/// The sentence of a stage keeps at least so much room in a narrow terminal.
const LEAST_ROOM: usize = 24;

/// Lists the stages.
pub(super) fn run(arguments: &Stages, console: &Console) -> Result<Exit, Failure> {
    let registry = super::registry()?;
    let has = |stage: &&Registered| match &arguments.word {
        Some(word) => {
            let word = word.to_lowercase();
            stage.id().contains(&word) || stage.help().to_lowercase().contains(&word)
        }
        None => true,
    };
    let stages: Vec<_> = registry.iter().filter(has).collect();
    let text = if arguments.json {
        let stages: Vec<_> = stages.iter().map(|stage| to_json(stage)).collect();
        format!("{:#}\n", Json::Array(stages))
    } else if stages.is_empty() {
        return Err(nothing(arguments.word.as_deref()));
    } else {
        listed(&stages, console)
    };
    console.print(&text)?;
    Ok(Exit::Done)
}

fn nothing(word: Option<&str>) -> Failure {
    match word {
        Some(word) => Failure::failed(format!("no stage has `{word}` in its id or help"))
            .help("`millpond stages` lists all"),
        None => Failure::failed("the program is linked with no stages"),
    }
}

/// A line for each message type that a stage accepts.
fn listed(stages: &[&Registered], console: &Console) -> String {
    let paint = console.on_stdout;
    let head = ["STAGE", "VERSION", "KIND", "TYPES", "WHAT IT DOES"];
    let mut rows = vec![head.map(|name| Cell::painted(name, paint.bold(name))).to_vec()];
    let room = columns_of_stdout().map(|columns| room(stages, columns));
    for stage in stages {
        let sentence = first_sentence(&stage.help());
        let sentence = room.map_or_else(|| sentence.clone(), |room| cut(&sentence, room));
        for (index, signature) in stage.signatures().iter().enumerate() {
            let types = signature.to_string();
            rows.push(match index {
                0 => vec![
                    Cell::painted(stage.id(), paint.name(stage.id())),
                    stage.version.to_string().into(),
                    stage.kind().to_string().into(),
                    types.into(),
                    sentence.clone().into(),
                ],
                _ => ["", "", "", &types].map(Cell::from).to_vec(),
            });
        }
    }
    table(&rows)
}

/// How wide the last column may be.
fn room(stages: &[&Registered], columns: usize) -> usize {
    let widest = |width: &dyn Fn(&Registered) -> usize, head: &str| {
        let widths = stages.iter().map(|stage| width(stage));
        widths.max().unwrap_or(0).max(head.len()) + 2
    };
    let types = |stage: &Registered| {
        let lengths = stage.signatures().into_iter();
        lengths.map(|signature| signature.to_string().len()).max().unwrap_or(0)
    };
    let used = widest(&|stage| stage.id().len(), "STAGE")
        + widest(&|stage| stage.version.to_string().len(), "VERSION")
        + widest(&|stage| stage.kind().to_string().len(), "KIND")
        + widest(&types, "TYPES");
    columns.saturating_sub(used).max(LEAST_ROOM)
}

/// What programs are told of a stage.
pub(super) fn to_json(stage: &Registered) -> Json {
    let types = stage.signatures().into_iter();
    let types: Vec<_> = types.map(|signature| signature.to_string()).collect();
    json!({
        "id": stage.id(),
        "version": stage.version.to_string(),
        "kind": stage.kind().to_string(),
        "types": types,
        "crate": stage.origin().package,
        "help": stage.help(),
        "options": stage.schema(),
    })
}
