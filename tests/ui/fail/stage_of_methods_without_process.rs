use millpond::stage;

struct Total(u64);

#[stage(register = false)]
impl Total {
    fn add(&mut self, number: u64) -> u64 {
        self.0 += number;
        self.0
    }
}

fn main() {}
