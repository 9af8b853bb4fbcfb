use std::cell::RefCell;
use std::rc::Rc;

use millpond_operators::laws;
use millpond_operators::testing::{Token, outcome};

laws! {
    for_each_async: |s| {
        let ids = Rc::new(RefCell::new(Vec::new()));
        let seen = Rc::clone(&ids);
        let body = move |token: Token| {
            let seen = Rc::clone(&seen);
            async move {
                let done = token.work().await;
                seen.borrow_mut().push(done.id());
            }
        };
        outcome(s.for_each_async(body)).map(move |()| ids.take())
    },
    model: |v| vec![v.iter().map(Token::id).collect()],
    look_ahead: 1,
    in_flight: 1,
}

laws! {
    work_goes_on_while_the_body_waits: |s| {
        let body = |token: Token| async { drop(token.work().await) };
        outcome(s.map_async(3, Token::work).for_each_async(body))
    },
    model: |_v| vec![()],
    look_ahead: 4,
    in_flight: 4,
}
