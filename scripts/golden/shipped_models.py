"""Golden scores of the shipped networks for tests/server/ml/shipped.int.test.ts, by onnxruntime in Python.

Use: python scripts/golden/shipped_models.py > tests/fixtures/golden/shipped_models.json
Inputs are made by a formula of whole numbers, the same in the test: value k of input number j is ((k + 1000 j + 1) * 2654435761 mod 2^32) / 2^32
times 4 minus 2, as a 32-bit float; flags of points are 1 above 0.
"""
import glob
import json
import os
import sys

import numpy as np
import onnxruntime

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "models", "shipped")
ROWS = 3


def values(j, shape):
    k = np.arange(np.prod(shape), dtype=np.uint64)
    word = ((k + np.uint64(1000 * j + 1)) * np.uint64(2654435761)) % np.uint64(2**32)
    return (word.astype(np.float64) / 2**32 * 4 - 2).astype(np.float32).reshape(shape)


out = {}
for path in sorted(glob.glob(ROOT + "/*/model.onnx")):
    with open(os.path.join(os.path.dirname(path), "model.json")) as file:
        manifest = json.load(file)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    feeds = {}
    for j, one in enumerate(manifest["inputs"]):
        if one["kind"] == "images":
            shape = (ROWS, len(one["channels"]), one["pixels"], one["pixels"])
        elif one["kind"] == "numbers":
            shape = (ROWS, len(one["features"]))
        else:
            shape = (ROWS, one["length"], len(one["columns"]))
        tensor = values(j, shape)
        if one["kind"] == "sequence":
            for column, name in enumerate(one["columns"]):
                if name.startswith("is"):
                    tensor[:, :, column] = tensor[:, :, column] > 0
        feeds[one["name"]] = tensor
    answers = session.run([output["name"] for output in manifest["outputs"]], feeds)
    out[manifest["name"]] = {output["name"]: answer.astype(float).ravel().tolist() for output, answer in zip(manifest["outputs"], answers)}
json.dump(out, sys.stdout)
