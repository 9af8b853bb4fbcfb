use serde_json::Value as Json;

use crate::cli::arguments::Stages;
use crate::cli::catalogue::{Catalogue, Known};
use crate::cli::console::{Console, columns_of_stdout};
use crate::cli::exit::{Exit, Failure};
use crate::cli::table::{Cell, table};
use crate::cli::text::{cut, first_sentence};

/// The sentence of a stage keeps at least so much room in a narrow terminal.
const LEAST_ROOM: usize = 24;

/// Lists the stages.
pub(super) fn run(arguments: &Stages, console: &Console) -> Result<Exit, Failure> {
    let catalogue = Catalogue::collected()?;
    let has = |stage: &&Known| match &arguments.word {
        Some(word) => {
            let word = word.to_lowercase();
            stage.id.contains(&word) || stage.help.to_lowercase().contains(&word)
        }
        None => true,
    };
    let stages: Vec<_> = catalogue.iter().filter(has).collect();
    let text = if arguments.json {
        let stages: Vec<_> = stages.iter().map(|stage| stage.to_json()).collect();
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
fn listed(stages: &[&Known], console: &Console) -> String {
    let paint = console.on_stdout;
    let head = ["STAGE", "VERSION", "KIND", "TYPES", "WHAT IT DOES"];
    let mut rows = vec![
        head.map(|name| Cell::painted(name, paint.bold(name)))
            .to_vec(),
    ];
    let mut lines = Vec::new();
    for stage in stages {
        let [id, kind] = [stage.id.clone(), stage.kind.to_string()];
        let version = stage.version.clone().unwrap_or_default();
        for (index, types) in stage.types.iter().enumerate() {
            let types = types.clone();
            lines.push(match index {
                0 => [
                    id.clone(),
                    version.clone(),
                    kind.clone(),
                    types,
                    first_sentence(&stage.help),
                ],
                _ => [
                    String::new(),
                    String::new(),
                    String::new(),
                    types,
                    String::new(),
                ],
            });
        }
    }
    let room = columns_of_stdout().map(|columns| room(&lines, &head, columns));
    for [id, version, kind, types, sentence] in lines {
        let sentence = room.map_or_else(|| sentence.clone(), |room| cut(&sentence, room));
        let id = Cell::painted(&id, paint.name(&id));
        rows.push(vec![
            id,
            version.into(),
            kind.into(),
            types.into(),
            sentence.into(),
        ]);
    }
    table(&rows)
}

/// How wide the last column may be.
fn room(lines: &[[String; 5]], head: &[&str; 5], columns: usize) -> usize {
    let used: usize = (0..4)
        .map(|column| {
            let widths = lines.iter().map(|line| line[column].chars().count());
            widths.max().unwrap_or(0).max(head[column].len()) + 2
        })
        .sum();
    columns.saturating_sub(used).max(LEAST_ROOM)
}
