"""Rows as training/simulated.ts and training/real.ts write them, and what every network's card needs."""
import glob
import hashlib
import json
import os

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
#: A seed is a sky of its own: no object, host or star of one is in another.
SPLIT = {"train": (11, 12, 13, 21, 22), "validation": (14,), "test": (15,)}


def inputs_of(name):
    with open(f"{HERE}/inputs/{name}.json") as file:
        return json.load(file)


def load(stem, inputs):
    """The rows of one file: (list of what is known, {input: array})."""
    with open(f"{stem}.rows.jsonl") as file:
        about = [json.loads(line) for line in file]
    tensors = {}
    for one in inputs:
        shape = {"images": lambda: (len(one["channels"]), one["pixels"], one["pixels"]),
                 "numbers": lambda: (len(one["features"]),),
                 "sequence": lambda: (one["length"], len(one["columns"]))}[one["kind"]]()
        values = np.fromfile(f"{stem}.{one['name']}.f32", dtype=np.float32).reshape(-1, *shape)
        assert len(values) == len(about), (stem, one["name"], len(values), len(about))
        tensors[one["name"]] = values
    return about, tensors


def load_split(folder, name, inputs, split):
    about, parts = [], []
    for seed in SPLIT[split]:
        rows, tensors = load(f"{folder}/{name}.{seed}", inputs)
        about += rows
        parts.append(tensors)
    return about, {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}


def data_hash(folder, name):
    """SHA-256 over the lists of rows: which alerts a network saw."""
    digest = hashlib.sha256()
    for path in sorted(glob.glob(f"{folder}/{name}.*.rows.jsonl")):
        with open(path, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:16]


ABSENT = -9.0


def scaling_of(numbers, features):
    """Mean and scale of each number over the finite values, put into a copy of the manifest's features."""
    out = []
    for column, feature in zip(numbers.T, features):
        known = column[np.isfinite(column)]
        low, high = np.percentile(known, [1, 99]) if len(known) else (0, 1)
        known = np.clip(known, low, high)
        mean = float(np.mean(known)) if len(known) else 0.0
        scale = float(np.std(known)) if len(known) else 1.0
        out.append({**feature, "mean": round(mean, 6), "scale": round(scale, 6) if scale > 1e-6 else 1.0,
                    "absent": ABSENT, "clip": [-5, 5]})
    return out


def scaled(numbers, features):
    """What server/ml/inputs/numbers.ts makes of raw numbers."""
    mean = np.array([feature["mean"] for feature in features])
    scale = np.array([feature["scale"] for feature in features])
    values = np.clip((numbers - mean) / scale, -5, 5)
    return np.where(np.isfinite(numbers), values, ABSENT).astype(np.float32)


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def auc(truth, score):
    """Area under the ROC curve; ties count half."""
    truth, score = np.asarray(truth, bool), np.asarray(score, float)
    if truth.all() or not truth.any():
        return float("nan")
    from scipy.stats import rankdata
    ranks = rankdata(score)
    n = truth.sum()
    return float((ranks[truth].sum() - n * (n + 1) / 2) / (n * (~truth).sum()))


def recall_at(truth, score, false_positives=0.01):
    """Share of the true ones above the score that this share of the others exceeds."""
    truth, score = np.asarray(truth, bool), np.asarray(score, float)
    if truth.all() or not truth.any():
        return float("nan")
    others = np.sort(score[~truth])[::-1]
    threshold = others[min(len(others) - 1, int(np.floor(false_positives * len(others))))]
    return float((score[truth] > threshold).mean())


def macro_f1(truth, guess, classes):
    values = []
    for k in range(classes):
        hit = np.sum((truth == k) & (guess == k))
        if not np.any(truth == k):
            continue
        values.append(2 * hit / (np.sum(truth == k) + np.sum(guess == k)))
    return float(np.mean(values))


def calibration(truth, probabilities, bins=10, weights=None):
    """Expected calibration error of the highest probability, and the curve: [mean probability, share right, rows] a bin."""
    best = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    weights = np.ones(len(truth)) if weights is None else weights
    curve, error = [], 0.0
    for low in np.arange(bins) / bins:
        chosen = (best > low) & (best <= low + 1 / bins)
        if not chosen.any():
            continue
        w = weights[chosen]
        p, share = float(np.average(best[chosen], weights=w)), float(np.average(right[chosen], weights=w))
        curve.append([round(p, 3), round(share, 3), int(chosen.sum())])
        error += w.sum() / weights.sum() * abs(p - share)
    return float(error), curve


def interval(objects, measure, draws=400, seed=1):
    """5 and 95 % limits of a measure of row numbers, drawn by object."""
    rng = np.random.default_rng(seed)
    places = {}
    for i, name in enumerate(objects):
        places.setdefault(name, []).append(i)
    groups = [np.array(rows) for rows in places.values()]
    values = []
    for _ in range(draws):
        rows = np.concatenate([groups[i] for i in rng.integers(0, len(groups), len(groups))])
        value = measure(rows)
        if np.isfinite(value):
            values.append(value)
    return [round(float(np.percentile(values, q)), 3) for q in (5, 95)] if values else None


def metric(set_, origin, name, value, rows=None, interval=None, baseline=None, note=None):
    out = {"set": set_, "origin": origin, "metric": name, "value": round(float(value), 3)}
    if interval is not None:
        out["interval"] = interval
    if rows is not None:
        out["rows"] = int(rows)
    if baseline is not None:
        out["baseline"] = {"name": baseline[0], "value": round(float(baseline[1]), 3)}
    if note is not None:
        out["note"] = note
    return out


def check_export(onnx_bytes, feeds, expected):
    """The exported network gives what the trained one gave on some rows, to 1e-4 of a logit."""
    import onnxruntime
    answers = onnxruntime.InferenceSession(onnx_bytes).run(None, feeds)
    for got, wanted in zip(answers, expected):
        difference = float(np.abs(got - wanted).max())
        assert difference < 1e-4, difference


def write_model(name, version, title, surveys, onnx_bytes, inputs, outputs, card):
    """models/shipped/NAME/{model.onnx,model.json}."""
    folder = f"{HERE}/../models/shipped/{name}"
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/model.onnx", "wb") as file:
        file.write(onnx_bytes)
    manifest = {
        "format": 1, "name": name, "version": version, "title": title, "surveys": surveys,
        "files": [{"sha256": hashlib.sha256(onnx_bytes).hexdigest(), "bytes": len(onnx_bytes), "madeBy": "training/ of Nightjar"}],
        "inputs": inputs, "outputs": outputs, "licence": "GPL-3.0-or-later", "card": card,
    }
    with open(f"{folder}/model.json", "w") as file:
        json.dump(manifest, file, indent="\t", ensure_ascii=False)
        file.write("\n")
    print(f"{folder}: {len(onnx_bytes)} bytes")
