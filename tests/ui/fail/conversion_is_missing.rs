#[path = "../stages.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod stages;

use millpond::Pipeline;
use millpond::stages::FromIter;
use stages::Trim;

fn main() {
    Pipeline::named("wrong")
        .source(FromIter::new(["a", "b"]))
        .stage(Trim)
        .ignore();
}
