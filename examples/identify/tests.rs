//! The sample, the rules and the summary, case by case.

use std::error::Error;
use std::io::Write;

use super::*;
use crate::summary::Summary;

type Checked = Result<(), Box<dyn Error>>;

/// A sample of a file with this content.
fn sample(content: &[u8]) -> Result<Sample, Box<dyn Error>> {
    let file = tempfile::NamedTempFile::new()?;
    fs::write(file.path(), content)?;
    Ok(Sample::read(file.path().to_owned())?)
}

/// Tables of three labels: one is overwritten, one has its own threshold.
fn tables() -> Result<Tables, serde_json::Error> {
    let content_type = |label: &str, is_text: bool, extensions: &[&str]| {
        serde_json::json!({
            "label": label, "mime": format!("x/{label}"), "group": "some", "is_text": is_text,
            "description": format!("The {label}"), "extensions": extensions,
        })
    };
    serde_json::from_value(serde_json::json!({
        "features": FEATURES.into_iter().collect::<BTreeMap<_, _>>(),
        "default_threshold": 0.5,
        "thresholds": { "markdown": 0.75 },
        "overwrite_map": { "randomtxt": "txt" },
        "labels": ["elf", "markdown", "randomtxt"],
        "content_types": [
            content_type("elf", false, &["elf", "O"]),
            content_type("empty", false, &[]),
            content_type("markdown", true, &["md"]),
            content_type("randomtxt", true, &[]),
            content_type("txt", true, &["txt"]),
            content_type("unknown", false, &[]),
        ],
    }))
}

fn verdict(path: &str, label: &str) -> Verdict {
    Verdict {
        path: path.to_owned(),
        label: label.to_owned(),
        score: 0.984_375,
        group: "some".to_owned(),
        mime: format!("x/{label}"),
    }
}

#[test]
fn head_is_on_the_left_and_tail_on_the_right() -> Checked {
    let limits = [
        0, 1, 7, 8, 1023, 1024, 1025, 2048, 4095, 4096, 4097, 8191, 8192, 8193,
    ];
    for size in limits {
        // No whitespace, and no two neighbouring blocks alike.
        let content: Vec<u8> = (33..=250).cycle().take(size).collect();
        let tokens = sample(&content)?.tokens;
        let (head, tail) = tokens.split_at(HEAD);
        for at in 0..HEAD {
            let expected = content.get(at).map_or(PADDING, |byte| i32::from(*byte));
            assert_eq!(head[at], expected, "head of {size} bytes at {at}");
            let from_end = content.iter().rev().nth(at);
            let expected = from_end.map_or(PADDING, |byte| i32::from(*byte));
            assert_eq!(
                tail[TAIL - 1 - at],
                expected,
                "tail of {size} bytes, {at} from its end"
            );
        }
    }
    Ok(())
}

#[test]
fn whitespace_is_stripped_at_the_outer_ends_only() -> Checked {
    let tokens = sample(b" \t\n\x0b\x0c\rone two\n\n")?.tokens;
    let expected: Vec<_> = b"one two\n\n".map(i32::from).into();
    assert_eq!(tokens[..9], expected);
    assert_eq!(tokens[9..11], [PADDING; 2]);
    assert_eq!(tokens[TOKENS - 7..], expected[..7]);
    let spaces: Vec<_> = (0..=255).filter(|byte| is_space(*byte)).collect();
    assert_eq!(spaces, *b"\t\n\x0b\x0c\r ");
    Ok(())
}

#[test]
fn whitespace_is_stripped_within_what_was_read() -> Checked {
    let mut content = vec![b' '; BLOCK];
    content.extend([b'x'; 2 * BLOCK]);
    content.extend([b'\n'; BLOCK]);
    let sample = sample(&content)?;
    assert_eq!(sample.tokens, [PADDING; TOKENS]);
    assert_eq!(sample.ruled, Some(Rule::Text));
    Ok(())
}

#[test]
fn rules_decide_where_little_is_left() -> Checked {
    assert_eq!(sample(b"")?.ruled, Some(Rule::Empty));
    assert_eq!(sample(b"1234567")?.ruled, Some(Rule::Text));
    assert_eq!(sample(b"123456\xff")?.ruled, Some(Rule::Binary));
    assert_eq!(sample(b"12345678")?.ruled, None);
    assert_eq!(sample(b" 2345678")?.ruled, Some(Rule::Text));
    assert_eq!(
        sample(b"1234567 ")?.ruled,
        None,
        "only the head's left end is stripped"
    );
    for size in [1, 7, 8, 1024, 4095, 4096, 4097, 8193] {
        let sample = sample(&vec![b'\x0b'; size])?;
        assert_eq!(sample.ruled, Some(Rule::Text), "{size} bytes of whitespace");
        assert_eq!(sample.tokens, [PADDING; TOKENS]);
    }
    Ok(())
}

#[test]
fn only_the_ends_of_a_large_file_are_read() -> Checked {
    let mut file = tempfile::NamedTempFile::new()?;
    file.write_all(b"head")?;
    file.as_file().set_len(10 << 30)?;
    let tokens = Sample::read(file.path().to_owned())?.tokens;
    assert_eq!(tokens[..5], [104, 101, 97, 100, 0]);
    assert_eq!(tokens[HEAD..], [0; TAIL]);
    Ok(())
}

#[test]
fn what_cannot_be_read_is_named_in_one_line() -> Checked {
    let folder = tempfile::tempdir()?;
    let message = |path: PathBuf| Sample::read(path).err().map(|error| error.to_string());

    let missing = folder.path().join("new\nline");
    let shown = folder.path().join("new\u{fffd}line");
    let expected = format!(
        "{}: No such file or directory (os error 2); \
         it was removed meanwhile, or is a link to nothing",
        shown.display()
    );
    assert_eq!(message(missing), Some(expected));
    let expected = format!("{}: a directory, not a file", folder.path().display());
    assert_eq!(message(folder.path().to_owned()), Some(expected));
    Ok(())
}

#[cfg(unix)]
#[test]
fn links_are_followed() -> Checked {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("file"), "12345678")?;
    let link = folder.path().join("link");
    std::os::unix::fs::symlink("file", &link)?;
    let sample = Sample::read(link.clone())?;
    assert_eq!(sample.tokens[..8], [49, 50, 51, 52, 53, 54, 55, 56]);
    assert_eq!(sample.path, link);
    Ok(())
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_waits_for_the_writer_of_a_fifo() -> Checked {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("fifo");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&path)
            .status()?
            .success()
    );
    let opened = open(&path)?;
    assert!(regular(&opened.metadata()?).is_err());
    let error = Sample::read(path.clone())
        .err()
        .map(|error| error.to_string());
    let expected = format!(
        "{}: not a regular file, but a device, FIFO or socket",
        path.display()
    );
    assert_eq!(error, Some(expected));
    Ok(())
}

#[test]
fn thresholds_and_overwrites_settle_the_answer() -> Checked {
    let tables = tables()?;
    let sample = sample(b"12345678")?;
    let cases = [
        ([0.5, 0.25, 0.25], "elf", 0.5),
        ([0.4, 0.3, 0.3], "unknown", 0.4),
        ([0.1, 0.75, 0.15], "markdown", 0.75),
        ([0.1, 0.7, 0.2], "txt", 0.7),
        ([0.1, 0.1, 0.8], "txt", 0.8),
        ([0.2, 0.4, 0.4], "txt", 0.4),
        ([0.5, 0.5, 0.0], "elf", 0.5),
        ([f32::NAN, 0.2, 0.8], "txt", 0.8),
        ([f32::NAN; 3], "unknown", 0.0),
    ];
    for (scores, label, score) in cases {
        let verdict = tables.decide(&sample, &scores);
        assert_eq!(
            (verdict.label.as_str(), verdict.score),
            (label, score),
            "{scores:?}"
        );
        assert_eq!(verdict.mime, format!("x/{label}"));
    }
    Ok(())
}

#[test]
fn scores_of_a_ruled_sample_are_ignored() -> Checked {
    let tables = tables()?;
    assert_eq!(tables.outputs.len(), 3);
    for (content, label) in [(&b""[..], "empty"), (b"some", "txt"), (b"\xff", "unknown")] {
        let verdict = tables.decide(&sample(content)?, &[0.9, 0.1, 0.0]);
        assert_eq!((verdict.label.as_str(), verdict.score), (label, 1.0));
    }
    Ok(())
}

#[test]
fn tables_that_do_not_fit_are_refused() -> Checked {
    let refused = |json: &str| {
        serde_json::from_str::<Tables>(json)
            .err()
            .map(|e| e.to_string())
    };
    let other = r#"{"features":{"beg_size":512},"default_threshold":0.5,"thresholds":{},
        "overwrite_map":{},"labels":[],"content_types":[]}"#;
    let error = refused(other).unwrap_or_default();
    assert!(error.contains("written for {\"beg_size\": 512}"), "{error}");
    let sizes = serde_json::to_string(&FEATURES.into_iter().collect::<BTreeMap<_, _>>())?;
    let lacking = other.replace(r#"{"beg_size":512}"#, &sizes);
    assert_eq!(
        refused(&lacking).as_deref(),
        Some("no content type `empty`")
    );

    let error = Tables::load(Path::new("/nowhere/tables.json"));
    let message = error
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    assert_eq!(
        message,
        "cannot read /nowhere/tables.json: No such file or directory (os error 2); \
         `scripts/model` makes it"
    );
    Ok(())
}

#[test]
fn verdict_is_one_line_of_json() -> Checked {
    let json = serde_json::to_string(&verdict("/a b", "elf"))?;
    let expected =
        r#"{"path":"/a b","label":"elf","score":0.984375,"group":"some","mime":"x/elf"}"#;
    assert_eq!(json, expected);
    Ok(())
}

#[test]
fn an_extension_disagrees_if_it_stands_for_other_types_only() -> Checked {
    let tables = tables()?;
    let cases = [
        ("a.md", "markdown", None),
        ("a.o", "elf", None),
        ("a.md", "elf", Some(vec!["markdown"])),
        ("a.other", "elf", None),
        ("md", "elf", None),
        ("a.md", "empty", None),
        ("a.md", "txt", None),
        ("a.elf", "txt", Some(vec!["elf"])),
        ("a.elf", "unknown", None),
        ("a.md", "unknown", Some(vec!["markdown"])),
    ];
    for (path, label, claimed) in cases {
        assert_eq!(
            tables.contradicted(&verdict(path, label)),
            claimed,
            "{path} is {label}"
        );
    }
    Ok(())
}

#[test]
fn summary_counts_and_names_the_first_that_disagree() -> Checked {
    let mut summary = Summary::new(Arc::new(tables()?));
    for number in (0..22).rev() {
        summary.add(&verdict(&format!("{number:02}.md"), "elf"));
    }
    summary.add(&verdict("a.md", "markdown"));
    summary.add(&verdict("b", "empty"));
    let mut out = Vec::new();
    summary.print(&mut out)?;
    let lines: Vec<String> = String::from_utf8(out)?.lines().map(str::to_owned).collect();

    let table = [
        "   files   share  content type      description",
        "      22   91.7%  elf               The elf",
        "       1    4.2%  empty             The empty",
        "       1    4.2%  markdown          The markdown",
        "",
        "files whose extension says otherwise:",
        "  00.md: elf, not markdown",
    ];
    assert_eq!(lines[..7], table);
    let end = [
        "  19.md: elf, not markdown",
        "  and 2 more",
        "",
        "files: 24; content types: 3; extensions that say otherwise: 22",
    ];
    assert_eq!(lines[lines.len() - 4..], end);
    Ok(())
}
