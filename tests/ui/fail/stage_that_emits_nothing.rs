use millpond::stage;

#[stage]
fn print(text: String) {
    println!("{text}");
}

fn main() {}
