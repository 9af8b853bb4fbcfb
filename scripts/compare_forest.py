"""The comparing half of compare-forest, run by it with both packages.

Usage: compare_forest.py PROGRAM DRAFTS FIGURES [--no-timing]

Trains models into the empty folder DRAFTS, has PROGRAM (benches/forest) and the
libraries answer the same rows, and puts how long both take into FIGURES.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import lightgbm
import numpy
import xgboost

SEED = 1824
TRAINED_ROWS = 2_000
ASKED_ROWS = 3_001
CATEGORIES = 40
ROUNDS = 41
# Ours over theirs, at the most.
LIMITS = {"forest_vs_xgboost": 2.0, "forest_vs_lightgbm": 1.0}

XGBOOST = {
    "logistic": {"objective": "binary:logistic"},
    "logistic, deep": {"objective": "binary:logistic", "max_depth": 14, "min_child_weight": 0},
    "logistic, leaf by leaf": {
        "objective": "binary:logistic", "grow_policy": "lossguide", "max_depth": 0, "max_leaves": 90,
    },
    "random forest": {
        "objective": "binary:logistic", "num_parallel_tree": 8, "subsample": 0.7, "eta": 1,
    },
    "margin of logistic": {"objective": "binary:logitraw"},
    "logistic regression": {"objective": "reg:logistic"},
    "hinge": {"objective": "binary:hinge"},
    "probabilities": {"objective": "multi:softprob", "num_class": 3},
    "classes": {"objective": "multi:softmax", "num_class": 3},
    "squares": {"objective": "reg:squarederror"},
    "squares, given base": {"objective": "reg:squarederror", "base_score": -3.25},
    "absolute": {"objective": "reg:absoluteerror"},
    "pseudo-Huber": {"objective": "reg:pseudohubererror"},
    "squared logarithm": {"objective": "reg:squaredlogerror"},
    "quantile": {"objective": "reg:quantileerror", "quantile_alpha": 0.3},
    "Poisson": {"objective": "count:poisson"},
    "gamma": {"objective": "reg:gamma"},
    "Tweedie": {"objective": "reg:tweedie"},
    "Cox": {"objective": "survival:cox"},
    "failure time": {"objective": "survival:aft"},
    "two targets": {"objective": "reg:squarederror"},
    "ranks, ndcg": {"objective": "rank:ndcg"},
    "ranks, pairs": {"objective": "rank:pairwise"},
    "sets of categories": {"objective": "binary:logistic", "max_cat_to_onehot": 2},
    "single categories": {"objective": "binary:logistic", "max_cat_to_onehot": 99},
}

LIGHTGBM = {
    "logistic": {"objective": "binary"},
    "logistic, steep": {"objective": "binary", "sigmoid": 2.5},
    "logistic, large": {"objective": "binary", "num_leaves": 400, "min_data_in_leaf": 1},
    "random forest": {
        "objective": "binary", "boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.7,
    },
    "dropped trees": {"objective": "binary", "boosting": "dart"},
    "probabilities": {"objective": "multiclass", "num_class": 3},
    "one against all": {"objective": "multiclassova", "num_class": 3},
    "squares": {"objective": "regression"},
    "squares of roots": {"objective": "regression", "reg_sqrt": True},
    "absolute": {"objective": "regression_l1"},
    "Huber": {"objective": "huber"},
    "fair": {"objective": "fair"},
    "percentage": {"objective": "mape"},
    "quantile": {"objective": "quantile", "alpha": 0.3},
    "Poisson": {"objective": "poisson"},
    "gamma": {"objective": "gamma"},
    "Tweedie": {"objective": "tweedie"},
    "cross entropy": {"objective": "cross_entropy"},
    "cross entropy, lambda": {"objective": "cross_entropy_lambda"},
    "ranks": {"objective": "lambdarank"},
    "zero is missing": {"objective": "binary", "zero_as_missing": True},
    "nothing is missing": {"objective": "binary", "use_missing": False},
    "sets of categories": {"objective": "binary", "max_cat_to_onehot": 2},
    "single categories": {"objective": "binary", "max_cat_to_onehot": 99},
}


def features(random, rows):
    """Numbers, some missing and some zero, and a category in the last column."""
    numbers = random.normal(size=(rows, 6)).astype("f4")
    numbers[random.random(numbers.shape) < 0.08] = numpy.nan
    numbers[random.random(numbers.shape) < 0.05] = 0
    categories = random.integers(0, CATEGORIES, rows).astype("f4")
    return numpy.column_stack([numbers, categories])


def labels(name, parameters, rows, random):
    known = numpy.nan_to_num(rows)
    score = known[:, 0] + known[:, 1] * known[:, 2] + numpy.sin(rows[:, 6])
    objective = parameters["objective"]
    if "multi" in objective:
        return (score > -0.5).astype(int) + (score > 0.8)
    if name == "two targets":
        return numpy.column_stack([score, known[:, 3]])
    if any(word in objective for word in ("reg:squaredlog", "gamma", "tweedie", "poisson", "cox")):
        return numpy.exp(score / 3) + random.random(len(rows))
    if any(word in objective for word in ("regression", "reg:", "huber", "fair", "mape", "quantile")):
        return 1 / (1 + numpy.exp(-score)) if "logistic" in objective else score
    return (score + random.normal(size=len(rows)) / 3 > 0).astype(int)


def train_xgboost(name, parameters, random):
    rows = features(random, TRAINED_ROWS)
    target = labels(name, parameters, rows, random)
    types = ["q"] * 6 + ["c" if "categories" in name else "q"]
    data = xgboost.DMatrix(rows, feature_types=types, enable_categorical=True)
    if "aft" in parameters["objective"]:
        data.set_float_info("label_lower_bound", target + 1)
        data.set_float_info("label_upper_bound", target + 2)
    else:
        data.set_label(target)
    if "rank" in parameters["objective"]:
        data.set_group([20] * (TRAINED_ROWS // 20))
    common = {"max_depth": 5, "nthread": 1, "seed": SEED}
    return xgboost.train({**common, **parameters}, data, 12), types


def train_lightgbm(name, parameters, random):
    rows = features(random, TRAINED_ROWS)
    target = labels(name, parameters, rows, random)
    parameters = {
        "verbose": -1, "num_threads": 1, "seed": SEED, "min_data_per_group": 10, "cat_smooth": 1,
        **parameters,
    }
    grouped = [20] * (TRAINED_ROWS // 20) if parameters["objective"] == "lambdarank" else None
    categorical = [6] if "categories" in name else []
    data = lightgbm.Dataset(
        rows, label=target, group=grouped, categorical_feature=categorical, params=parameters
    )
    return lightgbm.train(parameters, data, 12)


class Ours:
    """The program with one model and its rows."""

    def __init__(self, program, model, rows, folder):
        path = folder / "rows"
        rows.astype("<f4").tofile(path)
        self.folder = folder
        self.process = subprocess.Popen(
            [program, "--answer", model, path, folder],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        if self.process.stdout.readline() != "ready\n":
            sys.exit(f"compare-forest: {program} does not run {model}")

    def output(self, name, like):
        """The numbers of an output, as many bits each as the original's."""
        if name == "class":
            return numpy.fromfile(self.folder / name, "<i8").astype(like.dtype)
        return numpy.fromfile(self.folder / name, like.dtype)

    def prediction(self, like):
        for name in ("probability", "value", "class"):
            if (self.folder / name).exists():
                return self.output(name, like)
        raise FileNotFoundError(self.folder)

    def seconds(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def difference(ours, theirs):
    """How many numbers differ in any bit, and by how much at the most."""
    theirs = numpy.asarray(theirs).ravel()
    if ours.shape != theirs.shape:
        return len(theirs), numpy.inf
    apart = numpy.abs(ours.astype("f8") - theirs.astype("f8"))
    differ = (ours != theirs) & ~(numpy.isnan(ours) & numpy.isnan(theirs))
    return int(differ.sum()), float(numpy.nanmax(apart, initial=0))


def report(library, name, count, margin, prediction):
    texts = [f"{differ} differ, at most by {most:g}" for differ, most in (margin, prediction)]
    print(f"{library:9} {name:24} {count:6} rows   margin: {texts[0]:28} prediction: {texts[1]}")
    return margin[0] + prediction[0] == 0


def awkward(rows):
    """Categories that no set holds, among them those that are none."""
    rows = rows.copy()
    for start, category in enumerate([0.5, -0.5, -3, numpy.nan, 1e20, 39.9, 64, 4000]):
        rows[start * 20:(start + 1) * 20, 6] = category
    return rows


def compare(program, drafts):
    random = numpy.random.default_rng(SEED)
    same = True
    for index, (name, parameters) in enumerate(XGBOOST.items()):
        folder = drafts / f"xgboost-{index}"
        folder.mkdir()
        booster, types = train_xgboost(name, parameters, random)
        path = folder / "model.json"
        booster.save_model(path)
        rows = features(random, ASKED_ROWS)
        # It refuses what is no category.
        data = xgboost.DMatrix(rows, feature_types=types, enable_categorical=True)
        margins = booster.predict(data, output_margin=True)
        predictions = booster.predict(data)
        ours = Ours(program, path, rows, folder)
        ours.close()
        if name == "classes":
            (folder / "probability").unlink()
        margin = difference(ours.output("margin", margins), margins)
        prediction = difference(ours.prediction(predictions), predictions)
        same &= report("XGBoost", name, ASKED_ROWS, margin, prediction)
    for index, (name, parameters) in enumerate(LIGHTGBM.items()):
        folder = drafts / f"lightgbm-{index}"
        folder.mkdir()
        booster = train_lightgbm(name, parameters, random)
        path = folder / "model.txt"
        booster.save_model(path)
        rows = awkward(features(random, ASKED_ROWS))
        margins = booster.predict(rows, raw_score=True, num_threads=1)
        predictions = booster.predict(rows, num_threads=1)
        if parameters.get("boosting") == "rf":
            # The raw score of averaged trees is their sum.
            margins /= booster.current_iteration()
        ours = Ours(program, path, rows, folder)
        ours.close()
        margin = difference(ours.output("margin", margins), margins)
        prediction = difference(ours.prediction(predictions), predictions)
        same &= report("LightGBM", name, ASKED_ROWS, margin, prediction)
    return same


def in_turns(ours, theirs):
    """Our CPU time over theirs, round by round, and the rows' seconds."""
    ratios, our_times, their_times = [], [], []
    for turn in range(ROUNDS + 2):
        times = {}
        for side in ("ours", "theirs") if turn % 2 else ("theirs", "ours"):
            if side == "ours":
                times[side] = ours.seconds()
            else:
                start = time.process_time()
                theirs()
                times[side] = time.process_time() - start
        if turn >= 2:
            ratios.append(times["ours"] / times["theirs"])
            our_times.append(times["ours"])
            their_times.append(times["theirs"])
    return ratios, numpy.median(our_times), numpy.median(their_times)


def measure(program, drafts, figures):
    """100 trees of the usual size, 20,000 rows of 29 features, one thread."""
    random = numpy.random.default_rng(SEED)
    rows = random.normal(size=(20_000, 29)).astype("f4")
    score = (rows[:, :5] ** 2).sum(1) + rows[:, 6] * rows[:, 7] + random.normal(size=len(rows))
    target = (score > 5).astype(int)
    parameters = {"objective": "binary:logistic", "max_depth": 6, "nthread": 1}
    trees = xgboost.train(parameters, xgboost.DMatrix(rows, label=target), 100)
    path = drafts / "timed.json"
    trees.save_model(path)
    parameters = {"objective": "binary", "verbose": -1, "num_threads": 1}
    leaves = lightgbm.train(parameters, lightgbm.Dataset(rows, label=target), 100)
    text = drafts / "timed.txt"
    leaves.save_model(text)
    sides = {
        "forest_vs_xgboost": (path, "XGBoost", lambda: trees.inplace_predict(rows)),
        "forest_vs_lightgbm": (text, "LightGBM", lambda: leaves.predict(rows, num_threads=1)),
    }
    known = json.loads(figures.read_text()) if figures.exists() else {}
    within = True
    for name, (model, peer, theirs) in sides.items():
        folder = drafts / name
        folder.mkdir()
        ours = Ours(program, model, rows, folder)
        ratios, our_time, their_time = in_turns(ours, theirs)
        ours.close()
        low, median, high = numpy.quantile(ratios, [0.25, 0.5, 0.75])
        known[name] = {
            "median": median, "q25": low, "q75": high, "unit": "ratio of CPU time", "peer": peer,
        }
        rates = [len(rows) / seconds / 1e6 for seconds in (our_time, their_time)]
        print(
            f"{name} {median:.3f} ({low:.3f} to {high:.3f}), at most {LIMITS[name]}; "
            f"{rates[0]:.2f} and {rates[1]:.2f} million rows/s"
        )
        within &= bool(median <= LIMITS[name])
    figures.parent.mkdir(parents=True, exist_ok=True)
    figures.write_text(json.dumps(known, indent=2) + "\n")
    return within


def main():
    program, drafts, figures = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    fine = compare(program, drafts)
    if "--no-timing" not in sys.argv:
        fine &= measure(program, drafts, figures)
    sys.exit(0 if fine else 1)


main()
