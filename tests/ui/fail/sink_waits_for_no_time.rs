use millpond::sink;

#[sink(batch = 64, linger = "soon")]
fn insert(texts: Vec<String>) {
    println!("{texts:?}");
}

fn main() {}
