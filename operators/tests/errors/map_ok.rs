use millpond_operators::laws;

use super::checked;

laws! {
    map_ok: |s| s.map(checked).map_ok(|token| token.value()),
    model: |v| v.into_iter().map(|token| checked(token).map(|token| token.value())).collect(),
}
