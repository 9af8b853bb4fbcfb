//! Models that `XGBoost` saved as JSON.

mod objective;
mod tree;

use std::fmt::Display;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::error::{Faults, Found};
use super::{Model, Node, Precision};
use objective::Objective;

const BOOSTER: &str = "learner.gradient_booster";
const PARAMETERS: &str = "learner.learner_model_param";

#[derive(Deserialize)]
struct File {
    learner: Learner,
}

#[derive(Deserialize)]
struct Learner {
    #[serde(default)]
    feature_names: Vec<String>,
    gradient_booster: Booster,
    #[serde(rename = "learner_model_param")]
    parameters: Parameters,
    objective: Named,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Booster {
    name: String,
    model: Option<Box<RawValue>>,
}

/// Numbers are written as texts.
#[derive(Deserialize)]
struct Parameters {
    base_score: String,
    num_class: String,
    num_feature: String,
    #[serde(default)]
    num_target: Option<String>,
}

#[derive(Deserialize)]
struct Trees {
    tree_info: Vec<u32>,
    trees: Vec<Box<RawValue>>,
}

impl Model {
    /// Reads a model that `XGBoost` saved as JSON.
    ///
    /// The boosters `gbtree` and random forests are read, with numeric and
    /// categorical splits, whatever the number of classes or targets. All
    /// trees are used, as if `XGBoost` were asked without an iteration range.
    ///
    /// # Errors
    ///
    /// Whatever is wrong, as far as it can be told at once, with its path in
    /// the JSON. What is not supported is named: the boosters `dart` and
    /// `gblinear`, leaves that hold vectors, objectives that are not known.
    ///
    /// # Examples
    ///
    /// ```
    /// use millpond::inference::forest::Model;
    ///
    /// let faults = Model::from_xgboost(br#"{ "learner": { "feature_names": 3 } }"#).unwrap_err();
    /// let wrong = "learner.feature_names: invalid type: integer `3`, expected a sequence";
    /// assert!(faults.to_string().starts_with(wrong), "{faults}");
    /// ```
    pub fn from_xgboost(json: &[u8]) -> Result<Self, Faults> {
        let File { learner } = parsed("", json)?;
        let mut found = Found::default();
        let objective = Objective::named(&learner.objective.name);
        if objective.is_none() {
            found.add(
                "learner.objective.name",
                Unsupported("objective", &learner.objective.name, Objective::KNOWN),
            );
        }
        let booster = &learner.gradient_booster;
        // Other boosters have no trees that could be looked into.
        if booster.name != "gbtree" {
            let reason = Unsupported("booster", &booster.name, "`gbtree`");
            return Err(found.ending(format!("{BOOSTER}.name"), reason));
        }
        let Some(trees) = &booster.model else {
            return Err(found.ending(BOOSTER, "it has no field `model`"));
        };
        let place = format!("{BOOSTER}.model");
        let trees: Trees = match parsed(&place, trees.get().as_bytes()) {
            Ok(trees) => trees,
            Err(faults) => return Err(found.ending_with(faults)),
        };
        let mut model = learner.header(objective.unwrap_or(Objective::Value), &mut found);
        trees.plant(&mut model, &mut found);
        found.or(model)
    }
}

impl Learner {
    /// A model without trees.
    fn header(&self, objective: Objective, found: &mut Found) -> Model {
        let parameters = &self.parameters;
        let mut number = |name: &str, text: &str, most: usize| match text.parse() {
            Ok(number) if number <= most => number,
            Ok(number) => {
                let place = format!("{PARAMETERS}.{name}");
                found.add(
                    place,
                    format!("{number} is more than the {most} that are supported"),
                );
                0
            }
            Err(_) => {
                found.add(
                    format!("{PARAMETERS}.{name}"),
                    format!("`{text}` is no whole number"),
                );
                0
            }
        };
        let classes = number("num_class", &parameters.num_class, MOST_GROUPS);
        let features = number(
            "num_feature",
            &parameters.num_feature,
            Node::FEATURE as usize,
        );
        let targets = parameters.num_target.as_deref().unwrap_or("1");
        let targets = number("num_target", targets, MOST_GROUPS);
        let groups = classes.max(targets).max(1);
        if features == 0 {
            found.add(
                format!("{PARAMETERS}.num_feature"),
                "the model has no feature",
            );
        }
        let named = self.feature_names.len();
        if named != 0 && named != features {
            let reason = format!("there are {named} names for {features} features");
            found.add("learner.feature_names", reason);
        }
        let base = base(&parameters.base_score, objective, groups);
        let base = base.unwrap_or_else(|reason| {
            found.add(format!("{PARAMETERS}.base_score"), reason);
            vec![0.0; groups]
        });
        Model {
            nodes: Vec::new(),
            trees: Vec::new(),
            leaves: Vec::new(),
            categories: Vec::new(),
            base,
            precision: Precision::F32,
            divisor: 1,
            link: objective.link(),
            task: objective.task(),
            features,
            feature_names: self.feature_names.clone(),
        }
    }
}

/// More groups than anybody has classes; a sum is held for each.
const MOST_GROUPS: usize = 1 << 16;

/// The margin that each group begins with: one number, or one for each group.
fn base(text: &str, objective: Objective, groups: usize) -> Result<Vec<f64>, String> {
    let scores = text.trim().trim_start_matches('[').trim_end_matches(']');
    let margin = |score: &str| {
        let score = score.trim();
        let number: Option<f32> = score.parse().ok();
        let number = number.filter(|number| number.is_finite());
        let number = number.ok_or_else(|| format!("`{score}` is no number"))?;
        let margin = objective.margin(number);
        if margin.is_finite() {
            Ok(f64::from(margin))
        } else {
            Err(format!("`{score}` is no score that the objective can give"))
        }
    };
    let margins: Vec<_> = scores.split(',').map(margin).collect::<Result<_, _>>()?;
    match *margins {
        [margin] => Ok(vec![margin; groups]),
        _ if margins.len() == groups => Ok(margins),
        _ => Err(format!(
            "there are {} scores for {groups} groups of trees",
            margins.len()
        )),
    }
}

impl Trees {
    fn plant(&self, model: &mut Model, found: &mut Found) {
        let (trees, infos) = (self.trees.len(), self.tree_info.len());
        if trees != infos {
            let reason = format!("it has {infos} entries for {trees} trees");
            found.add(format!("{BOOSTER}.model.tree_info"), reason);
            return;
        }
        for (index, (tree, group)) in self.trees.iter().zip(&self.tree_info).enumerate() {
            let groups = model.groups();
            if *group as usize >= groups {
                let place = format!("{BOOSTER}.model.tree_info[{index}]");
                found.add(
                    place,
                    format!("group {group} is none of the {groups} groups"),
                );
                continue;
            }
            let place = format!("{BOOSTER}.model.trees[{index}]");
            match parsed::<tree::Tree>(&place, tree.get().as_bytes()) {
                Ok(tree) => tree.plant(*group, &place, model, found),
                Err(faults) => found.extend(faults),
            }
        }
    }
}

/// Reads a part of the file, of which `place` is the path.
fn parsed<T: DeserializeOwned>(place: &str, json: &[u8]) -> Result<T, Faults> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let inner = error.path().to_string();
        let place = match (place, &*inner) {
            ("", "." | "?") => "the file".to_owned(),
            ("", inner) => inner.to_owned(),
            (place, "." | "?") => place.to_owned(),
            (place, inner) => format!("{place}.{inner}"),
        };
        Found::default().ending(place, error.inner())
    })?;
    let ended = deserializer.end();
    ended.map_err(|error| Found::default().ending("the file", error))?;
    Ok(value)
}

/// Says what is not supported, and what is.
struct Unsupported<'a>(&'a str, &'a str, &'a str);

impl Display for Unsupported<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(what, name, known) = self;
        write!(
            f,
            "the {what} `{name}` is not supported: train with {known}"
        )
    }
}
