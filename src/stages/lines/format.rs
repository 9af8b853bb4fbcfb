use std::any::Any;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a message becomes a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LineFormat {
    /// Texts and paths as they are, everything else as JSON.
    #[default]
    Auto,
    /// Everything as JSON: texts and paths between quotes.
    JsonLines,
}

/// Writes a message and the end of its line.
///
/// # Errors
///
/// When it cannot be put as JSON; the beginning of it may have been written.
pub(in crate::stages) fn push_line<T: Serialize + 'static>(
    to: &mut Vec<u8>,
    message: &T,
    format: LineFormat,
) -> serde_json::Result<()> {
    match bytes_of(message) {
        Some(bytes) if format == LineFormat::Auto => to.extend_from_slice(bytes),
        _ => serde_json::to_writer(&mut *to, message)?,
    }
    to.push(b'\n');
    Ok(())
}

/// The message as it is, if it is a text or a path.
fn bytes_of(message: &dyn Any) -> Option<&[u8]> {
    if let Some(text) = message.downcast_ref::<String>() {
        Some(text.as_bytes())
    } else if let Some(text) = message.downcast_ref::<&'static str>() {
        Some(text.as_bytes())
    } else {
        let path = message.downcast_ref::<PathBuf>()?;
        Some(path.as_os_str().as_encoded_bytes())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line<T: Serialize + 'static>(message: &T, format: LineFormat) -> String {
        let mut line = Vec::new();
        push_line(&mut line, message, format).unwrap();
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn texts_and_paths_are_written_as_they_are() {
        let auto = LineFormat::Auto;
        assert_eq!(line(&r#"a "b""#.to_owned(), auto), "a \"b\"\n");
        assert_eq!(line(&"a", auto), "a\n");
        assert_eq!(line(&PathBuf::from("/a b"), auto), "/a b\n");
        assert_eq!(line(&json!({ "a": "b" }), auto), "{\"a\":\"b\"}\n");
        assert_eq!(line(&json!("a"), auto), "\"a\"\n");
        assert_eq!(line(&7, auto), "7\n");
    }

    #[test]
    fn everything_is_json_on_demand() {
        let json = LineFormat::JsonLines;
        assert_eq!(line(&"a\nb", json), "\"a\\nb\"\n");
        assert_eq!(line(&PathBuf::from("/a b"), json), "\"/a b\"\n");
        assert_eq!(line(&vec![1, 2], json), "[1,2]\n");
    }
}
