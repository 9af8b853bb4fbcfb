use millpond::graph::Outlet;
use millpond::message::Message;
use millpond::module;

#[module]
fn pass<T: Message>(messages: Outlet<T>) -> Outlet<T> {
    messages
}

fn main() {}
