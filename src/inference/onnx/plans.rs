//! Plans, one for each combination of sizes, made when first needed.

use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tract_onnx::prelude::{
    InferenceModel, InferenceModelExt, IntoRunnable, Symbol, TDim, TractResult, TypedModel,
    TypedRunnableModel,
};

use crate::node::panic_text;

/// What the symbols of a model stand for.
pub(super) type Sizes = HashMap<Symbol, TDim>;

/// A plan that all threads share.
pub(super) type Plan = Arc<TypedRunnableModel>;

/// A model whose sizes are still open.
pub(super) enum Template {
    /// Analysed once, for any size.
    Typed(TypedModel),
    /// To be analysed for each size anew.
    Untyped(InferenceModel),
}

impl Template {
    pub(super) fn typed(&self, sizes: &Sizes) -> TractResult<TypedModel> {
        match self {
            Self::Typed(model) => model.set_symbols(sizes),
            Self::Untyped(model) => {
                let mut model = model.clone();
                model.set_symbols(sizes)?;
                model.into_typed()
            }
        }
    }
}

/// The shape of each input.
type Shapes = Vec<Vec<usize>>;

/// Filled by whoever comes first; the others wait for it.
type Cell = Arc<OnceLock<Result<Plan, String>>>;

pub(super) struct Plans {
    template: Template,
    /// The dimensions of each input, with their symbols.
    inputs: Vec<Vec<TDim>>,
    /// Locked for look-ups only.
    cells: Mutex<BTreeMap<Shapes, Cell>>,
}

impl Plans {
    /// With rows of one shape there are as many plans as powers of two up to
    /// the largest part; only a caller whose rows vary freely meets this.
    const MOST: usize = 64;

    pub(super) fn new(template: Template, inputs: Vec<Vec<TDim>>) -> Self {
        Self {
            template,
            inputs,
            cells: Mutex::default(),
        }
    }

    /// Returns the plan for inputs of these shapes.
    pub(super) fn get(&self, shapes: &Shapes) -> Result<Plan, String> {
        let cell = self.cell(shapes);
        let plan = cell.get_or_init(|| caught(|| self.specialise(shapes)));
        plan.clone()
    }

    fn cell(&self, shapes: &Shapes) -> Cell {
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cell) = cells.get(shapes) {
            return Arc::clone(cell);
        }
        if cells.len() >= Self::MOST {
            cells.clear();
        }
        Arc::clone(cells.entry(shapes.clone()).or_default())
    }

    fn specialise(&self, shapes: &Shapes) -> TractResult<Plan> {
        let sizes: Sizes = (self.inputs.iter().flatten())
            .zip(shapes.iter().flatten())
            .filter_map(|(dim, &size)| match dim {
                TDim::Sym(symbol) => Some((symbol.clone(), size.into())),
                _ => None,
            })
            .collect();
        self.template
            .typed(&sizes)?
            .into_optimized()?
            .into_runnable()
    }
}

/// Runs engine code; what goes wrong, a panic too, becomes one line of text.
pub(super) fn caught<T>(work: impl FnOnce() -> TractResult<T>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(one_line(&format!("{error:#}"))),
        Err(payload) => Err(one_line(&format!(
            "the engine panicked: {}",
            panic_text(&*payload)
        ))),
    }
}

/// The engine describes whole nodes; the beginning tells what is wrong.
pub(super) fn one_line(text: &str) -> String {
    const MOST: usize = 300;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{} ...", &line[..end]),
        None => line,
    }
}
