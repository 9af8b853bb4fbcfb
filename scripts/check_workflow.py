"""Compares what a workflow found with what was put into its data.

Usage: check_workflow.py FOLDER DEVICE

Called by scripts/workflow.
"""

import json
import os
import sys

AT_LEAST = 0.95
# Of the anomalies so many raise an alert; so many of all may be false alerts.
FOUND = 0.95
FALSE = 0.02


def area_under_curve(scored):
    """How often an anomaly scores higher than something ordinary."""
    anomalies = [score for score, anomaly in scored if anomaly]
    ordinary = [score for score, anomaly in scored if not anomaly]
    wins = sum((a > o) + (a == o) / 2 for a in anomalies for o in ordinary)
    return wins / (len(anomalies) * len(ordinary))


def score(line):
    """The error that was made of a day, or the probability of a window."""
    if "error" in line:
        return line["error"]
    probability = line["probability"]
    return probability[-1] if isinstance(probability, list) else probability


def read(folder, name):
    with open(os.path.join(folder, name)) as lines:
        return [json.loads(line) for line in lines]


def main():
    folder, device = sys.argv[1:]
    scored = read(folder, "scored.jsonl")
    if device != "cpu":
        if scored != read(folder, "on-device.jsonl"):
            print(f"the results on {device} are not those on the CPU")
            sys.exit(1)
        print(f"{len(scored)} results, the same on the CPU and on {device}")
    area = area_under_curve([(score(line), line["anomaly"]) for line in scored])
    alerts = [line for line in scored if line.get("alert")]
    if any("alert" in line for line in scored):
        right = sum(line["anomaly"] for line in alerts)
        there = sum(line["anomaly"] for line in scored)
        print(f"{len(alerts)} alerts, {right} of them right, of {there} anomalies")
        if right < FOUND * there or len(alerts) - right > FALSE * len(scored):
            print(f"at least {FOUND} of them are wanted, false alerts for at most {FALSE} of all")
            sys.exit(1)
    print(f"area under the curve {area:.4f}, at least {AT_LEAST} is wanted")
    sys.exit(area < AT_LEAST)


main()
