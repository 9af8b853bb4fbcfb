use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::OpenError;

/// What a model file is: the one place that tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::inference) enum Format {
    XgboostJson,
    LightgbmText,
    Safetensors,
    Onnx,
}

/// As many bytes as tell the formats apart.
const HEAD: usize = 64;

impl Format {
    /// Looks into a file; the end of its name counts where that does not tell.
    pub(super) fn of(path: &Path) -> Result<Self, OpenError> {
        let head = head(path).map_err(|cause| OpenError::Read {
            path: path.to_owned(),
            cause,
        })?;
        let unknown = |reason| OpenError::Unknown {
            path: path.to_owned(),
            reason,
        };
        if let Some(format) = Self::of_bytes(&head).map_err(unknown)? {
            return Ok(format);
        }
        let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
        match ending.to_str() {
            Some("onnx") => Ok(Self::Onnx),
            Some("safetensors") => Ok(Self::Safetensors),
            Some("json") => Ok(Self::XgboostJson),
            _ => Err(unknown(
                "it begins like none of XGBoost JSON, LightGBM text, safetensors and ONNX",
            )),
        }
    }

    /// Tells the format of a file by its content, if that tells.
    ///
    /// It fails with a sentence if the file is known to be one that nothing
    /// here reads.
    pub(in crate::inference) fn of_bytes(bytes: &[u8]) -> Result<Option<Self>, &'static str> {
        let head = bytes.get(..HEAD).unwrap_or(bytes);
        if head.is_empty() {
            return Err("it is empty");
        }
        if head.starts_with(b"tree\n") || head.starts_with(b"tree\r\n") {
            return Ok(Some(Self::LightgbmText));
        }
        if head.starts_with(b"binf") {
            return Err(
                "it is of the old binary format of XGBoost: load it there, and save it as .json",
            );
        }
        if is_safetensors(head) {
            return Ok(Some(Self::Safetensors));
        }
        let mut text = head.iter().skip_while(|byte| byte.is_ascii_whitespace());
        if text.next() == Some(&b'{') {
            return match text.find(|byte| !byte.is_ascii_whitespace()) {
                Some(b'"' | b'}') | None => Ok(Some(Self::XgboostJson)),
                Some(_) => Err(
                    "it looks like UBJSON: load it in XGBoost, and save it under a name that ends in .json",
                ),
            };
        }
        // Nearly every exporter writes the version first, which is field 1.
        Ok(head.starts_with(b"\x08").then_some(Self::Onnx))
    }
}

/// Eight bytes of length come first, then JSON. Text has no zero in it, so JSON
/// whose ninth byte is a brace is not taken for it.
fn is_safetensors(head: &[u8]) -> bool {
    let begins = |byte: &u8| b"\" }".contains(byte);
    head.get(4..9) == Some(b"\0\0\0\0{") && head.get(9).is_none_or(begins)
}

fn head(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::Format;

    #[test]
    fn each_format_is_told_by_its_first_bytes() {
        let known: [(&[u8], Format); 8] = [
            (b"tree\nversion=v4\n", Format::LightgbmText),
            (b"tree\r\nversion=v4\r\n", Format::LightgbmText),
            (b"{\"learner\":{}}", Format::XgboostJson),
            (b" \n{\n  \"learner\": {}}", Format::XgboostJson),
            (b"\x10\0\0\0\0\0\0\0{\"a\":{}}", Format::Safetensors),
            (b"{\0\0\0\0\0\0\0{\"a\":{}}", Format::Safetensors),
            (b"\x08\0\0\0\0\0\0\0{}      ", Format::Safetensors),
            (b"\x08\x07\x12\x07pytorch", Format::Onnx),
        ];
        for (bytes, format) in known {
            assert_eq!(Format::of_bytes(bytes), Ok(Some(format)), "{bytes:?}");
        }
    }

    #[test]
    fn json_with_a_brace_in_the_place_of_a_safetensors_header_is_json() {
        let json: [&[u8]; 2] = [b"{\"abcd\":{\"e\":1}}", b"        {\"learner\":{}}"];
        for bytes in json {
            assert_eq!(bytes.get(8), Some(&b'{'));
            assert_eq!(Format::of_bytes(bytes), Ok(Some(Format::XgboostJson)));
        }
    }

    #[test]
    fn what_nothing_reads_is_refused_with_a_sentence() {
        let refused: [(&[u8], &str); 3] = [
            (b"", "empty"),
            (b"binf\0\0", "old binary format"),
            (b"{L\0\0\0\0\0\0\0\x07learner{", "UBJSON"),
        ];
        for (bytes, reason) in refused {
            assert!(Format::of_bytes(bytes).unwrap_err().contains(reason));
        }
    }

    #[test]
    fn what_does_not_tell_is_left_to_the_name_of_the_file() {
        for bytes in [&b"treehouse"[..], b"\x12\x07pytorch", b"plain text"] {
            assert_eq!(Format::of_bytes(bytes), Ok(None), "{bytes:?}");
        }
    }
}
