use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::OpenError;

/// What a model file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    XgboostJson,
    LightgbmText,
    Safetensors,
    Onnx,
}

/// As many bytes as tell the formats apart.
const HEAD: u64 = 64;

impl Format {
    /// Looks into a file.
    pub(super) fn of(path: &Path) -> Result<Self, OpenError> {
        let head = head(path).map_err(|cause| OpenError::Read {
            path: path.to_owned(),
            cause,
        })?;
        let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
        let unknown = |reason| OpenError::Unknown {
            path: path.to_owned(),
            reason,
        };
        if head.is_empty() {
            return Err(unknown("it is empty"));
        }
        if head.starts_with(b"tree\n") || head.starts_with(b"tree\r\n") {
            return Ok(Self::LightgbmText);
        }
        if head.starts_with(b"binf") {
            return Err(unknown(
                "it is of the old binary format of XGBoost: load it there, and save it as .json",
            ));
        }
        if head.get(8) == Some(&b'{') && head.get(9).is_some_and(|byte| b"\" }".contains(byte)) {
            return Ok(Self::Safetensors);
        }
        let mut text = head.iter().skip_while(|byte| byte.is_ascii_whitespace());
        if text.next() == Some(&b'{') {
            return match text.find(|byte| !byte.is_ascii_whitespace()) {
                Some(b'"' | b'}') | None => Ok(Self::XgboostJson),
                Some(_) => Err(unknown(
                    "it looks like UBJSON: load it in XGBoost, and save it under a name that ends in .json",
                )),
            };
        }
        // Nearly every exporter writes the version first, which is field 1.
        match ending.to_str() {
            Some("onnx") => Ok(Self::Onnx),
            Some("safetensors") => Ok(Self::Safetensors),
            Some("json") => Ok(Self::XgboostJson),
            _ if head.starts_with(b"\x08") => Ok(Self::Onnx),
            _ => Err(unknown(
                "it begins like none of XGBoost JSON, LightGBM text, safetensors and ONNX",
            )),
        }
    }
}

fn head(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}
