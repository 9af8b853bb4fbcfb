use millpond_operators::laws;
use millpond_operators::testing::Token;

fn even(token: Token) -> Option<Token> {
    token.value().is_multiple_of(2).then_some(token)
}

laws! {
    filter_map: |s| s.filter_map(even),
    model: |v| v.into_iter().filter_map(even).collect(),
}

laws! {
    filter_map_that_makes_nothing: |s| s.filter_map(|_| None::<Token>),
    model: |_v| Vec::new(),
}
