use millpond_operators::laws;
use millpond_operators::testing::{Token, outcome};

laws! {
    collect: |s| outcome(s.collect::<Vec<Token>>()),
    model: |v| vec![v],
    look_ahead: usize::MAX,
}
