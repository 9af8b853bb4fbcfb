//! How fast a forest is run.
//!
//! By itself it compares `Forest` with a walk from node to node, row by row.
//! `scripts/compare-forest` starts it with `--answer MODEL ROWS FOLDER` to hold
//! it against the libraries that the models come from: it writes what the model
//! gives for the rows (features of 32 bits, one after another) into the folder,
//! a file for each output, and then for each line of standard input runs the
//! rows again and prints the CPU time that this took, in seconds.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![expect(
    clippy::expect_used,
    reason = "a bench that cannot run has nothing else to do"
)]

mod support;

use std::env;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::hint::black_box;
use std::io::stdin;
use std::path::Path;
use std::process::ExitCode;

use cpu_time::ThreadTime;
use millpond::inference::Forest;
use millpond::inference::forest::{Model, Node};
use millpond::message::{ElementType, Tensor, Tensors};
use support::{Bench, Claim};

const TREES: usize = 100;
/// Each tree is complete.
const DEPTH: u32 = 6;
const FEATURES: usize = 29;
const ROWS: u16 = 512;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = env::args().skip_while(|argument| argument != "--answer");
    let (mode, model) = (arguments.next(), arguments.next());
    let (rows, folder) = (arguments.next(), arguments.next());
    if let (Some(_), Some(model), Some(rows), Some(folder)) = (mode, model, rows, folder) {
        answer(&model, &rows, Path::new(&folder))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut bench = Bench::new("forest");
    over_node_by_node(&mut bench);
    Ok(bench.finish())
}

/// Runs a model on rows from a file, once for each line of standard input.
fn answer(model: &str, rows: &str, folder: &Path) -> Result<(), Box<dyn Error>> {
    let forest = Forest::load(model)?;
    let bytes = fs::read(rows)?;
    let features: Vec<_> = bytes
        .as_chunks()
        .0
        .iter()
        .copied()
        .map(f32::from_le_bytes)
        .collect();
    let width = forest.model().features();
    let tensor = Tensor::new([features.len() / width, width], features)?;
    let batch = Tensors::new().with("features", tensor);
    for (name, tensor) in forest.run(&batch)?.iter() {
        let bytes: Vec<_> = match tensor.element() {
            ElementType::F32 => bytes_of(tensor.as_slice()?, f32::to_le_bytes),
            ElementType::F64 => bytes_of(tensor.as_slice()?, f64::to_le_bytes),
            _ => bytes_of(tensor.as_slice()?, i64::to_le_bytes),
        };
        fs::write(folder.join(name), bytes)?;
    }
    println!("ready");
    for line in stdin().lines() {
        line?;
        let start = ThreadTime::now();
        black_box(forest.run(black_box(&batch))?);
        println!("{}", start.elapsed().as_secs_f64());
    }
    Ok(())
}

fn bytes_of<T: Copy, const N: usize>(numbers: &[T], bytes: fn(T) -> [u8; N]) -> Vec<u8> {
    numbers.iter().copied().flat_map(bytes).collect()
}

/// A forest of complete trees on rows without a pattern, run as batches; and
/// the same rows taken from node to node one by one, by the rules that `Model`
/// documents.
fn over_node_by_node(bench: &mut Bench) {
    let claim = Claim {
        name: "forest_over_node_by_node",
        peer: "node by node",
        at_most: 1.0,
        amount: 4,
        short_amount: 1,
        unit: "512 rows",
    };
    let mut dice = Dice(1);
    let forest = Forest::new(made(&mut dice));
    let model = forest.model();
    let rows: Vec<f32> = (0..usize::from(ROWS) * FEATURES)
        .map(|_| dice.number())
        .collect();
    let tensor = Tensor::new([usize::from(ROWS), FEATURES], rows.clone()).expect("it fits");
    let batch = Tensors::new().with("features", tensor);
    bench.compare(
        claim,
        |amount| {
            let sums = (0..amount).map(|_| {
                let answer = forest.run(&batch).expect("it fits");
                let margins = answer.get("margin").and_then(Tensor::as_slice::<f64>);
                proof(margins.expect("it is there"))
            });
            sums.fold(0, u64::wrapping_add)
        },
        |amount| {
            let sums = (0..amount).map(|_| {
                let margins: Vec<_> = rows
                    .chunks(FEATURES)
                    .map(|row| by_nodes(model, black_box(row)))
                    .collect();
                proof(&margins)
            });
            sums.fold(0, u64::wrapping_add)
        },
    );
}

fn proof(margins: &[f64]) -> u64 {
    margins.iter().fold(0, |sum, margin| sum ^ margin.to_bits())
}

fn by_nodes(model: &Model, row: &[f32]) -> f64 {
    model.trees().iter().fold(0.0, |sum, tree| {
        let mut node: Node = model.nodes()[tree.root as usize];
        while !node.is_leaf() {
            let left = node.goes_left(row[node.feature()], model.categories());
            let next = if left { node.left } else { node.right };
            node = model.nodes()[next as usize];
        }
        sum + model.leaves()[node.left as usize]
    })
}

/// A model of complete trees, as text.
fn made(dice: &mut Dice) -> Model {
    let splits: usize = (1 << DEPTH) - 1;
    let mut text = format!(
        "tree\nnum_tree_per_iteration=1\nmax_feature_idx={}\nobjective=regression\n",
        FEATURES - 1
    );
    for tree in 0..TREES {
        let child = |child: usize| match child.checked_sub(splits) {
            Some(leaf) => format!("-{}", leaf + 1),
            None => child.to_string(),
        };
        let features = (0..splits).map(|_| (dice.roll() % FEATURES as u64).to_string());
        let features = joined(features);
        let thresholds = joined((0..splits).map(|_| dice.number().to_string()));
        let leaves = joined((0..=splits).map(|_| dice.number().to_string()));
        write!(
            text,
            "\nTree={tree}\nnum_leaves={}\nsplit_feature={features}\nthreshold={thresholds}\n\
             decision_type={}\nleft_child={}\nright_child={}\nleaf_value={leaves}\n",
            splits + 1,
            joined((0..splits).map(|_| "10".to_owned())),
            joined((0..splits).map(|node| child(2 * node + 1))),
            joined((0..splits).map(|node| child(2 * node + 2))),
        )
        .expect("a text takes all");
    }
    text.push_str("\nend of trees\n");
    Model::from_lightgbm(text.as_bytes()).expect("it is well made")
}

fn joined(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

/// The same numbers in each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// From -1 to 1.
    #[expect(clippy::cast_precision_loss, reason = "any number will do")]
    fn number(&mut self) -> f32 {
        (self.roll() >> 40) as f32 / 8_388_608.0 - 1.0
    }
}
