use millpond::source;

#[source(types(String))]
fn names() -> Vec<String> {
    Vec::new()
}

fn main() {}
