use millpond_operators::laws;

use super::checked;

laws! {
    map_err: |s| s.map(checked).map_err(|token| token.value()),
    model: |v| v.into_iter().map(|token| checked(token).map_err(|token| token.value())).collect(),
}
