#!/usr/bin/env python3
"""Writes small networks of our own for tests: tests/fixtures/models/NAME/model.onnx.

usage: tiny_models.py   (needs numpy and onnx, pip install both; tests/support/models.ts writes the manifests)

images   [N, 63, 63, 3] -> score [N, 2]: logits from the weighted mean of each channel
numbers  [N, 3] -> score [N, 1]: a weighted sum
sequence [N, 8, 4] and mask [N, 8] -> score [N, 3]: means over the points that are there
throws   [N, 3] -> score [N, 1]: a reshape that fits no batch
slow     [N, 3] -> score [N, 1]: a loop of multiplications, seconds long
nothing  [N, 3] -> score [N, 1]: the square root of the first number: none where it is below 0
"""

import pathlib

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "tests" / "fixtures" / "models"


def tensor(name, values, kind=np.float32):
    return numpy_helper.from_array(np.array(values, kind), name)


def info(name, *shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def write(name, nodes, inputs, outputs, constants):
    graph = helper.make_graph(nodes, name, inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="nightjar")
    model.ir_version = 8
    checker.check_model(model)
    (FOLDER / name).mkdir(parents=True, exist_ok=True)
    (FOLDER / name / "model.onnx").write_bytes(model.SerializeToString())


def slow():
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go_on"], ["go"]),
            helper.make_node("MatMul", ["state", "turn"], ["product"]),
            helper.make_node("Tanh", ["product"], ["next"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, []),
            info("state", 200, 200),
        ],
        [helper.make_tensor_value_info("go", TensorProto.BOOL, []), info("next", 200, 200)],
    )
    nodes = [
        helper.make_node("ConstantOfShape", ["shape"], ["start"], value=tensor("value", [0.01])),
        helper.make_node("ConstantOfShape", ["shape"], ["turn"], value=tensor("value", [0.005])),
        helper.make_node("Loop", ["rounds", "yes", "start"], ["end"], body=body),
        helper.make_node("ReduceMean", ["end"], ["mean"], keepdims=0),
        helper.make_node("ReduceSum", ["features", "axes"], ["sum"], keepdims=1),
        helper.make_node("Add", ["sum", "mean"], ["score"]),
    ]
    constants = [
        tensor("rounds", 40_000, np.int64),
        tensor("yes", True, np.bool_),
        tensor("axes", [1], np.int64),
        tensor("shape", [200, 200], np.int64),
    ]
    return nodes, constants


def main():
    write(
        "images",
        [
            helper.make_node("ReduceMean", ["triplet"], ["means"], axes=[1, 2], keepdims=0),
            helper.make_node("MatMul", ["means", "weights"], ["product"]),
            helper.make_node("Add", ["product", "bias"], ["score"]),
        ],
        [info("triplet", "N", 63, 63, 3)],
        [info("score", "N", 2)],
        [tensor("weights", [[1000, -1000], [500, 250], [2000, -100]]), tensor("bias", [0.25, -0.25])],
    )
    features = [info("features", "N", 3)]
    score = [info("score", "N", 1)]
    write(
        "numbers",
        [helper.make_node("MatMul", ["features", "weights"], ["score"])],
        features,
        score,
        [tensor("weights", [[1], [10], [100]])],
    )
    write(
        "sequence",
        [
            helper.make_node("Unsqueeze", ["mask", "last"], ["there"]),
            helper.make_node("Mul", ["points", "there"], ["kept"]),
            helper.make_node("ReduceSum", ["kept", "time"], ["sum"], keepdims=0),
            helper.make_node("ReduceSum", ["mask", "time"], ["count"], keepdims=1),
            helper.make_node("Div", ["sum", "count"], ["means"]),
            helper.make_node("MatMul", ["means", "weights"], ["score"]),
        ],
        [info("points", "N", 8, 4), info("mask", "N", 8)],
        [info("score", "N", 3)],
        [
            tensor("last", [2], np.int64),
            tensor("time", [1], np.int64),
            tensor("weights", [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.5, 0.5, 0.5]]),
        ],
    )
    write(
        "throws",
        [
            helper.make_node("Reshape", ["features", "shape"], ["score"]),
        ],
        features,
        score,
        [tensor("shape", [-1, 7], np.int64)],
    )
    nodes, constants = slow()
    write("slow", nodes, features, score, constants)
    write(
        "nothing",
        [
            helper.make_node("MatMul", ["features", "first"], ["one"]),
            helper.make_node("Sqrt", ["one"], ["score"]),
        ],
        features,
        score,
        [tensor("first", [[1], [0], [0]])],
    )


main()
