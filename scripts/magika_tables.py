#!/usr/bin/env python3
"""Reads Magika's tables out of the Rust sources of its package, into JSON.

Usage: magika_tables.py PACKAGE OUTPUT

PACKAGE is the unpacked package `magika`, OUTPUT the document to write: the
labels in the order of the model's outputs, the thresholds and overwrites that
turn an output into an answer, what is known of each content type, and the
sizes that the features are cut to. The sources are generated, so their form is
regular; anything that looks otherwise ends the script with the file and what
was expected in it, since a table read half-right is worse than none.
"""

import ast
import json
import os
import re
import sys
from collections import Counter
from pathlib import Path

OUTPUTS = 214
INTEGERS = ["beg_size", "end_size", "block_size", "padding_token", "min_file_size_for_dl"]
TABLES = {"thresholds": "Cow::Borrowed(&THRESHOLDS)", "overwrite_map": "Cow::Borrowed(&OVERWRITE_MAP)"}
INFO = ["label", "mime_type", "group", "description", "extensions", "is_text"]


class Unexpected(Exception):
    """A source file that does not look as this script expects."""


class Source:
    """One file of the package, and the ways this script looks into it."""

    def __init__(self, package, name):
        self.path = Path(package) / "src" / name
        try:
            self.text = self.path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise Unexpected(f"{self.path}: cannot be read: {error}") from error

    def expect(self, holds, what):
        if not holds:
            raise Unexpected(f"{self.path}: expected {what}")

    def only(self, pattern, what):
        """The groups of the one place that matches."""
        found = re.findall(pattern, self.text, re.MULTILINE | re.DOTALL)
        self.expect(len(found) == 1, f"exactly one {what}, found {len(found)}")
        return found[0]

    def block(self, start, what):
        """The lines between the one that is `start` and the brace that ends it."""
        return self.only(rf"^{re.escape(start)}\n(.*?)^[}}\]];?$", what).splitlines()

    def lines(self, lines, pattern, what):
        """The groups of every line, each of which must match."""
        matches = [re.fullmatch(pattern, line.strip()) for line in lines]
        for line, match in zip(lines, matches):
            self.expect(match, f"{what}, found `{line.strip()}`")
        return [match.groups() if match.re.groups > 1 else match[1] for match in matches]

    def variants(self, start, what):
        lines = [line for line in self.block(start, what) if not line.strip().startswith("///")]
        return self.lines(lines, r"(\w+),", f"a variant of {what}")

    def arms(self, kind, target):
        """The arms `kind::Variant => target`, as a mapping."""
        arms = re.findall(rf"^ +{kind}::(\w+) => {target},$", self.text, re.MULTILINE)
        self.expect(arms and len(arms) == len(dict(arms)), f"one arm for each {kind}")
        return dict(arms)


def literal(source, text):
    """The value of a Rust string, array of strings or bool."""
    text = {"true": "True", "false": "False"}.get(text, text.removeprefix("&"))
    # Plain strings are written alike in both languages; escapes are not.
    source.expect("\\" not in text, f"no escape in a literal, found `{text}`")
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError):
        source.expect(False, f"a literal, found `{text}`")


def content_types(content):
    """Each content type by the name of its variant, and those of no variant."""
    infos = {}
    entry = r"^pub\(crate\) static (\w+): TypeInfo = TypeInfo \{\n(.*?)^\};"
    for name, body in re.findall(entry, content.text, re.MULTILINE | re.DOTALL):
        fields = dict(content.lines(body.splitlines(), r"(\w+): (.+),", f"a field of {name}"))
        content.expect(list(fields) == INFO, f"the fields {', '.join(INFO)} in {name}")
        info = {key: literal(content, value) for key, value in fields.items()}
        content.expect(all(isinstance(info[key], str) and info[key] for key in INFO[:4]), f"strings in {name}")
        content.expect(all(isinstance(each, str) for each in info["extensions"]), f"a list of strings in {name}")
        content.expect(isinstance(info["is_text"], bool), f"a bool as is_text of {name}")
        rest = {key: info[key] for key in INFO[2:]}
        infos[name] = {"label": info["label"], "mime": info["mime_type"], **rest}
    arms = content.arms("ContentType", r"&(\w+)")
    variants = content.variants("pub enum ContentType {", "enum ContentType")
    content.expect(list(arms) == variants, "an arm for each content type, in their order")
    content.expect(all(static in infos for static in arms.values()), "an entry for each content type")
    size = int(content.only(r"^    pub\(crate\) const SIZE: usize = (\d+);$", "ContentType::SIZE"))
    content.expect(size == len(variants), f"{size} content types, found {len(variants)}")
    labels = [info["label"] for info in infos.values()]
    content.expect(len(set(labels)) == len(labels), "no label twice")
    by_variant = {variant: infos[static] for variant, static in arms.items()}
    # What is no regular file (a directory, a symbolic link) has no variant.
    others = [info for static, info in infos.items() if static not in arms.values()]
    content.expect(all(info["group"] == "inode" for info in others), "an arm for each entry of a file")
    return by_variant, others


def features(config, model):
    """The sizes that the features are cut to."""
    lines = model.block("pub(crate) const CONFIG: ModelConfig = ModelConfig {", "CONFIG")
    fields = dict(model.lines(lines, r"(\w+): (.+),", "a field of CONFIG"))
    names = [*INTEGERS, *TABLES]
    model.expect(sorted(fields) == sorted(names), f"the fields {', '.join(names)} in CONFIG")
    model.expect(all(fields[name] == table for name, table in TABLES.items()), "the two tables in CONFIG")
    model.expect(all(fields[name].isdecimal() for name in INTEGERS), "integers in CONFIG")
    # The sources name no middle part: the head and the tail are all there is.
    size = r"fn features_size\(&self\) -> usize \{\s*self\.beg_size \+ self\.end_size\s*\}"
    config.only(size, "features_size of head and tail")
    sizes = {name: int(fields[name]) for name in INTEGERS}
    return {"beg_size": sizes.pop("beg_size"), "mid_size": 0, **sizes}


def tables(package):
    config, content, model = (Source(package, name) for name in ("config.rs", "content.rs", "model.rs"))
    types, others = content_types(content)

    outputs = model.variants("pub(crate) enum Label {", "enum Label")
    count = int(model.only(r"^pub\(crate\) const NUM_LABELS: usize = (\d+);$", "NUM_LABELS"))
    found = f"{count} announced and {len(outputs)} listed"
    model.expect(count == OUTPUTS == len(outputs), f"{OUTPUTS} labels, found {found}")
    targets = model.arms("Label", r"ContentType::(\w+)")
    model.expect(list(targets) == outputs, "an arm for each label, in their order")
    model.expect(all(target in types for target in targets.values()), "only known content types as labels")
    labels = [types[targets[output]]["label"] for output in outputs]
    model.expect(len(set(labels)) == OUTPUTS, "no label twice")

    array = r"^const THRESHOLDS: \[f32; ContentType::SIZE\] = \[([^\]]*)\];$"
    numbers = model.only(array, "THRESHOLDS").split(",")
    model.expect(len(numbers) == len(types), f"{len(types)} thresholds, found {len(numbers)}")
    numbers = [float(number) for number in model.lines(numbers, r"(\d+(?:\.\d+)?)", "a threshold")]
    model.expect(all(0 < number < 1 for number in numbers), "thresholds between 0 and 1")
    default, times = Counter(numbers).most_common(1)[0]
    model.expect(2 * times > len(numbers), "one threshold that most content types share")
    every = zip((info["label"] for info in types.values()), numbers)
    thresholds = {label: number for label, number in every if number != default}
    model.expect(set(thresholds) <= set(labels), "thresholds of their own for labels only")

    lines = model.block("const OVERWRITE_MAP: [ContentType; ContentType::SIZE] = [", "OVERWRITE_MAP")
    overwrites = model.lines(lines, r"ContentType::(\w+),", "a content type in OVERWRITE_MAP")
    model.expect(len(overwrites) == len(types), f"{len(types)} overwrites, found {len(overwrites)}")
    model.expect(all(target in types for target in overwrites), "only known content types in OVERWRITE_MAP")
    changes = [(types[source], types[target]) for source, target in zip(types, overwrites) if source != target]
    overwrite_map = {source["label"]: target["label"] for source, target in changes}
    model.expect(set(overwrite_map) <= set(labels), "overwrites of labels only")

    everything = sorted([*types.values(), *others], key=lambda info: info["label"])
    known = {info["label"] for info in everything}
    content.expect({"empty", "txt", "unknown"} <= known, "the content types empty, txt and unknown")
    return {
        "model": content.only(r'^pub const MODEL_NAME: &str = "(\w+)";$', "MODEL_NAME"),
        "features": features(config, model),
        "default_threshold": default,
        "thresholds": dict(sorted(thresholds.items())),
        "overwrite_map": dict(sorted(overwrite_map.items())),
        "labels": labels,
        "content_types": everything,
    }


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: magika_tables.py PACKAGE OUTPUT")
    package, output = sys.argv[1:]
    try:
        document = tables(package)
    except Unexpected as error:
        sys.exit(f"magika_tables: {error}")
    draft = f"{output}.{os.getpid()}"
    with open(draft, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1, ensure_ascii=False)
        file.write("\n")
    os.replace(draft, output)


if __name__ == "__main__":
    main()
