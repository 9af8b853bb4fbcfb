use millpond::sink;

#[sink(batch = 64)]
fn insert(text: String) {
    println!("{text}");
}

fn main() {}
