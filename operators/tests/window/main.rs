//! The operators of the `window` group.

mod batch;
mod batch_by_key;
mod batch_weighted;
mod chunks;
mod chunks_by;
mod chunks_weighted;
mod ready_chunks;
mod sliding;
mod split_when;
mod window_until;

use millpond_operators::testing::Token;

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

/// Some items fill a chunk of 3 by themselves, and some are too heavy for it.
fn cost(token: &Token) -> usize {
    [1, 2, 1, 1, 4, 1, 3, 5, 5, 2, 2][token.value() as usize % 11]
}

fn cost_or_none(token: &Token) -> usize {
    [0, 3, 0, 2, 0, 4, 1, 0][token.value() as usize % 8]
}

/// Chunks that weigh at most 3.
fn weighted(items: Vec<Token>, cost: fn(&Token) -> usize) -> Vec<Vec<Token>> {
    bounded(items, usize::MAX, cost)
}

/// Chunks of at most `max_items` that weigh at most 3.
fn bounded(items: Vec<Token>, max_items: usize, cost: fn(&Token) -> usize) -> Vec<Vec<Token>> {
    let mut chunks: Vec<Vec<Token>> = Vec::new();
    for item in items {
        let weight = |chunk: &Vec<Token>| chunk.iter().map(cost).sum::<usize>();
        let has_room = |chunk: &Vec<Token>| chunk.len() < max_items && weight(chunk) < 3;
        match chunks.last_mut() {
            Some(chunk) if has_room(chunk) && weight(chunk) + cost(&item) <= 3 => {
                chunk.push(item);
            }
            _ => chunks.push(vec![item]),
        }
    }
    chunks
}
