#[path = "../stages.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod stages;

use millpond::graph::Outlet;
use millpond::message::{Message, Mode};
use millpond::stage::Stage;
use stages::{Dedup, Event, Line, Parse};

fn twice<T, S, M>(input: Outlet<T, M>, stage: S) -> Outlet<T, M>
where
    T: Message,
    S: Stage<T, M, Out = T> + Clone,
    M: Mode,
{
    input.stage(stage.clone()).stage(stage)
}

fn main() {
    let _numbers: fn(Outlet<u64>, Dedup) -> Outlet<u64> = twice;
    let _parse: fn(Outlet<Line>, Parse) -> Outlet<Event> = Outlet::stage;
}
