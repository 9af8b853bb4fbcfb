//! From a file to a model that is known to run.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use tract_onnx::pb::{GraphProto, ModelProto};
use tract_onnx::prelude::{
    DatumType, Framework, InferenceFact, InferenceModel, InferenceModelExt, Symbol, TDim,
    TractError, TractResult, TypedModel,
};
use tract_onnx::tract_hir::infer::Factoid;

use super::LoadError;
use super::model::Model;
use super::plans::{Plans, Sizes, Template, caught};
use crate::inference::{Dim, Signature, TensorSpec};
use crate::message::ElementType;

/// Reads a model and makes sure that it runs.
pub(super) fn load(path: &Path) -> Result<Model, LoadError> {
    let file = fs::read(path).map_err(|cause| LoadError::Read {
        path: path.to_owned(),
        cause,
    })?;
    let loader = Loader { path };
    let parsed = loader.parse(&file)?;
    loader.prepare(parsed)
}

/// An input as the model declares it, any unnamed dimension given a symbol.
struct Declared {
    name: String,
    element: ElementType,
    dims: Vec<TDim>,
}

/// Knows the path, which every error names.
struct Loader<'a> {
    path: &'a Path,
}

impl Loader<'_> {
    fn parse(&self, file: &[u8]) -> Result<InferenceModel, LoadError> {
        let onnx = tract_onnx::onnx();
        let not_onnx = |reason| LoadError::NotOnnx {
            path: self.path.to_owned(),
            reason,
        };
        let proto = caught(|| onnx.proto_model_for_read(&mut &*file)).map_err(not_onnx)?;
        // Any bytes may decode by chance, but hardly to a graph.
        let Some(graph) = &proto.graph else {
            return Err(not_onnx("it holds no graph".to_owned()));
        };
        let mut operators = BTreeSet::new();
        list_operators(graph, &mut operators);
        operators.retain(|&operator| !onnx.op_register.0.contains_key(operator));
        if !operators.is_empty() {
            return Err(LoadError::UnsupportedOperators {
                path: self.path.to_owned(),
                operators: operators.into_iter().map(str::to_owned).collect(),
            });
        }
        caught(|| translate(&onnx, &proto, self.path)).map_err(|reason| self.rejected(reason))
    }

    fn prepare(&self, mut parsed: InferenceModel) -> Result<Model, LoadError> {
        let declared = self.inputs(&mut parsed)?;
        // One symbolic analysis serves all sizes, but some exporters write
        // shape arithmetic that only a model with fixed sizes survives.
        let typed = caught(|| parsed.clone().into_typed()).map(Template::Typed);
        if let Ok(template) = typed
            && let Ok(model) = self.complete(&declared, template)
        {
            return Ok(model);
        }
        self.complete(&declared, Template::Untyped(parsed))
    }

    fn inputs(&self, parsed: &mut InferenceModel) -> Result<Vec<Declared>, LoadError> {
        let count = caught(|| Ok(parsed.input_outlets()?.len())).map_err(|e| self.rejected(e))?;
        (0..count).map(|index| self.input(parsed, index)).collect()
    }

    fn input(&self, parsed: &mut InferenceModel, index: usize) -> Result<Declared, LoadError> {
        let (name, fact) = caught(|| {
            let outlet = parsed.input_outlets()?[index];
            let name = parsed.node(outlet.node).name.clone();
            Ok((name, parsed.input_fact(index)?.clone()))
        })
        .map_err(|reason| self.rejected(reason))?;
        let tensor = format!("input `{name}`");
        let Some(datum_type) = fact.datum_type.concretize() else {
            return Err(self.rejected(format!("{tensor} has no element type")));
        };
        let element = self.element(&tensor, datum_type)?;
        if fact.shape.is_open() {
            return Err(self.rejected(format!("{tensor} has no shape")));
        }
        let dims: Vec<TDim> = fact
            .shape
            .dims()
            .map(|dim| {
                let dim = dim.concretize();
                dim.unwrap_or_else(|| parsed.new_sym_with_prefix("any").into())
            })
            .collect();
        if !matches!(dims.first(), Some(TDim::Sym(_))) {
            let shape = spec(&name, element, &dims, &[]);
            return Err(self.no_rows(format!("input `{shape}`")));
        }
        let fact = InferenceFact::dt_shape(datum_type, dims.iter().cloned());
        caught(|| parsed.set_input_fact(index, fact)).map_err(|reason| self.rejected(reason))?;
        Ok(Declared {
            name,
            element,
            dims,
        })
    }

    /// Makes the signature and, where all sizes but the rows are known, tries
    /// one row.
    fn complete(&self, declared: &[Declared], template: Template) -> Result<Model, LoadError> {
        let rows: Vec<Symbol> = (declared.iter())
            .filter_map(|input| match input.dims.first() {
                Some(TDim::Sym(symbol)) => Some(symbol.clone()),
                _ => None,
            })
            .collect();
        let inputs: Vec<TensorSpec> = (declared.iter())
            .map(|input| spec(&input.name, input.element, &input.dims, &rows))
            .collect();
        let outputs = self.outputs(&template, &rows)?;
        let all_fixed = inputs.iter().all(|spec| !spec.shape.contains(&Dim::Free));
        let dims = declared.iter().map(|input| input.dims.clone()).collect();
        let model = Model::new(Signature { inputs, outputs }, Plans::new(template, dims));
        if all_fixed {
            model.try_zeros().map_err(|reason| self.rejected(reason))?;
        }
        Ok(model)
    }

    /// Tells the dimensions of the outputs by comparing two batch sizes.
    fn outputs(&self, template: &Template, rows: &[Symbol]) -> Result<Vec<TensorSpec>, LoadError> {
        let at = |count: i64| {
            let sizes: Sizes = (rows.iter().cloned())
                .map(|symbol| (symbol, count.into()))
                .collect();
            let typed = caught(|| output_facts(&template.typed(&sizes)?));
            typed.map_err(|reason| self.rejected(reason))
        };
        let (two, three) = (at(2)?, at(3)?);
        two.into_iter()
            .zip(three)
            .map(|((name, datum_type, two), (_, _, three))| {
                let element = self.element(&format!("output `{name}`"), datum_type)?;
                let shape = two.iter().zip(&three).map(|sizes| match sizes {
                    (Some(2), Some(3)) => Dim::Rows,
                    (Some(two), Some(three)) if two == three => Dim::Fixed(*two),
                    _ => Dim::Free,
                });
                let spec = TensorSpec {
                    name,
                    element,
                    shape: shape.collect(),
                };
                match spec.shape.first() {
                    Some(Dim::Rows) => Ok(spec),
                    _ => Err(self.no_rows(format!("output `{spec}`"))),
                }
            })
            .collect()
    }

    fn element(&self, tensor: &str, datum_type: DatumType) -> Result<ElementType, LoadError> {
        Ok(match datum_type {
            DatumType::U8 => ElementType::U8,
            DatumType::I32 => ElementType::I32,
            // Sizes that a model computes and gives away are integers.
            DatumType::I64 | DatumType::TDim => ElementType::I64,
            DatumType::F32 => ElementType::F32,
            DatumType::F64 => ElementType::F64,
            other => {
                return Err(LoadError::Element {
                    path: self.path.to_owned(),
                    tensor: tensor.to_owned(),
                    element: format!("{other:?}").to_lowercase(),
                });
            }
        })
    }

    fn rejected(&self, reason: String) -> LoadError {
        LoadError::Rejected {
            path: self.path.to_owned(),
            reason,
        }
    }

    fn no_rows(&self, tensor: String) -> LoadError {
        LoadError::NoRows {
            path: self.path.to_owned(),
            tensor,
        }
    }
}

fn translate(
    onnx: &tract_onnx::Onnx,
    proto: &ModelProto,
    path: &Path,
) -> TractResult<InferenceModel> {
    // Weights may lie in files beside the model.
    let folder = path.parent().and_then(Path::to_str);
    let parsed = onnx.parse(proto, folder)?;
    if parsed.unresolved_inputs.is_empty() {
        return Ok(parsed.model);
    }
    let names = parsed.unresolved_inputs.join(", ");
    Err(TractError::msg(format!("nothing gives {names}")))
}

fn list_operators<'a>(graph: &'a GraphProto, operators: &mut BTreeSet<&'a str>) {
    for node in &graph.node {
        operators.insert(&node.op_type);
        for attribute in &node.attribute {
            for inner in attribute.g.iter().chain(&attribute.graphs) {
                list_operators(inner, operators);
            }
        }
    }
}

fn spec(name: &str, element: ElementType, dims: &[TDim], rows: &[Symbol]) -> TensorSpec {
    let shape = dims.iter().map(|dim| match dim {
        TDim::Sym(symbol) if rows.contains(symbol) => Dim::Rows,
        dim => size(dim).map_or(Dim::Free, Dim::Fixed),
    });
    TensorSpec {
        name: name.to_owned(),
        element,
        shape: shape.collect(),
    }
}

fn size(dim: &TDim) -> Option<usize> {
    usize::try_from(dim.as_i64()?).ok()
}

type OutputFact = (String, DatumType, Vec<Option<usize>>);

fn output_facts(typed: &TypedModel) -> TractResult<Vec<OutputFact>> {
    let outlets = typed.output_outlets()?;
    let facts = outlets.iter().map(|&outlet| {
        let fact = typed.outlet_fact(outlet)?;
        let name = match typed.outlet_label(outlet) {
            Some(label) => label.to_owned(),
            None => typed.node(outlet.node).name.clone(),
        };
        Ok((name, fact.datum_type, fact.shape.iter().map(size).collect()))
    });
    facts.collect()
}
