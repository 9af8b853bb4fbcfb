use millpond::stage;

enum Sorted {
    Number(u64),
    Text(String),
}

#[stage(route)]
fn sort(text: String) -> Sorted {
    match text.parse() {
        Ok(number) => Sorted::Number(number),
        Err(_) => Sorted::Text(text),
    }
}

fn main() {}
