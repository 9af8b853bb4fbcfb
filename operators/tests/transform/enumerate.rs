use millpond_operators::laws;

laws! {
    enumerate: |s| s.enumerate(),
    model: |v| v.into_iter().enumerate().collect(),
}
