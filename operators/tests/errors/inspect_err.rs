use millpond_operators::laws;
use millpond_operators::testing::Token;

use super::checked;

laws! {
    inspect_err: |s| s.map(checked).inspect_err(|token: &Token| assert_eq!(token.value(), token.id())),
    model: |v| v.into_iter().map(checked).collect(),
}
