use millpond_operators::laws;
use millpond_operators::testing::Token;

use super::checked;

laws! {
    inspect_ok: |s| s.map(checked).inspect_ok(|token: &Token| assert_ne!(token.id() % 7, 5)),
    model: |v| v.into_iter().map(checked).collect(),
}
