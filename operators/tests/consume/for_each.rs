use std::cell::RefCell;
use std::rc::Rc;

use millpond_operators::laws;
use millpond_operators::testing::{Token, outcome};

laws! {
    for_each: |s| {
        let ids = Rc::new(RefCell::new(Vec::new()));
        let seen = Rc::clone(&ids);
        outcome(s.for_each(move |token: Token| seen.borrow_mut().push(token.value())))
            .map(move |()| ids.take())
    },
    model: |v| vec![v.iter().map(Token::value).collect()],
}
