use millpond_operators::laws;
use millpond_operators::testing::outcome;

laws! {
    ignore: |s| outcome(s.ignore()),
    model: |v| vec![v.len() as u64],
}
