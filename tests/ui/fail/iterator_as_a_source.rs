use millpond::Pipeline;

fn main() {
    Pipeline::named("wrong").source(0..10_u64).ignore();
}
