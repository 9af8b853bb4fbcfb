#[path = "../stages.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod stages;

use millpond::Pipeline;
use millpond::graph::Outlet;
use millpond::stages::FromIter;
use stages::{Event, Line, Parse};

fn ingest(lines: Outlet<Line>) -> Outlet<Event> {
    lines.stage(Parse)
}

fn main() {
    Pipeline::named("wrong")
        .source(FromIter::new(0..10_u64))
        .module("ingest", ingest)
        .ignore();
}
