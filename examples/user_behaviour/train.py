"""Trains an autoencoder on the days that `user_behaviour` has described.

Usage: train.py DAYS PROFILE

The network goes beside PROFILE. DAYS are lines of JSON as the stage `days` makes them; days with an anomaly are
left out. The same days give the same profile.
"""

import json
import os
import sys

import numpy

HIDDEN = [6, 3, 6]
EPOCHS = 600
RATE = 0.01
# Of the days that were learnt, so many raise no alert.
QUIET = 0.995


def forward(rows, layers):
    """What each layer makes of the rows; tanh between layers."""
    made = [rows]
    for index, (weights, bias) in enumerate(layers):
        sums = made[-1] @ weights + bias
        made.append(sums if index + 1 == len(layers) else numpy.tanh(sums))
    return made


def gradients(made, layers):
    """The gradient of the mean squared difference from the rows."""
    wrong = 2 * (made[-1] - made[0]) / made[0].size
    found = []
    for index in reversed(range(len(layers))):
        weights, _ = layers[index]
        found.append((made[index].T @ wrong, wrong.sum(axis=0)))
        if index:
            wrong = (wrong @ weights.T) * (1 - made[index] ** 2)
    return found[::-1]


def train(rows):
    """Layers that rebuild the rows, by Adam over all rows at once."""
    random = numpy.random.default_rng(1)
    sizes = [rows.shape[1], *HIDDEN, rows.shape[1]]
    layers = [
        [random.normal(0, (1 / inputs) ** 0.5, (inputs, outputs)), numpy.zeros(outputs)]
        for inputs, outputs in zip(sizes, sizes[1:])
    ]
    moments = [[[0.0, 0.0], [0.0, 0.0]] for _ in layers]
    for epoch in range(1, EPOCHS + 1):
        found = gradients(forward(rows, layers), layers)
        for layer, moment, gradient in zip(layers, moments, found):
            for which in (0, 1):
                first, second = moment[which]
                first = 0.9 * first + 0.1 * gradient[which]
                second = 0.999 * second + 0.001 * gradient[which] ** 2
                moment[which] = [first, second]
                unbiased = second / (1 - 0.999**epoch)
                layer[which] = layer[which] - RATE * first / (1 - 0.9**epoch) / (unbiased**0.5 + 1e-8)
    return layers


def write_net(path, layers):
    """Writes the layers as safetensors: a header in JSON, then the numbers."""
    header, numbers = {}, b""
    for index, (weights, bias) in enumerate(layers):
        for name, tensor in (("weight", weights.T), ("bias", bias)):
            held = numpy.ascontiguousarray(tensor, dtype="<f4").tobytes()
            header[f"net.{index}.{name}"] = {
                "dtype": "F32",
                "shape": list(tensor.shape),
                "data_offsets": [len(numbers), len(numbers) + len(held)],
            }
            numbers += held
    activations = ["tanh"] * (len(layers) - 1) + ["identity"]
    header["__metadata__"] = {"activations": ",".join(activations)}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as to:
        to.write(len(text).to_bytes(8, "little") + text + numbers)


def main():
    days, profile = sys.argv[1:]
    with open(days) as lines:
        read = [json.loads(line) for line in lines]
    rows = numpy.array([day["features"] for day in read if not day.get("anomaly")])
    mean, deviation = rows.mean(axis=0), rows.std(axis=0)
    deviation[deviation == 0] = 1
    scaled = (rows - mean) / deviation
    layers = train(scaled)
    errors = ((forward(scaled, layers)[-1] - scaled) ** 2).mean(axis=1)
    write_net(os.path.join(os.path.dirname(profile), "net.safetensors"), layers)
    with open(profile, "w") as to:
        json.dump(
            {
                "mean": mean.tolist(),
                "deviation": deviation.tolist(),
                "threshold": float(numpy.quantile(errors, QUIET)),
                "net": "net.safetensors",
            },
            to,
        )
    print(f"train: {len(rows)} days, mean error {errors.mean():.3f}")


main()
