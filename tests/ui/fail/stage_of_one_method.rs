use millpond::stage;

struct Total(u64);

impl Total {
    #[stage]
    fn process(&mut self, number: u64) -> u64 {
        self.0 += number;
        self.0
    }
}

fn main() {}
