use std::rc::Rc;

use millpond_operators::laws;
use millpond_operators::testing::Token;

fn third(token: Token) -> u32 {
    let third = token.value() / 3;
    drop(token);
    third
}

laws! {
    dedup: |s| s.map(third).dedup(),
    model: |v| {
        let mut thirds: Vec<_> = v.into_iter().map(third).collect();
        thirds.dedup();
        thirds
    },
}

laws! {
    dedup_that_keeps_all: |s| s.map(Rc::new).dedup(),
    model: |v| v.into_iter().map(Rc::new).collect(),
    look_ahead: 1,
}

laws! {
    dedup_that_keeps_one: |s| s.map(drop).dedup(),
    model: |v| v.into_iter().map(drop).take(1).collect(),
}
