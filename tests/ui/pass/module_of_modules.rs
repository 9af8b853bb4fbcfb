#[path = "../stages.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod stages;

use millpond::Pipeline;
use millpond::graph::Outlet;
use millpond::stages::FromIter;
use stages::{Event, Line, Parse, Store};

fn clean(lines: Outlet<Line>) -> Outlet<Line> {
    lines.filter(|line| !line.0.is_empty())
}

fn ingest(lines: Outlet<Line>) -> Outlet<Event> {
    lines.module("clean", clean).stage(Parse)
}

fn main() {
    Pipeline::named("right")
        .source(FromIter::new([Line("a b".to_owned())]))
        .module("ingest", ingest)
        .sink(Store);
}
