use millpond_operators::laws;
use millpond_operators::testing::Token;

fn is_even(token: &Token) -> bool {
    token.value().is_multiple_of(2)
}

laws! {
    filter: |s| s.filter(is_even),
    model: |v| v.into_iter().filter(is_even).collect(),
}

laws! {
    filter_that_keeps_nothing: |s| s.filter(|_| false),
    model: |_v| Vec::new(),
}
