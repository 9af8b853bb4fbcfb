use millpond_operators::laws;

laws! {
    skip: |s| s.skip(3),
    model: |v| v.into_iter().skip(3).collect(),
}

laws! {
    skip_nothing: |s| s.skip(0),
    model: |v| v,
}

laws! {
    skip_all: |s| s.skip(usize::MAX),
    model: |_v| Vec::new(),
}
