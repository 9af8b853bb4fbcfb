use millpond_operators::laws;
use millpond_operators::testing::Token;

laws! {
    inspect: |s| s.inspect(|token: &Token| assert_eq!(token.value(), token.id())),
    model: |v| v,
}
