#[path = "../stages.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod stages;

use millpond::Pipeline;
use millpond::graph::Outlet;
use millpond::stages::FromIter;
use stages::{Event, Line, Parse, StoreLines};

fn ingest(lines: Outlet<Line>) -> Outlet<Event> {
    lines.stage(Parse)
}

fn main() {
    Pipeline::named("wrong")
        .source(FromIter::new([Line("a b".to_owned())]))
        .module("ingest", ingest)
        .sink(StoreLines);
}
