use millpond::route;

#[route]
enum Sorted {
    Number(u64),
    Pair(u64, String),
}

fn main() {}
