use millpond::graph::{GraphBuilder, Outlet};
use millpond::module::Module;
use millpond::stage::Identified;

struct Split;

impl Identified for Split {
    const ID: &'static str = "split";
}

impl Module for Split {
    type In = Outlet<u64>;
    type Out = Vec<Outlet<u64>>;

    fn build(self, _: &GraphBuilder, numbers: Outlet<u64>) -> Vec<Outlet<u64>> {
        numbers.broadcast::<4>("copy").into()
    }
}

fn main() {}
