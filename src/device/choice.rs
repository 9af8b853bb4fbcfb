use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

/// A place where tensors live and operations run.
///
/// Its text is `cpu`, or `cuda:0` with the number of the device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Device {
    /// The processor and its memory.
    #[default]
    Cpu,
    /// The CUDA device of this number, as the driver counts them.
    Cuda(u32),
}

/// Which device a user asks for; written `cpu`, `cuda`, `cuda:N` or `auto`.
///
/// # Examples
///
/// ```
/// use millpond::device::DeviceChoice;
///
/// assert_eq!("cuda:1".parse(), Ok(DeviceChoice::Cuda(1)));
/// assert_eq!(DeviceChoice::AnyCuda.to_string(), "cuda");
/// assert_eq!(
///     "gpu".parse::<DeviceChoice>().unwrap_err().to_string(),
///     "no device is called `gpu`; write `cpu`, `cuda`, `cuda:N` or `auto`",
/// );
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeviceChoice {
    /// The processor.
    #[default]
    Cpu,
    /// All CUDA devices that there are; one at least.
    AnyCuda,
    /// The CUDA device of this number.
    Cuda(u32),
    /// All CUDA devices if there is one that works, the processor otherwise.
    Auto,
}

/// The text does not name a device.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no device is called `{text}`; write `cpu`, `cuda`, `cuda:N` or `auto`")]
pub struct ParseDeviceError {
    text: String,
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu => f.pad("cpu"),
            Self::Cuda(number) => f.pad(&format!("cuda:{number}")),
        }
    }
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu => f.pad("cpu"),
            Self::AnyCuda => f.pad("cuda"),
            Self::Cuda(number) => f.pad(&format!("cuda:{number}")),
            Self::Auto => f.pad("auto"),
        }
    }
}

impl FromStr for DeviceChoice {
    type Err = ParseDeviceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "cpu" => Ok(Self::Cpu),
            "cuda" => Ok(Self::AnyCuda),
            "auto" => Ok(Self::Auto),
            _ => text
                .strip_prefix("cuda:")
                .filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
                .and_then(|number| number.parse().ok())
                .map(Self::Cuda)
                .ok_or_else(|| ParseDeviceError {
                    text: text.to_owned(),
                }),
        }
    }
}

impl Serialize for DeviceChoice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DeviceChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for DeviceChoice {
    fn schema_name() -> Cow<'static, str> {
        "DeviceChoice".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^(cpu|cuda|cuda:[0-9]+|auto)$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_read_back_from_its_own_text() {
        for choice in [
            DeviceChoice::Cpu,
            DeviceChoice::AnyCuda,
            DeviceChoice::Cuda(0),
            DeviceChoice::Cuda(17),
            DeviceChoice::Auto,
        ] {
            assert_eq!(choice.to_string().parse(), Ok(choice));
            let json = serde_json::to_string(&choice).unwrap();
            assert_eq!(json, format!("\"{choice}\""));
            assert_eq!(serde_json::from_str::<DeviceChoice>(&json).unwrap(), choice);
        }
    }

    #[test]
    fn what_is_almost_a_device_is_none() {
        for text in [
            "",
            "CPU",
            "cuda:",
            "cuda:-1",
            "cuda:+1",
            "cuda: 1",
            "cuda:4294967296",
        ] {
            assert!(text.parse::<DeviceChoice>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_device_is_written_as_it_is_asked_for() {
        assert_eq!(Device::Cpu.to_string(), DeviceChoice::Cpu.to_string());
        assert_eq!(
            Device::Cuda(3).to_string(),
            DeviceChoice::Cuda(3).to_string()
        );
    }
}
