use millpond_operators::laws;
use millpond_operators::testing::Token;

fn third(token: &Token) -> u32 {
    token.value() / 3
}

laws! {
    dedup_by_key: |s| s.dedup_by_key(third),
    model: |v| {
        let mut items = v;
        items.dedup_by_key(|token| third(token));
        items
    },
}

laws! {
    dedup_by_one_key: |s| s.dedup_by_key(|_| ()),
    model: |v| v.into_iter().take(1).collect(),
}
