use serde_json::{Value as Json, json};

use crate::cli::arguments::Describe;
use crate::cli::catalogue::{Catalogue, Known};
use crate::cli::console::{Console, Paint, columns_of_stdout};
use crate::cli::example::{inline_example, toml_example};
use crate::cli::exit::{Exit, Failure};
use crate::cli::options::StageOption;
use crate::cli::text::{plain, wrapped};

/// Lines are at most so wide, and in a pipe as wide as this.
const WIDTH: usize = 80;

/// Tells all about a stage.
pub(super) fn run(arguments: &Describe, console: &Console) -> Result<Exit, Failure> {
    let catalogue = Catalogue::collected()?;
    let stage = catalogue.find(&arguments.stage)?;
    let options = stage.options();
    let text = if arguments.json {
        format!("{:#}\n", to_json(stage, &options))
    } else {
        let width = columns_of_stdout().map_or(WIDTH, |columns| columns.clamp(40, WIDTH));
        Page {
            stage,
            options: &options,
            paint: console.on_stdout,
            width,
        }
        .text()
    };
    console.print(&text)?;
    Ok(Exit::Done)
}

fn to_json(stage: &Known, options: &[StageOption]) -> Json {
    let mut json = stage.to_json();
    json["example"] = json!({
        "toml": toml_example(&stage.id, options),
        "inline": inline_example(&stage.id, options),
    });
    json
}

struct Page<'a> {
    stage: &'a Known,
    options: &'a [StageOption],
    paint: Paint,
    width: usize,
}

impl Page<'_> {
    fn text(&self) -> String {
        let sections = [
            self.head(),
            wrapped(&plain(&self.stage.help), self.width).join("\n"),
            self.options(),
            self.in_toml(),
            self.on_one_line(),
            self.origin(),
        ];
        let sections: Vec<_> = sections
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect();
        format!("{}\n", sections.join("\n\n"))
    }

    fn head(&self) -> String {
        let stage = self.stage;
        let id = self.paint.bold(&stage.id);
        let version = stage.version.as_ref();
        let version = version
            .map(|version| format!(" {version}"))
            .unwrap_or_default();
        let types: Vec<_> = stage
            .types
            .iter()
            .map(|types| format!("  {types}"))
            .collect();
        format!("{id}{version}, a {}\n\n{}", stage.kind, types.join("\n"))
    }

    fn options(&self) -> String {
        let heading = self.paint.bold("Options");
        if self.options.is_empty() {
            return format!("{heading}: none");
        }
        let options: Vec<_> = self
            .options
            .iter()
            .map(|option| self.option(option))
            .collect();
        format!("{heading}\n{}", options.join("\n"))
    }

    fn option(&self, option: &StageOption) -> String {
        let mut remarks = Vec::new();
        match &option.default {
            _ if option.is_required => remarks.push("required".to_owned()),
            // A flag that is not there is off.
            Some(Json::Bool(false)) | None => {}
            Some(Json::String(text)) => remarks.push(format!("default: {text}")),
            Some(default) => remarks.push(format!("default: {default}")),
        }
        remarks.extend(option.limits.clone());
        let mut text = format!("  {}", self.paint.name(&option.usage()));
        if !remarks.is_empty() {
            text.push_str(&self.paint.faint(&format!("  ({})", remarks.join("; "))));
        }
        let indented = |text: &str| {
            let lines = wrapped(&plain(text), self.width - 6);
            let lines: Vec<_> = lines.iter().map(|line| format!("\n      {line}")).collect();
            lines.concat().replace("\n      \n", "\n\n")
        };
        text.push_str(&indented(&option.help));
        for (choice, help) in &option.choices {
            let name = self.paint.name(choice);
            let help = plain(help).split_whitespace().collect::<Vec<_>>().join(" ");
            text.push_str(
                match help.as_str() {
                    "" => format!("\n      {name}"),
                    help => format!("\n      {name}: {help}"),
                }
                .as_str(),
            );
        }
        text
    }

    fn in_toml(&self) -> String {
        let example = toml_example(&self.stage.id, self.options);
        let lines = example.lines().map(|line| format!("\n  {line}"));
        let heading = self.paint.bold("In a spec file");
        format!("{heading}{}", lines.collect::<String>())
    }

    fn on_one_line(&self) -> String {
        let stage = inline_example(&self.stage.id, self.options);
        let before = if self.stage.is_source() { "" } else { ".. ! " };
        let behind = if self.stage.is_sink() { "" } else { " ! .." };
        let line = format!("{before}{stage}{behind}");
        format!("{}\n  {line}", self.paint.bold("On one line"))
    }

    fn origin(&self) -> String {
        self.paint.faint(&match self.stage.origin {
            Some(origin) => {
                format!(
                    "from the crate {} ({}:{})",
                    origin.package, origin.file, origin.line
                )
            }
            None => "a part of every spec".to_owned(),
        })
    }
}
