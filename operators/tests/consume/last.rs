use millpond_operators::laws;
use millpond_operators::testing::outcome;

laws! {
    last: |s| outcome(s.last()),
    model: |v| vec![v.into_iter().last()],
    look_ahead: 1,
}
