"""Trains decision trees on the windows that `network_anomaly` has described.

Usage: train.py WINDOWS MODEL

WINDOWS are lines of JSON as the stage `windows` makes them, with `anomaly`.
The same windows give the same model.
"""

import json
import sys

import numpy
import xgboost


def main():
    windows, model = sys.argv[1:]
    with open(windows) as lines:
        read = [json.loads(line) for line in lines]
    rows = numpy.array([window["features"] for window in read], dtype=numpy.float32)
    labels = numpy.array([window["anomaly"] for window in read], dtype=numpy.float32)
    trained = xgboost.train(
        {
            "objective": "binary:logistic",
            "max_depth": 4,
            "eta": 0.3,
            "seed": 1,
            "nthread": 1,
        },
        xgboost.DMatrix(rows, labels),
        num_boost_round=20,
    )
    trained.save_model(model)
    print(f"train: {len(rows)} windows, {int(labels.sum())} of anomalies")


main()
