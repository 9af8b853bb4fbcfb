use millpond::Pipeline;
use millpond::graph::{GraphBuilder, Outlet};
use millpond::operators::flow;
use millpond::stage::{Identified, Sink, Source};

struct Count {
    to: u64,
}

impl Identified for Count {
    const ID: &'static str = "count";
}

impl Source for Count {
    type Out = u64;

    fn build(self, graph: &GraphBuilder) -> Outlet<u64> {
        graph.node(Self::ID, move || flow(0..self.to))
    }
}

struct Sum;

impl Identified for Sum {
    const ID: &'static str = "sum";
}

impl Sink<u64> for Sum {
    fn build(self, numbers: Outlet<u64>) {
        numbers.consume(Self::ID, |numbers| async {
            let sum = numbers.fold(0, |sum, n| sum + n).await;
            if sum == 45 { Ok(()) } else { Err("not the sum") }
        });
    }
}

fn main() {
    Pipeline::named("right").source(Count { to: 10 }).sink(Sum);
}
