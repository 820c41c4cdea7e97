"""Trains the light-curve classifier (with its "unlike anything" output) and the anomaly score.

Use: python training/curve.py ROWS REAL [--epochs 20]

ROWS is the folder that training/simulated.ts filled, REAL the stem that training/real.ts wrote (used for measuring only).
"""
import io
import sys
import time

import numpy as np
import torch
from torch import nn

import rows as R
from stamp import real_calibration, real_labels, samples, star_rule

CLASSES = ["snia", "sncc", "slsn", "tde", "agn", "pulsating", "eclipsing", "longPeriod", "eruptive", "cataclysmic", "asteroid", "bogus"]
KINDS = {"SNIa": 0, "SNII": 1, "SNIbc": 1, "SNIIn": 1, "SNIbn": 1, "SLSN": 2, "TDE": 3, "AGN": 4, "BLZ": 4, "RRab": 5, "RRc": 5, "CEP": 5,
         "DSCT": 5, "EW": 6, "EA": 6, "LPV": 7, "IRR": 8, "YSO": 8, "CV": 9, "Nova": 9, "MBA": 10, "TRO": 10, "NEO": 10, "TNO": 10}
#: Kinds that are never trained on: what `unlike` and the anomaly score have to find.
UNSEEN = ("ULENS", "KN", "FBOT", "FLARE")
VERSION = "1"
torch.manual_seed(2)
torch.set_num_threads(1)
rng = np.random.default_rng(2)


def class_of(row):
    if row["group"] == "BOGUS":
        return 11
    return -1 if row["kind"] in UNSEEN or row["kind"] == "SAT" else KINDS[row["kind"]]


class Curve(nn.Module):
    """Numbers of the alert beside a set of points: each point through the same layers, then their mean and largest values."""

    def __init__(self, numbers, columns):
        super().__init__()
        self.flags = [columns.index("isDetection"), columns.index("isLimit")]
        self.point = nn.Sequential(nn.Linear(len(columns), 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU())
        self.numbers = nn.Sequential(nn.Linear(2 * numbers, 64), nn.ReLU(), nn.Dropout(0.15))
        self.both = nn.Sequential(nn.Linear(64 + 64, 48), nn.ReLU(), nn.Dropout(0.15), nn.Linear(48, 24), nn.ReLU())
        self.head = nn.Linear(24, len(CLASSES))
        self.register_buffer("scale", torch.ones(1))
        self.register_buffer("shift", torch.zeros(len(CLASSES)))
        self.register_buffer("point_mean", torch.zeros(len(columns)))
        self.register_buffer("point_scale", torch.ones(len(columns)))
        # distance from the classes in the last hidden layer
        self.register_buffer("means", torch.zeros(len(CLASSES), 24))
        self.register_buffer("whiten", torch.eye(24))
        self.register_buffer("typical", torch.tensor([0.0, 1.0]))

    def hidden(self, numbers, points):
        there = points[:, :, self.flags].sum(2, keepdim=True)
        each = self.point((points - self.point_mean) / self.point_scale) * there
        count = there.sum(1).clamp(min=1)
        pooled = torch.cat([each.sum(1) / count, each.amax(1)], dim=1)
        known = (numbers > -8).float()
        values = self.numbers(torch.cat([numbers * known, known], dim=1))
        return self.both(torch.cat([values, pooled], dim=1))

    def forward(self, numbers, points):
        hidden = self.hidden(numbers, points)
        logits = self.head(hidden) * self.scale + self.shift
        white = hidden @ self.whiten
        centres = self.means @ self.whiten
        distance = ((white.unsqueeze(1) - centres.unsqueeze(0)) ** 2).sum(2).amin(1, keepdim=True)
        return logits, (torch.log(distance + 1e-6) - self.typical[0]) / self.typical[1]


def run(model, numbers, points, part="forward"):
    model.eval()
    with torch.no_grad():
        out = [getattr(model, part)(torch.from_numpy(numbers[i:i + 2048]), torch.from_numpy(points[i:i + 2048])) for i in range(0, len(numbers), 2048)]
    if part == "hidden":
        return torch.cat(out).numpy()
    return np.concatenate([a.numpy() for a, _ in out]), np.concatenate([b.numpy()[:, 0] for _, b in out])


def thinned(numbers, points, columns):
    """Now and then without its upper limits, without some points, without some numbers: as surveys and histories differ."""
    points, numbers = points.clone(), numbers.clone()
    n, length, _ = points.shape
    limit = points[:, :, columns.index("isLimit")] > 0
    gone = torch.from_numpy(rng.random((n, length)) < 0.1 * (rng.random((n, 1)) < 0.5))
    gone |= limit & torch.from_numpy(rng.random((n, 1)) < 0.25)
    points[gone] = 0
    numbers[torch.from_numpy(rng.random(numbers.shape) < 0.05)] = R.ABSENT
    numbers[torch.from_numpy(rng.random(n) < 0.08)] = R.ABSENT
    return numbers, points


def weights_of(about, truth):
    """Rows of an object share its weight; early light curves count more; classes by the square root of their objects."""
    rows_of = {}
    for row in about:
        rows_of[row["simId"]] = rows_of.get(row["simId"], 0) + 1
    weight = np.array([rows_of[row["simId"]] ** -0.6 for row in about])
    weight *= np.where(np.array([row["detections"] for row in about]) <= 10, 1.5, 1)
    total = np.bincount(truth, weight, minlength=len(CLASSES))
    return weight * total[truth] ** -0.6


def main():
    folder, stem = sys.argv[1:3]
    epochs = int(sys.argv[sys.argv.index("--epochs") + 1]) if "--epochs" in sys.argv else 20
    inputs = R.inputs_of("curve")
    columns = inputs[1]["columns"]
    about, tensors = R.load_split(folder, "curve", inputs, "train")
    kept = np.array([class_of(row) >= 0 for row in about])
    about = [row for row, keep in zip(about, kept) if keep]
    numbers_raw, points = tensors["numbers"][kept], tensors["points"][kept]
    truth = np.array([class_of(row) for row in about])
    inputs[0]["features"] = R.scaling_of(numbers_raw, inputs[0]["features"])
    numbers = R.scaled(numbers_raw, inputs[0]["features"])
    print(len(truth), dict(zip(CLASSES, np.bincount(truth, minlength=len(CLASSES)).tolist())), flush=True)
    model = Curve(numbers.shape[1], columns)
    there = points[:, :, columns.index("isDetection")] + points[:, :, columns.index("isLimit")] > 0
    model.point_mean.copy_(torch.from_numpy(points[there].mean(0)))
    model.point_scale.copy_(torch.from_numpy(points[there].std(0) + 1e-3))
    print(sum(p.numel() for p in model.parameters()), "parameters", flush=True)
    weight = weights_of(about, truth)
    weight /= weight.sum()
    optimiser = torch.optim.AdamW(model.parameters(), 2e-3, weight_decay=1e-3)
    size = 256
    steps = epochs * (len(truth) // size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 5e-3, steps)
    loss_of = nn.CrossEntropyLoss(label_smoothing=0.02)
    started, total = time.process_time(), 0.0
    for step in range(steps):
        model.train()
        chosen = rng.choice(len(truth), size, p=weight)
        batch = thinned(torch.from_numpy(numbers[chosen]), torch.from_numpy(points[chosen]), columns)
        hidden = model.hidden(*batch)
        loss = loss_of(model.head(hidden), torch.from_numpy(truth[chosen]))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        total += loss.item()
        if step % 200 == 199:
            print(f"step {step + 1} of {steps}: loss {total / 200:.3f}, {time.process_time() - started:.0f} s CPU", flush=True)
            total = 0.0
    finish(model, inputs, folder, numbers, points, truth)
    torch.save({"state": model.state_dict(), "inputs": inputs}, f"{folder}/curve.pt")
    write(model, inputs, folder, stem)


def validation(folder, inputs, split):
    about, tensors = R.load_split(folder, "curve", inputs, split)
    return about, R.scaled(tensors["numbers"], inputs[0]["features"]), tensors["points"]


#: Shares of alerts that training/simulated.ts keeps.
def natural(about):
    return np.array([1.0 if row["group"] in ("SN", "AGN") else 1 / 0.4 for row in about])


def finish(model, inputs, folder, numbers, points, truth):
    """Temperature and shifts, then the distance from the classes, both on the validation sky."""
    about, v_numbers, v_points = validation(folder, inputs, "validation")
    v_truth = np.array([class_of(row) for row in about])
    good = v_truth >= 0
    model.scale.fill_(1)
    model.shift.fill_(0)
    logits = torch.from_numpy(run(model, v_numbers[good], v_points[good])[0])
    target = torch.from_numpy(v_truth[good])
    weight = torch.from_numpy(natural([row for row, keep in zip(about, good) if keep]))
    scale, shift = torch.ones(1, requires_grad=True), torch.zeros(len(CLASSES), requires_grad=True)
    optimiser = torch.optim.LBFGS([scale, shift], max_iter=200)

    def closure():
        optimiser.zero_grad()
        losses = nn.functional.cross_entropy(logits * scale + shift, target, reduction="none")
        loss = (losses * weight).sum() / weight.sum() + 2e-3 * (shift ** 2).mean()
        loss.backward()
        return loss

    optimiser.step(closure)
    model.scale.copy_(scale.detach())
    model.shift.copy_(shift.detach())
    print("temperature", 1 / scale.item(), "shift", shift.detach().numpy().round(2), flush=True)
    hidden = run(model, numbers, points, "hidden")
    means = np.stack([hidden[truth == k].mean(0) for k in range(len(CLASSES))])
    spread = np.cov((hidden - means[truth]).T) + 1e-2 * np.eye(hidden.shape[1])
    values, vectors = np.linalg.eigh(spread)
    model.means.copy_(torch.from_numpy(means.astype(np.float32)))
    model.whiten.copy_(torch.from_numpy((vectors / np.sqrt(values)).astype(np.float32)))
    model.typical.copy_(torch.tensor([0.0, 1.0]))
    away = run(model, v_numbers[good], v_points[good])[1]
    # one half at the distance that 5 % of known alerts exceed
    middle, edge = np.percentile(away, [50, 95])
    model.typical.copy_(torch.tensor([float(edge), float((edge - middle) / 3)]))


def export(model, inputs):
    model.eval()
    buffer = io.BytesIO()
    numbers, sequence = inputs
    names = ["numbers", "points", "classes", "unlike"]
    torch.onnx.export(model, (torch.zeros(2, len(numbers["features"])), torch.zeros(2, sequence["length"], len(sequence["columns"]))), buffer,
                      input_names=names[:2], output_names=names[2:], opset_version=17, dynamic_axes={name: {0: "n"} for name in names}, dynamo=False)
    values, points = torch.randn(200, len(numbers["features"])), torch.randn(200, sequence["length"], len(sequence["columns"]))
    points[:, :, model.flags] = (points[:, :, model.flags] > 0).float()
    with torch.no_grad():
        R.check_export(buffer.getvalue(), {"numbers": values.numpy(), "points": points.numpy()}, [one.numpy() for one in model(values, points)])
    return buffer.getvalue()


def rule_of(row):
    """Without a network: a star at the place is a pulsating star, else a supernova Ia."""
    return 0 if star_rule(row) > 0.5 else 5


def simulated_metrics(model, inputs, folder):
    about, numbers, points = validation(folder, inputs, "test")
    truth = np.array([class_of(row) for row in about])
    logits, away = run(model, numbers, points)
    good = np.flatnonzero(truth >= 0)
    p = R.softmax(logits)
    objects = np.array([row["simId"] for row in about])
    where = f"simulated hold-out (another sky, {len(set(objects))} objects)"
    f1 = lambda rows: R.macro_f1(truth[rows], p[rows].argmax(1), len(CLASSES))
    rule = np.array([rule_of(row) for row in about])
    out = [R.metric(where, "simulated", "macro-F1 of twelve classes", f1(good), len(good),
                    R.interval(objects[good], lambda rows: f1(good[rows])),
                    ("a star at the place pulsates, else it is a supernova Ia", R.macro_f1(truth[good], rule[good], len(CLASSES))))]
    n = np.array([row["detections"] for row in about])
    right = p.argmax(1) == truth
    extragalactic = (truth >= 0) & (truth <= 4)
    for low, high in ((2, 2), (3, 4), (5, 9), (10, 19), (20, 10_000)):
        chosen = good[(n[good] >= low) & (n[good] <= high)]
        some = chosen[extragalactic[chosen]]
        if len(chosen) == 0:
            continue
        title = f"{low}" if low == high else f"{low} to {high}" if high < 1000 else f"{low} or more"
        out.append(R.metric(where, "simulated", f"share right with {title} detections", right[chosen].mean(), len(chosen),
                            R.interval(objects[chosen], lambda rows: right[chosen][rows].mean()),
                            ("the same rule", (rule[chosen] == truth[chosen]).mean()),
                            f"of supernovae, disruptions and nuclei {right[some].mean():.3f}" if len(some) else None))
    error, curve = R.calibration(truth[good], p[good], weights=natural([about[i] for i in good]))
    out.append(R.metric(where, "simulated", "calibration error of the highest probability", error, len(good),
                        note="said and right, in tenths: " + ", ".join(f"{a:.2f} {b:.2f}" for a, b, _ in curve)))
    for k, name in enumerate(CLASSES):
        mine = truth[good] == k
        if mine.any():
            out.append(R.metric(where, "simulated", f"recall of {name} at 1 % false positives", R.recall_at(mine, p[good, k]), int(mine.sum()),
                                note=f"{len(set(objects[good][mine]))} objects, AUC {R.auc(mine, p[good, k]):.3f}"))
    unseen = np.array([row["kind"] in UNSEEN for row in about])
    both = np.flatnonzero((truth >= 0) | unseen)
    doubt = 1 - p.max(1)
    out.append(R.metric(where, "simulated", "AUC of unlike: kinds never trained on against all others", R.auc(unseen[both], away[both]), len(both),
                        R.interval(objects[both], lambda rows: R.auc(unseen[both][rows], away[both][rows])),
                        ("1 - highest probability", R.auc(unseen[both], doubt[both])),
                        f"{int(unseen.sum())} alerts of {len(set(objects[unseen]))} microlensing events, kilonovae, fast blue transients and flares"
                        + (". Below the rule." if R.auc(unseen[both], away[both]) < R.auc(unseen[both], doubt[both]) else "")))
    return out


def real_metrics(model, inputs, stem):
    about, tensors = R.load(f"{stem}.curve", inputs)
    logits, away = run(model, R.scaled(tensors["numbers"], inputs[0]["features"]), tensors["points"])
    p = R.softmax(logits)
    known = real_labels(stem.rsplit("/", 2)[0] + "/real", samples())
    label = np.array([(known.get(row["alertId"]) or {}).get("label") or "" for row in about])
    objects = np.array([row["object"] for row in about])
    sn, star, agn = label == "sn", label == "star", label == "agn"
    chosen = np.flatnonzero(sn | star | agn)
    ours = p[:, :4].sum(1)
    place = np.array([star_rule(row) for row in about])
    hosted = np.array([row["scores"].get("acai_h.hosted", np.nan) for row in about], float)
    where = f"real ZTF alerts with 2 or more detections ({int(sn.sum())} of supernovae, {int(star.sum())} of stars, {int(agn.sum())} of nuclei)"
    value, base = R.auc(sn[chosen], ours[chosen]), R.auc(sn[chosen], place[chosen])
    out = [R.metric(where, "real", "AUC of supernovae and disruptions against stars and nuclei", value, len(chosen),
                    R.interval(objects[chosen], lambda rows: R.auc(sn[chosen][rows], ours[chosen][rows])), ("no star at the place", base),
                    f"acai_h {R.auc(sn[chosen], hosted[chosen]):.3f}." + (" Below the rule." if value < base else ""))]
    value, base = R.recall_at(sn[chosen], ours[chosen]), R.recall_at(sn[chosen], place[chosen])
    out.append(R.metric(where, "real", "recall of supernovae and disruptions at 1 % false positives", value, int(sn.sum()),
                        R.interval(objects[chosen], lambda rows: R.recall_at(sn[chosen][rows], ours[chosen][rows])), ("no star at the place", base),
                        f"acai_h {R.recall_at(sn[chosen], hosted[chosen]):.3f}." + (" Below the rule." if value < base else "")))
    three = np.stack([ours, p[:, 5:10].sum(1), p[:, 4]], 1).argmax(1)
    truth = np.where(sn, 0, np.where(star, 1, 2))
    rule = np.where(place > 0.5, 0, 1)
    f1, f1_rule = R.macro_f1(truth[chosen], three[chosen], 3), R.macro_f1(truth[chosen], rule[chosen], 3)
    out.append(R.metric(where, "real", "macro-F1 of supernova, star, nucleus", f1, len(chosen),
                        R.interval(objects[chosen], lambda rows: R.macro_f1(truth[chosen][rows], three[chosen][rows], 3)),
                        ("no star at the place (never a nucleus)", f1_rule), "Below the rule." if f1 < f1_rule else None))
    out.append(real_calibration(where, truth[chosen], np.stack([ours, p[:, 5:10].sum(1), p[:, 4]], 1)[chosen]))
    for name, part, classes in (("bts", "recall of SN Ia", [0]), ("rrlyrae", "recall of pulsating", [5])):
        try:
            curves, more = R.load(f"{stem}_{name}.curve", inputs)
        except FileNotFoundError:
            continue
        q = R.softmax(run(model, R.scaled(more["numbers"], inputs[0]["features"]), more["points"])[0])
        n = np.array([row["cut"] for row in curves])
        names = np.array([row["object"] for row in curves])
        title = {"bts": f"real light curves of {len(set(names))} SN Ia (BTS)", "rrlyrae": f"real light curves of {len(set(names))} RR Lyrae (SDSS Stripe 82)"}[name]
        for cut in sorted(set(n.tolist())):
            here = n == cut
            right = np.isin(q[here].argmax(1), classes)
            wide = np.isin(q[here].argmax(1), [0, 1, 2, 3] if name == "bts" else [5, 6, 7, 8, 9])
            out.append(R.metric(title, "real", f"{part} at {cut} detections", right.mean(), int(here.sum()),
                                R.interval(names[here], lambda rows: right[rows].mean()),
                                note=f"as any {'supernova or disruption' if name == 'bts' else 'variable star'} {wide.mean():.3f}; no contaminants: recall, not accuracy"))
    return out


def write(model, inputs, folder, stem):
    metrics = simulated_metrics(model, inputs, folder)
    real = real_metrics(model, inputs, stem)
    below = [m["metric"] for m in metrics + real if "Below the rule" in m.get("note", "")]
    limits = ["Trained on simulated light curves only; what the simulator gets wrong it has learned.",
              "From the second detection on; with fewer there is no score.",
              "Knows no redshift and no host. The probabilities are those of the simulated mix, with explosions doubled.",
              "Simulated bogus and asteroids are told from the rest without a fault: the simulator makes them too plain. Do not expect that of real ones.",
              "`unlike` is one half at the distance from the classes that 5 % of known simulated alerts exceed."]
    if below:
        limits.append("A rule without a network does better at: " + "; ".join(below) + ".")
    card = {
        "summary": "What a light curve looks like from its second detection on: probabilities of twelve classes, and `unlike`, which is near 1 for what resembles none of them.",
        "authors": "Nightjar", "source": "training/curve.py",
        "trainedOn": f"simulated ZTF and Rubin alerts of seeds {R.SPLIT['train']}, rows {R.data_hash(folder, 'curve')}; calibrated on seed {R.SPLIT['validation'][0]}, measured on seed {R.SPLIT['test'][0]}; torch {torch.__version__.split('+')[0]}",
        "limits": limits, "metrics": metrics + real,
    }
    outputs = [{"name": "classes", "labels": CLASSES, "activation": "softmax"}, {"name": "unlike", "labels": ["unlike"], "activation": "sigmoid"}]
    R.write_model("light_curve", VERSION, "Light-curve classifier", ["ztf", "lsst"], export(model, inputs), inputs, outputs, card)
    for one in metrics + real:
        print(one["origin"], one["metric"], one["value"], one.get("interval"), one.get("baseline"), one.get("note"), flush=True)


if __name__ == "__main__":
    main()
