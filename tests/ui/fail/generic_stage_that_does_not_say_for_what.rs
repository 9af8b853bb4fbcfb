use std::hash::Hash;

use millpond::message::Message;
use millpond::stage;

#[stage]
fn pass<T: Message + Hash>(message: T) -> T {
    message
}

fn main() {}
