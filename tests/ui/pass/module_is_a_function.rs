#[path = "../stages.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod stages;

use millpond::graph::Outlet;
use millpond::Pipeline;
use millpond::stages::FromIter;
use stages::{Event, Line, Parse, Store};

fn ingest(texts: Outlet<&'static str>) -> Outlet<Event> {
    texts.map(|text| Line(text.to_owned())).stage(Parse)
}

fn main() {
    Pipeline::named("right")
        .source(FromIter::new(["a b", "c"]))
        .module("ingest", ingest)
        .sink(Store);
}
