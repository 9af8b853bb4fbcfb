use crate::cli::arguments::Candidates;
use crate::cli::catalogue::Catalogue;
use crate::cli::complete::candidates;
use crate::cli::console::Console;
use crate::cli::exit::{Exit, Failure};
use crate::cli::text::add;

/// What Bash takes for the end of a word although it is none of ours.
const BREAKS: [char; 3] = ['=', '@', ':'];

/// Prints candidates, one a line, each with its help behind a tab.
pub(super) fn run(arguments: &Candidates, console: &Console) -> Result<Exit, Failure> {
    let catalogue = Catalogue::collected()?;
    let mut text = String::new();
    for candidate in candidates(&arguments.line, &catalogue) {
        let shown = if arguments.bash {
            last_part(&candidate.text, &arguments.line)
        } else {
            &candidate.text
        };
        add(&mut text, format_args!("{shown}\t{}\n", candidate.help));
    }
    console.print(&text)?;
    Ok(Exit::Done)
}

/// The part of a candidate that Bash replaces: from the last break that is
/// written already; and the quote that is open stays as it is.
fn last_part<'a>(candidate: &'a str, line: &str) -> &'a str {
    if let Some(inner) = candidate.strip_prefix(['\'', '"']) {
        return inner;
    }
    let word = line.rsplit(char::is_whitespace).next().unwrap_or_default();
    // An `@` begins a word for Bash; the others end one.
    let behind = |at: usize| {
        if word[at..].starts_with('@') {
            at
        } else {
            at + 1
        }
    };
    let from = word.rfind(BREAKS).map_or(0, behind);
    candidate.get(from..).unwrap_or(candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bash_is_given_what_stands_behind_its_break() {
        assert_eq!(last_part("--format=lines", "x --format=li"), "lines");
        assert_eq!(last_part("batch@0.1.0", "x batch@0"), "@0.1.0");
        assert_eq!(last_part("--path", "x --p"), "--path");
        assert_eq!(
            last_part("'from-file --path", "x 'from-file --p"),
            "from-file --path"
        );
    }
}
