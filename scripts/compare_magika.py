"""The comparing half of compare-magika, run by it with the official package.

Usage: compare_magika.py PROGRAM DRAFTS FILES DIR...

Takes at most FILES files from the DIRs, has PROGRAM and the official package
identify them, and prints where the two differ. DRAFTS is an empty folder.
"""

import json
import os
import random
import subprocess
import sys
from itertools import chain, zip_longest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SEED = 1824
TOLERANCE = 2e-2
# Well below what any system takes as the arguments of one program.
ARGUMENT_BYTES = 64 * 1024


def say(text):
    print(f"compare-magika: {text}", file=sys.stderr)


def stop(text):
    """Ends without a verdict."""
    say(text)
    sys.exit(2)


def walk(folder):
    """Every regular file under a folder, links aside, in a fixed order."""
    try:
        with os.scandir(folder) as entries:
            entries = sorted(entries, key=lambda each: each.name)
    except OSError:
        return
    for each in entries:
        if each.is_dir(follow_symlinks=False):
            yield from walk(each.path)
        elif each.is_file(follow_symlinks=False):
            yield each.path


def is_utf8(path):
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def pick(folders, most):
    """At most so many files, drawn alike from each folder."""
    every, left_out = [], 0
    for folder in folders:
        found = list(walk(os.path.abspath(folder)))
        named = [path for path in found if is_utf8(path)]
        left_out += len(found) - len(named)
        random.Random(SEED).shuffle(named)
        every.append(named)
    if left_out:
        say(f"left out {left_out} files whose path is not UTF-8")
    picked = {}
    for path in chain.from_iterable(zip_longest(*every)):
        if len(picked) == most:
            break
        if path is not None and path not in picked and os.access(path, os.R_OK):
            picked[path] = None
    return sorted(picked)


def ours(program, drafts, paths):
    """What PROGRAM says of each file, called as often as the paths need."""
    calls, room = [], 0
    for path in paths:
        room -= len(path.encode()) + 1
        if room < 0:
            calls.append([])
            room = ARGUMENT_BYTES - len(path.encode()) - 1
        calls[-1].append(path)
    answers = {}
    for number, call in enumerate(calls):
        output = Path(drafts) / f"{number}.jsonl"
        try:
            done = subprocess.run([program, "--output", output, *call], cwd=ROOT, stdout=sys.stderr, check=False)
            if done.returncode != 0:
                stop(f"{program} ended with {done.returncode}; see above")
            for line in output.read_text(encoding="utf-8").splitlines():
                found = json.loads(line)
                answers[found["path"]] = (found["label"], float(found["score"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            stop(f"{program} did not write lines of JSON with path, label and score: {error!r}")
    return answers


def official(paths):
    """What the official package says of each file, or why it says nothing."""
    # Late, so that a mistake in the arguments is told without the wait for it.
    from magika import Magika

    magika = Magika()
    for path in paths:
        # One by one: its scores depend, slightly, on what else is in a batch.
        try:
            result = magika.identify_path(path)
        except OSError as error:
            yield path, None, str(error)
            continue
        if result.ok:
            yield path, (str(result.output.label), result.score), None
        else:
            yield path, None, str(result.status)


def main():
    program, drafts, most, *folders = sys.argv[1:]
    paths = pick(folders, int(most))
    if not paths:
        stop(f"no files: nothing readable under {', '.join(folders)}")
    say(f"identifying {len(paths)} files twice")
    answers = ours(program, drafts, paths)

    compared, differ, largest = 0, 0, 0.0
    for path, theirs, failure in official(paths):
        if theirs is None:
            # A file that vanished, or one that only pretends to be regular.
            say(f"left out {path}: the official package cannot read it ({failure})")
            continue
        compared += 1
        label, score = theirs
        mine = answers.get(path)
        if mine is not None:
            largest = max(largest, abs(mine[1] - score))
        if mine is None or mine[0] != label or not abs(mine[1] - score) <= TOLERANCE:
            differ += 1
            shown = "nothing" if mine is None else f"{mine[0]} {mine[1]:.4f}"
            named = path if path.isprintable() else repr(path)
            print(f"{named}: ours {shown}, official {label} {score:.4f}")
    if not compared:
        stop("no files: the official package could read none of them")
    print(f"largest score difference: {largest:.1e}")
    print(f"{compared} files, {differ} differ")
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()
