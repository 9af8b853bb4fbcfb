use super::{Candidate, starting_with};
use crate::cli::catalogue::{Catalogue, Known};
use crate::cli::options::StageOption;
use crate::cli::text::first_sentence;
use crate::message::MessageType;
use crate::pipeline::spec::INLINE_SETTINGS;

/// What may stand behind `words` in a pipeline on one line, where `current`
/// is written already.
pub(super) fn candidates(words: &[String], current: &str, catalogue: &Catalogue) -> Vec<Candidate> {
    let start = words.iter().rposition(|word| word == "!" || word == ";");
    let stage = &words[start.map_or(0, |at| at + 1)..];
    match stage {
        [] => {
            let chain = words.rsplit(|word| word == ";").next().unwrap_or_default();
            starting_with(current, stages_behind(chain, catalogue))
        }
        [uses, given @ ..] => match catalogue.find(uses) {
            Ok(stage) => in_stage(stage, given, current),
            Err(_) => Vec::new(),
        },
    }
}

/// The stages that can follow a chain: sources at its beginning, and behind a
/// link those that accept what arrives, as far as that can be told.
fn stages_behind<'a>(
    chain: &'a [String],
    catalogue: &'a Catalogue,
) -> impl Iterator<Item = Candidate> + 'a {
    let arrives = arriving(chain, catalogue);
    let is_first = chain.is_empty();
    let follows = move |stage: &&Known| match &arrives {
        _ if is_first => stage.is_source(),
        Some(message) => stage.accepts(message),
        None => !stage.is_source(),
    };
    catalogue.iter().filter(follows).map(|stage| Candidate {
        text: stage.id.clone(),
        help: first_sentence(&stage.help),
    })
}

/// The message type at the end of a chain.
fn arriving(chain: &[String], catalogue: &Catalogue) -> Option<MessageType> {
    let mut message = None;
    for element in chain
        .split(|word| word == "!")
        .filter(|element| !element.is_empty())
    {
        let stage = catalogue.find(&element[0]).ok()?;
        let inputs: Vec<_> = message.into_iter().collect();
        message = Some(stage.emits(&inputs)?);
    }
    message
}

/// The options of a stage, or the values of the one that stands before.
fn in_stage(stage: &Known, given: &[String], current: &str) -> Vec<Candidate> {
    let options = stage.options();
    if let Some((name, _)) = current
        .strip_prefix("--")
        .and_then(|word| word.split_once('='))
    {
        let values = options.iter().find(|option| option.name == name);
        let values = values
            .into_iter()
            .flat_map(values_of)
            .map(|value| Candidate {
                text: format!("--{name}={}", value.text),
                ..value
            });
        return starting_with(current, values);
    }
    let before = given.last().and_then(|word| word.strip_prefix("--"));
    let wants_value = before.and_then(|name| {
        let named = |option: &&StageOption| option.name == name && option.value.is_some();
        options.iter().find(named)
    });
    if let Some(option) = wants_value {
        return starting_with(current, values_of(option).into_iter());
    }
    let is_given = |option: &&StageOption| {
        let name = format!("--{}", option.name);
        let is_list = option
            .value
            .as_ref()
            .is_some_and(|value| value.ends_with(".."));
        !is_list
            && given
                .iter()
                .any(|word| *word == name || word.starts_with(&format!("{name}=")))
    };
    let own = options
        .iter()
        .filter(|option| !is_given(option))
        .map(|option| Candidate {
            text: format!("--{}", option.name),
            help: first_sentence(&option.help),
        });
    let settings = INLINE_SETTINGS.iter().map(|name| Candidate {
        text: format!("--@{name}"),
        help: "a setting that every stage has".to_owned(),
    });
    // Settings are shown once they are asked for, since all stages have them.
    let settings = settings.filter(|_| current.starts_with("--@"));
    let link = Candidate {
        text: "!".to_owned(),
        help: "the next stage".to_owned(),
    };
    let link = (!stage.is_sink()).then_some(link);
    starting_with(current, own.chain(settings).chain(link))
}

fn values_of(option: &StageOption) -> Vec<Candidate> {
    let choices = option.choices.iter();
    let choice = |(value, help): &(String, String)| Candidate {
        text: value.clone(),
        help: first_sentence(help),
    };
    choices.map(choice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(words: &str, current: &str) -> Vec<String> {
        let catalogue = Catalogue::collected().unwrap();
        let words: Vec<_> = words.split_whitespace().map(str::to_owned).collect();
        let found = candidates(&words, current, &catalogue);
        found.into_iter().map(|candidate| candidate.text).collect()
    }

    #[test]
    fn a_chain_begins_with_a_source() {
        assert_eq!(texts("", "from-"), ["from-file", "from-stdin"]);
        assert_eq!(texts("", "to-"), [""; 0]);
        assert_eq!(texts("from-stdin ! to-stdout ;", "from-f"), ["from-file"]);
    }

    #[test]
    fn what_follows_a_link_accepts_what_arrives() {
        let behind_lines = texts("from-stdin !", "");
        assert!(
            behind_lines.contains(&"parse-json".to_owned()),
            "{behind_lines:?}"
        );
        assert!(
            !behind_lines.contains(&"filter".to_owned()),
            "{behind_lines:?}"
        );
        let behind_json = texts("from-stdin ! parse-json !", "");
        assert!(
            behind_json.contains(&"filter".to_owned()),
            "{behind_json:?}"
        );
        assert!(
            !behind_json.contains(&"parse-json".to_owned()),
            "{behind_json:?}"
        );
    }

    #[test]
    fn options_are_completed_until_they_are_given() {
        assert_eq!(texts("from-file", "--pa"), ["--path"]);
        assert_eq!(texts("from-file --path a", "--pa"), [""; 0]);
        assert_eq!(
            texts("from-file --path", ""),
            [""; 0],
            "a path is for the shell"
        );
        assert!(texts("from-file", "--@").contains(&"--@capacity".to_owned()));
        assert!(texts("from-file", "").contains(&"!".to_owned()));
        assert_eq!(texts("no-such-stage", "--"), [""; 0]);
    }
}
