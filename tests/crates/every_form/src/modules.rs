//! `#[module]`, and ports by name.

use millpond::graph::{GraphBuilder, Outlet};
use millpond::stages::FromIter;
use millpond::{module, ports};

ports! {
    /// Numbers, and what is none.
    pub struct Told {
        /// The numbers.
        numbers: u64,
        /// What is none.
        others: String,
    }
}

/// Tells the texts that are numbers from those that are not.
#[module]
pub fn tell(texts: Outlet<String>, #[config(default = 10, range = 2..=36)] radix: u32) -> Told {
    let read = move |text: &str| u64::from_str_radix(text, radix);
    let [maybe, others] = texts.partition("tell", move |text| usize::from(read(text).is_err()));
    Told {
        numbers: maybe.filter_map(move |text| read(&text).ok()),
        others,
    }
}

/// Leaves out what is empty.
#[module(id = "clean-texts", version = "2.0.0")]
pub fn clean(texts: Outlet<String>) -> Outlet<String> {
    texts.filter(|text| !text.is_empty())
}

/// Joins texts, and those that are long.
#[module(outputs(short, long))]
pub fn sort_texts(
    left: Outlet<String>,
    right: Outlet<String>,
    /// How long a short text may be.
    most: usize,
) -> (Outlet<String>, Outlet<String>) {
    let joined = left.merge("join", [right]);
    let [short, long] = joined.partition("sort", move |text| usize::from(text.len() > most));
    (short, long)
}

/// Gives a few numbers.
#[module]
pub fn feed(graph: &GraphBuilder, most: u64) -> Outlet<u64> {
    graph.source(FromIter::new(0..most))
}
