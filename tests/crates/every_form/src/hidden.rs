//! A module that nobody sees, and a function with stages in its body.

use millpond::Pipeline;
use millpond::{sink, source, stage};

#[source]
pub(crate) fn hidden_texts(#[config(default = 2)] most: usize) -> impl Iterator<Item = String> {
    ["a", "b", "c"].into_iter().map(String::from).take(most)
}

#[stage]
pub(super) fn hidden_lengths(text: &str) -> usize {
    text.len()
}

#[sink]
fn hidden_end(length: usize, #[config(default)] least: usize) {
    debug_assert!(length >= least, "{length} is less than {least}");
}

/// The pipeline of what is hidden.
#[must_use]
pub fn hidden_length() -> Pipeline {
    /// Turns a length over.
    #[stage]
    fn negate(length: usize) -> usize {
        !length
    }

    #[stage(register = false)]
    fn add(length: usize, by: usize) -> Option<usize> {
        length.checked_add(by)
    }

    Pipeline::named("hidden")
        .source(HiddenTexts::default())
        .stage(HiddenLengths)
        .stage(Negate)
        .stage(Negate)
        .stage(Add { by: 1 })
        .sink(HiddenEnd::default())
}
