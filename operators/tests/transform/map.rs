use millpond_operators::laws;
use millpond_operators::testing::Token;

laws! {
    map: |s| s.map(|token: Token| (token.value(), token)),
    model: |v| v.into_iter().map(|token| (token.value(), token)).collect(),
}
