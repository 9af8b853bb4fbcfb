//! The operators of the `window` group.

mod batch;
mod chunks;
mod chunks_by;
mod chunks_weighted;
mod ready_chunks;
mod sliding;

/// The model of the group: vectors of `max_items`, and what is left.
fn in_chunks<T>(items: Vec<T>, max_items: usize) -> Vec<Vec<T>> {
    let mut chunks = Vec::new();
    for item in items {
        match chunks.last_mut() {
            Some(chunk) if Vec::len(chunk) < max_items => chunk.push(item),
            _ => chunks.push(vec![item]),
        }
    }
    chunks
}
