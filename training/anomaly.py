"""Trains the anomaly score: an isolation forest over the numbers of an alert and its light curve, grown on the common kinds.

Use: python training/anomaly.py ROWS REAL
"""
import sys

import numpy as np
import onnxruntime
import sklearn
from sklearn.ensemble import IsolationForest

import rows as R
from curve import UNSEEN, class_of, natural, weights_of
from stamp import real_labels, samples

VERSION = "1"
#: Kinds that are left out on purpose, beside those that no classifier knows: the score is measured on finding them.
RARE = UNSEEN + ("SLSN", "TDE", "Nova", "SNIbn")
RULE = "mean square of the same scaled numbers"
rng = np.random.default_rng(3)


TREES, SAMPLES = 60, 128


def average_path(n):
    """Mean depth of a search that fails in a binary tree of n rows (Liu, Ting and Zhou 2008)."""
    return 0.0 if n <= 1 else 1.0 if n == 2 else 2 * (np.log(n - 1) + 0.5772156649) - 2 * (n - 1) / n


def forest_to_onnx(forest, numbers, middle, edge):
    """The forest as ONNX: mean depth over trees, then the score 2^(-depth / c) as a logit that is 0 at `edge`."""
    from onnx import TensorProto, helper
    lists = {key: [] for key in ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids")}
    target = {key: [] for key in ("treeids", "nodeids", "ids", "weights")}
    for tree_id, (estimator, columns) in enumerate(zip(forest.estimators_, forest.estimators_features_)):
        tree = estimator.tree_
        depth = {0: 0}
        for node in range(tree.node_count):
            left, right = int(tree.children_left[node]), int(tree.children_right[node])
            leaf = left < 0
            if not leaf:
                depth[left] = depth[right] = depth[node] + 1
            for key, value in (("treeids", tree_id), ("nodeids", node), ("featureids", 0 if leaf else int(columns[tree.feature[node]])),
                               ("values", 0.0 if leaf else float(tree.threshold[node])), ("modes", "LEAF" if leaf else "BRANCH_LEQ"),
                               ("truenodeids", 0 if leaf else left), ("falsenodeids", 0 if leaf else right)):
                lists[key].append(value)
            if leaf:
                for key, value in (("treeids", tree_id), ("nodeids", node), ("ids", 0), ("weights", depth[node] + average_path(int(tree.n_node_samples[node])))):
                    target[key].append(value)
    attributes = {f"nodes_{key}": value for key, value in lists.items()} | {f"target_{key}": value for key, value in target.items()}
    nodes = [helper.make_node("TreeEnsembleRegressor", ["numbers"], ["depth"], domain="ai.onnx.ml", n_targets=1, aggregate_function="AVERAGE", **attributes),
             helper.make_node("Mul", ["depth", "per"], ["power"]), helper.make_node("Exp", ["power"], ["score"]),
             helper.make_node("Sub", ["score", "edge"], ["away"]), helper.make_node("Mul", ["away", "slope"], ["anomaly"])]
    constants = {"per": -np.log(2) / average_path(SAMPLES), "edge": edge, "slope": 3 / (edge - middle)}
    graph = helper.make_graph(nodes, "anomaly", [helper.make_tensor_value_info("numbers", TensorProto.FLOAT, ["n", numbers])],
                              [helper.make_tensor_value_info("anomaly", TensorProto.FLOAT, ["n", 1])],
                              [helper.make_tensor(name, TensorProto.FLOAT, [], [float(value)]) for name, value in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)], ir_version=8)
    return model.SerializeToString()


def part(folder, inputs, features, split):
    about, tensors = R.load_split(folder, "curve", inputs, split)
    return about, R.scaled(tensors["numbers"], features)


def main():
    folder, stem = sys.argv[1:3]
    inputs = R.inputs_of("curve")
    about, tensors = R.load_split(folder, "curve", inputs, "train")
    # what the sky looks like in its own mix: not the seeds with explosions alone
    keep = np.array([class_of(row) >= 0 and row["kind"] not in RARE and row["seed"] < 20 for row in about])
    features = R.scaling_of(tensors["numbers"][keep], inputs[0]["features"])
    numbers = R.scaled(tensors["numbers"][keep], features)
    about = [row for row, kept in zip(about, keep) if kept]
    weight = weights_of(about, np.array([class_of(row) for row in about]))
    weight /= weight.sum()
    forest = IsolationForest(n_estimators=TREES, max_samples=SAMPLES, random_state=3).fit(numbers[rng.choice(len(numbers), 20_000, p=weight)])
    v_about, v_numbers = part(folder, inputs, features, "validation")
    usual = np.array([class_of(row) >= 0 and row["kind"] not in RARE for row in v_about])
    middle, edge = np.percentile(-forest.score_samples(v_numbers[usual]), [50, 95])
    onnx_bytes = forest_to_onnx(forest, numbers.shape[1], middle, edge)
    session = onnxruntime.InferenceSession(onnx_bytes)
    run = lambda rows: session.run(None, {"numbers": rows})[0][:, 0]
    t_about, t_numbers = part(folder, inputs, features, "test")
    score = run(t_numbers)
    ours = (-forest.score_samples(t_numbers) - edge) * 3 / (edge - middle)
    print("largest difference of ONNX and scikit-learn", np.abs(score - ours).max())
    known_numbers = np.where(t_numbers > -8, t_numbers, 0)
    other = (known_numbers ** 2).sum(1) / np.maximum(1, (t_numbers > -8).sum(1))
    objects = np.array([row["simId"] for row in t_about])
    odd = np.array([row["kind"] in RARE for row in t_about])
    where = f"simulated hold-out (another sky, {len(set(objects))} objects)"
    metrics = [R.metric(where, "simulated", "AUC: kinds left out of training against all others", R.auc(odd, score), len(odd),
                        R.interval(objects, lambda rows: R.auc(odd[rows], score[rows])), (RULE, R.auc(odd, other)),
                        f"{int(odd.sum())} alerts of {len(set(objects[odd]))} objects" + (". Below the rule." if R.auc(odd, score) < R.auc(odd, other) else "")),
               R.metric(where, "simulated", "recall of those kinds at 1 % false positives", R.recall_at(odd, score), int(odd.sum()),
                        baseline=(RULE, R.recall_at(odd, other)))]
    for kind in sorted(set(RARE)):
        mine = np.array([row["kind"] == kind for row in t_about])
        if mine.sum() >= 3:
            chosen = mine | ~odd
            metrics.append(R.metric(where, "simulated", f"AUC of {kind}", R.auc(mine[chosen], score[chosen]), int(mine.sum()),
                                    baseline=(RULE, R.auc(mine[chosen], other[chosen])), note=f"{len(set(objects[mine]))} objects"))
    r_about, r_tensors = R.load(f"{stem}.curve", inputs)
    r_score = 1 / (1 + np.exp(-run(R.scaled(r_tensors["numbers"], features))))
    known = real_labels(stem.rsplit("/", 2)[0] + "/real", samples())
    plain = np.array([(known.get(row["alertId"]) or {}).get("label") in ("sn", "star", "agn") for row in r_about])
    metrics.append(R.metric("real ZTF alerts with 2 or more detections", "real", "share of ordinary supernovae, stars and nuclei above 0.5", (r_score[plain] > 0.5).mean(), int(plain.sum()),
                            note="0.05 in simulation: how foreign real alerts look to it. No real anomaly with a label was at hand."))
    below = [m["metric"] for m in metrics if m.get("baseline") and m["value"] < m["baseline"]["value"]]
    limits = ["Trained on simulated light curves only. High means unlike the simulated sky, which may be the simulator's fault.",
              "One half is what 5 % of ordinary simulated alerts exceed.", "Unusual numbers, not unusual images; a wrong measurement is an anomaly too."]
    if below:
        limits.append("The rule does better at: " + "; ".join(below) + ".")
    card = {"summary": "How unlike the common kinds an alert's numbers and light curve are: how soon an isolation forest sets it apart, near 1 for the oddest.",
            "authors": "Nightjar", "source": "training/anomaly.py",
            "trainedOn": f"simulated ZTF and Rubin alerts with 2 or more detections of seeds (11, 12, 13) without {', '.join(sorted(RARE))}, rows {R.data_hash(folder, 'curve')}; scikit-learn {sklearn.__version__}",
            "limits": limits, "metrics": metrics}
    R.write_model("anomaly", VERSION, "Anomaly score", ["ztf", "lsst"], onnx_bytes, [{**inputs[0], "features": features}],
                  [{"name": "anomaly", "labels": ["anomaly"], "activation": "sigmoid"}], card)
    for one in metrics:
        print(one["metric"], one["value"], one.get("interval"), one.get("baseline"), one.get("note"), flush=True)


if __name__ == "__main__":
    main()
