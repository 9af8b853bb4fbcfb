use std::path::{Path, PathBuf};
use std::time::Duration;

use millpond::device::{DeviceChoice, DeviceError, OpenDevice};
use millpond::graph::Outlet;
use millpond::register;
use millpond::stage::{Cost, Identified, Stage};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::days::Day;
use crate::profile::{Profile, ProfileError, Rebuilding};

/// How many days are scored at once.
const BATCH: usize = 64;
const WAIT: Duration = Duration::from_millis(5);

/// Scores days by how badly a profile can rebuild them, and raises an alert
/// for those that are past its threshold.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Score {
    /// The profile that `train.py` makes.
    #[schemars(extend("x-millpond-exists" = "file"))]
    pub(crate) profile: PathBuf,
    /// Where it is computed: `cpu`, `cuda:0` or `auto`.
    #[serde(default)]
    pub(crate) device: DeviceChoice,
}

register!(stage Score: Day);

impl Identified for Score {
    const ID: &'static str = "score";
    const COST: Cost = Cost::Heavy;
}

impl Stage<Day> for Score {
    type Out = Value;

    fn build(self, days: Outlet<Day>) -> Outlet<Value> {
        let loaded = self.load();
        if let Err(error) = &loaded {
            days.refuse(error.to_string());
        }
        let (scored, _counted_and_logged) = days.try_node_with(Self::ID, |_, days| {
            let (profile, threshold) = loaded?;
            Ok(days
                .batch(BATCH, WAIT)
                .flat_map_iter(move |days| score(&profile, threshold, days)))
        });
        scored
    }
}

impl Score {
    fn load(&self) -> Result<(Rebuilding, f32), ProfileError> {
        let profile = Profile::read(&self.profile)?;
        let threshold = profile.threshold;
        let net = profile.net(self.profile.parent().unwrap_or(Path::new("")))?;
        let device = OpenDevice::open(self.device)?;
        Ok((profile.on(&net, device)?, threshold))
    }
}

fn score(profile: &Rebuilding, threshold: f32, days: Vec<Day>) -> Vec<Result<Value, DeviceError>> {
    let features: Vec<_> = days.iter().map(|day| day.features).collect();
    match profile.errors(&features) {
        Ok(errors) => days
            .into_iter()
            .zip(errors)
            .map(|(day, error)| Ok(told(&day, error, threshold)))
            .collect(),
        Err(error) => days.iter().map(|_| Err(error.clone())).collect(),
    }
}

fn told(day: &Day, error: f32, threshold: f32) -> Value {
    let mut told = json!({
        "user": day.user, "date": day.date, "error": error, "alert": error > threshold,
    });
    if let Some(anomaly) = day.anomaly {
        told["anomaly"] = anomaly.into();
    }
    told
}
