"""Trains the stamp network of one survey: six classes from science, template and difference and some numbers.

Use: python training/stamp.py ztf|lsst ROWS REAL [--epochs 14]

ROWS is the folder that training/simulated.ts filled, REAL the stem that training/real.ts wrote (ZTF; used for measuring only).
"""
import io
import json
import sys
import time

import numpy as np
import torch
from torch import nn

import rows as R

CLASSES = ["agn", "sn", "star", "sso", "bogus", "other"]
VERSION = "1"
torch.manual_seed(1)
torch.set_num_threads(1)
rng = np.random.default_rng(1)


def class_of(row):
    """Young stars vary like other stars; `other` is the rest of what is real: tidal disruptions, kilonovae, novae, flares, lenses."""
    if row["kind"] == "YSO":
        return 2
    return {"AGN": 0, "SN": 1, "VS": 2, "SSO": 3, "BOGUS": 4, "OTHER": 5}[row["group"]]


class Stamp(nn.Module):
    def __init__(self, pixels, numbers):
        super().__init__()
        side = pixels
        layers = []
        for before, after in ((3, 16), (16, 32), (32, 32), (32, 48)):
            layers += [nn.Conv2d(before, after, 3, 2, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
            side = (side + 1) // 2
        self.images = nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.3), nn.Linear(48 * side * side, 32), nn.ReLU())
        self.numbers = nn.Sequential(nn.Linear(2 * numbers, 24), nn.ReLU(), nn.Linear(24, 16), nn.ReLU())
        self.both = nn.Sequential(nn.Linear(48, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, len(CLASSES)))
        self.register_buffer("scale", torch.ones(1))
        self.register_buffer("shift", torch.zeros(len(CLASSES)))

    def forward(self, images, numbers):
        known = (numbers > -8).float()
        values = torch.cat([numbers * known, known], dim=1)
        logits = self.both(torch.cat([self.images(images), self.numbers(values)], dim=1))
        return logits * self.scale + self.shift


def augmented(images, numbers):
    """One of eight orientations a batch, a shift, holes, noise, other depths; numbers and images left out now and then."""
    turn = int(rng.integers(8))
    images = torch.rot90(images, turn % 4, (2, 3))
    if turn >= 4:
        images = torch.flip(images, (3,))
    images = torch.roll(images, (int(rng.integers(-1, 2)), int(rng.integers(-1, 2))), (2, 3)).clone()
    n, channels, side, _ = images.shape
    # other widths, then other noise and depth: channels are asinh of a tenth of the signal over the noise of the stamp
    blurred = nn.functional.avg_pool2d(images, 3, 1, 1)
    share = torch.from_numpy((rng.uniform(0, 0.7, (n, channels, 1, 1)) * (rng.random((n, 1, 1, 1)) < 0.5)).astype(np.float32))
    images = images + share * (blurred - images)
    factor = rng.uniform(np.log(0.6), np.log(1.6), (n, channels, 1, 1))
    deep = rng.random(n) < 0.5
    factor[deep, 1] = rng.uniform(np.log(0.3), np.log(30), (int(deep.sum()), 1, 1))
    images = torch.asinh(torch.sinh(images) * torch.from_numpy(np.exp(factor).astype(np.float32)))
    noise = rng.uniform(0, 0.08, (n, channels, 1, 1)) * (rng.random((n, 1, 1, 1)) < 0.5)
    images += torch.randn_like(images) * torch.from_numpy(noise.astype(np.float32))
    images = images.clamp(-8, 8)
    for i in np.flatnonzero(rng.random(n) < 0.1):
        size, x, y = rng.integers(5, 15), rng.integers(side), rng.integers(side)
        if abs(x + size / 2 - side / 2) > size / 2 + 3 or abs(y + size / 2 - side / 2) > size / 2 + 3:
            images[i, :, y:y + size, x:x + size] = 0
    images[torch.from_numpy(rng.random(n) < 0.05)] = 0
    numbers = numbers.clone()
    numbers[torch.from_numpy(rng.random(numbers.shape) < 0.06)] = R.ABSENT
    numbers[torch.from_numpy(rng.random(n) < 0.45)] = R.ABSENT
    return images, numbers


def logits_of(model, images, numbers):
    model.eval()
    with torch.no_grad():
        return np.concatenate([
            model(torch.from_numpy(images[i:i + 512].astype(np.float32)), torch.from_numpy(numbers[i:i + 512])).numpy()
            for i in range(0, len(images), 512)])


def train(survey, folder, epochs):
    inputs = R.inputs_of(f"stamp_{survey}")
    name = f"stamp_{survey}"
    about, tensors = R.load_split(folder, name, inputs, "train")
    truth = np.array([class_of(row) for row in about])
    inputs[1]["features"] = R.scaling_of(tensors["numbers"], inputs[1]["features"])
    images = tensors["images"].astype(np.float16)
    numbers = R.scaled(tensors["numbers"], inputs[1]["features"])
    print(f"{len(truth)} rows to train on: {dict(zip(CLASSES, np.bincount(truth, minlength=6).tolist()))}", flush=True)
    # class by brightness: no class is guessed from the magnitude alone
    mags = np.digitize([row["mag"] or 20 for row in about], [16, 17, 18, 19, 20, 21, 22])
    cell = truth * 10 + mags
    frequency = np.bincount(cell, minlength=100)
    weight = frequency[cell] ** -0.6
    weight /= weight.sum()
    model = Stamp(inputs[0]["pixels"], numbers.shape[1])
    print(sum(p.numel() for p in model.parameters()), "parameters", flush=True)
    optimiser = torch.optim.AdamW(model.parameters(), 2e-3, weight_decay=1e-3)
    size = 128
    steps = epochs * (len(truth) // size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, steps)
    loss_of = nn.CrossEntropyLoss(label_smoothing=0.02)
    started = time.process_time()
    total = 0.0
    for step in range(steps):
        model.train()
        chosen = np.sort(rng.choice(len(truth), size, p=weight))
        batch = augmented(torch.from_numpy(images[chosen].astype(np.float32)), torch.from_numpy(numbers[chosen]))
        loss = loss_of(model(*batch), torch.from_numpy(truth[chosen]))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        total += loss.item()
        if step % 100 == 99:
            print(f"step {step + 1} of {steps}: loss {total / 100:.3f}, {time.process_time() - started:.0f} s CPU", flush=True)
            total = 0.0
    return model, inputs


#: Shares of stamps that training/simulated.ts keeps: a row stands for one over it.
KEPT = {"VS": 0.25, "SSO": 0.3, "BOGUS": 0.7}


def natural(about):
    return np.array([1 / KEPT.get(row["group"], 1) for row in about])


def calibrate(model, inputs, folder, survey):
    """One temperature and one shift a class, fitted on the validation sky in its natural mix."""
    about, tensors = R.load_split(folder, f"stamp_{survey}", inputs, "validation")
    truth = torch.tensor([class_of(row) for row in about])
    weight = torch.from_numpy(natural(about))
    logits = torch.from_numpy(logits_of(model, tensors["images"], R.scaled(tensors["numbers"], inputs[1]["features"])))
    scale = torch.ones(1, requires_grad=True)
    shift = torch.zeros(len(CLASSES), requires_grad=True)
    optimiser = torch.optim.LBFGS([scale, shift], max_iter=200)

    def closure():
        optimiser.zero_grad()
        losses = nn.functional.cross_entropy(logits * scale + shift, truth, reduction="none")
        loss = (losses * weight).sum() / weight.sum() + 1e-3 * (shift ** 2).mean()
        loss.backward()
        return loss

    optimiser.step(closure)
    model.scale.copy_(scale.detach())
    model.shift.copy_(shift.detach())
    print("temperature", 1 / scale.item(), "shift", shift.detach().numpy().round(2), flush=True)


def export(model, inputs):
    model.eval()
    buffer = io.BytesIO()
    pixels, numbers = inputs[0]["pixels"], len(inputs[1]["features"])
    torch.onnx.export(model, (torch.zeros(2, 3, pixels, pixels), torch.zeros(2, numbers)), buffer,
                      input_names=["images", "numbers"], output_names=["classes"], opset_version=17,
                      dynamic_axes={"images": {0: "n"}, "numbers": {0: "n"}, "classes": {0: "n"}}, dynamo=False)
    images, values = torch.randn(200, 3, pixels, pixels), torch.randn(200, numbers)
    with torch.no_grad():
        R.check_export(buffer.getvalue(), {"images": images.numpy(), "numbers": values.numpy()}, [model(images, values).numpy()])
    return buffer.getvalue()


def star_rule(row):
    """The rule without a network: is there no star at the place?"""
    separation, score = row.get("starSepArcsec"), row.get("starScore")
    if separation is None or score is None:
        return 1.0
    return max(min(separation / 2, 1), 1 - score)


def simulated_metrics(model, inputs, folder, survey):
    about, tensors = R.load_split(folder, f"stamp_{survey}", inputs, "test")
    truth = np.array([class_of(row) for row in about])
    weight = natural(about)
    numbers = R.scaled(tensors["numbers"], inputs[1]["features"])
    objects = [row["simId"] for row in about]
    probabilities = R.softmax(logits_of(model, tensors["images"], numbers))
    no_numbers = R.softmax(logits_of(model, tensors["images"], np.full_like(numbers, R.ABSENT)))
    no_images = R.softmax(logits_of(model, np.zeros_like(tensors["images"]), numbers))
    where = f"simulated hold-out (another sky, {len(set(objects))} objects)"
    rng_mix = np.random.default_rng(2)
    prior = np.bincount(truth, minlength=6) / len(truth)
    f1 = lambda p, rows=slice(None): R.macro_f1(truth[rows], p[rows].argmax(1), 6)
    guess = np.array([2 if row["starScore"] is not None and row["starScore"] >= 0.5 and (row["starSepArcsec"] or 0) < 1.5
                      else 3 if (row["detections"] <= 1 and (row["starSepArcsec"] or 99) > 1.5) else 4 if (row["reliability"] is not None and False) else 1
                      for row in about])
    out = [R.metric(where, "simulated", "macro-F1 of six classes", f1(probabilities), len(truth),
                    R.interval(objects, lambda rows: f1(probabilities, rows)),
                    ("star within 1.5 arcsec is a star, a single detection without one an asteroid, the rest supernovae", R.macro_f1(truth, guess, 6)))]
    out.append(R.metric(where, "simulated", "macro-F1, images alone", f1(no_numbers), len(truth)))
    out.append(R.metric(where, "simulated", "macro-F1, numbers alone", f1(no_images), len(truth),
                        note="what the network knows without looking: near the full value it would have learned the catalogue"))
    error, curve = R.calibration(truth, probabilities, weights=weight)
    out.append(R.metric(where, "simulated", "calibration error of the highest probability", error, len(truth),
                        note="said and right, in tenths: " + ", ".join(f"{p:.2f} {s:.2f}" for p, s, _ in curve)))
    for k, name in enumerate(CLASSES):
        if not (truth == k).any():
            continue
        score = 1 - probabilities[:, 4] if name == "bogus" else probabilities[:, k]
        if name == "bogus":
            out.append(R.metric(where, "simulated", "real kept at 1 % of bogus let through", R.recall_at(truth != 4, score), len(truth),
                                note=f"AUC {R.auc(truth != 4, score):.3f}"))
        else:
            base = None
            if name == "sn":
                base = ("no star at the place, for supernovae", R.recall_at(truth == k, [star_rule(row) for row in about]))
            out.append(R.metric(where, "simulated", f"recall of {name} at 1 % false positives", R.recall_at(truth == k, score),
                                int((truth == k).sum()), baseline=base, note=f"AUC {R.auc(truth == k, score):.3f}"))
    return out


TRANSIENT = {"SN Ia", "SN II", "SN IIP", "SN IIn", "SN Ic", "SN", "TDE-H-He"}
STAR = {"AGB*", "Candidate_AGB*", "OH/IR", "Candidate_Mi*", "PN", "Eruptive*", "CataclyV*", "Candidate_CV*", "PM*", "WD*", "Candidate_WD*",
        "Ae*", "Be*", "WR*", "RRLyr", "Candidate_HB*", "Candidate_RSG*", "RedSG*", "BlueSG*", "V*", "**", "HMXB", "XB", "PulsV*WVir",
        "PulsV*delSct", "Symbiotic*", "Cepheid"}
ACTIVE = {"Seyfert_2", "LINER", "QSO_Candidate", "BLLac", "Blazar"}


def real_labels(packets, samples):
    """Labels of the real alerts, as the reference rows define them; null where none can be trusted."""
    import csv
    bright = {row["ZTFID"] for row in csv.DictReader(open(samples + "/lightcurves/bts.csv")) if row.get("ZTFID")}
    spectra = {row["NAME"] for row in csv.DictReader(open(samples + "/lightcurves/superphot_plus_training_labels.csv"))}
    labels = {}
    for line in open(packets + "/labels.jsonl"):
        row = json.loads(line)
        label = None
        spectrum = (row.get("tnsclass") or "").removeprefix("(TNS) ")
        if row["set"] in ("young", "mixed") and spectrum in TRANSIENT or row["object"] in bright or row["object"] in spectra:
            label = "sn"
        elif row["set"] == "mixed" and row.get("cdsxmatch") in STAR:
            label = "star"
        elif row["set"] == "mixed" and row.get("cdsxmatch") in ACTIVE:
            label = "agn"
        elif row.get("gcvs") not in (None, "", "Unknown", "nan", "None"):
            label = "star"
        elif row["set"] == "boom" and (row.get("ndethist") or 0) > 50 and (row.get("sgscore1") or 0) >= 0.5:
            label = "star"
        labels[row["alertId"]] = {**row, "label": label}
    return labels


def real_metrics(model, inputs, stem, packets, samples):
    about, tensors = R.load(f"{stem}.stamp_ztf", inputs)
    numbers = R.scaled(tensors["numbers"], inputs[1]["features"])
    both = R.softmax(logits_of(model, tensors["images"], numbers))
    alone = R.softmax(logits_of(model, tensors["images"], np.full_like(numbers, R.ABSENT)))
    labels = real_labels(packets, samples)
    known = [labels[row["alertId"]] for row in about]
    objects = np.array([row["object"] for row in about])
    label = np.array([row["label"] or "" for row in known])
    other = {key: np.array([row["scores"].get(key, np.nan) for row in about], float)
             for key in ("braai.real", "acai_h.hosted", "acai_v.variable", "acai_n.nuclear", "acai_b.bogus")}
    out = []

    def add(name, chosen, positive, ours, networks, rule, note=None):
        chosen = np.flatnonzero(chosen)
        truth = positive[chosen]
        marks = "; ".join(f"{title} {R.auc(truth, score[chosen]):.3f}" for title, score in networks)
        value = R.auc(truth, ours[chosen])
        base = R.auc(truth, rule[1][chosen]) if rule else None
        below = "" if base is None or value >= base else " Below the rule."
        out.append(R.metric(f"real ZTF alerts ({int(truth.sum())} and {int((~truth).sum())})", "real", name, value, len(chosen),
                            R.interval(objects[chosen], lambda rows: R.auc(truth[rows], ours[chosen][rows])),
                            (rule[0], base) if rule else None,
                            (f"{marks}." if marks else "") + below + (f" {note}" if note else "")))
        kept = lambda score: R.recall_at(truth, score[chosen])
        base = kept(rule[1]) if rule else None
        out.append(R.metric(out[-1]["set"], "real", name.replace("AUC of", "recall at 1 % false positives:"), kept(ours), len(chosen),
                            R.interval(objects[chosen], lambda rows: R.recall_at(truth[rows], ours[chosen][rows])),
                            (rule[0], base) if rule else None,
                            "; ".join(f"{title} {kept(score):.3f}" for title, score in networks) + "."
                            + (" Below the rule." if base is not None and kept(ours) < base else "")))

    drb = np.array([np.nan if row["drb"] is None else row["drb"] for row in known], float)
    rb = np.array([np.nan if row["rb"] is None else row["rb"] for row in known], float)
    scored = np.isfinite(drb) & np.array([row["drbversion"] != "" for row in known])
    cloud = np.array([row["set"] == "cloud" for row in known])
    braai = [("braai", other["braai.real"]), ("1 - acai_b", 1 - other["acai_b.bogus"])]
    rule = ("the survey's rb", rb)
    add("AUC of real, the survey's drb above 0.5", scored, drb > 0.5, 1 - both[:, 4], braai, rule, "drb is a network, not truth")
    add("AUC of real, images alone", scored, drb > 0.5, 1 - alone[:, 4], braai, rule)
    add("AUC of real, images alone, one cloudy night", scored & cloud, drb > 0.5, 1 - alone[:, 4], braai, rule)
    sn, star, agn = label == "sn", label == "star", label == "agn"
    place = ("no star at the place", np.array([star_rule(row) for row in about]))
    sn_score = lambda p: p[:, 1] / (p[:, 0] + p[:, 1] + p[:, 2] + 1e-9)
    hosted = [("acai_h", other["acai_h.hosted"])]
    add("AUC of supernovae against stars and nuclei", sn | star | agn, sn, sn_score(both), hosted, place)
    add("AUC of supernovae against stars and nuclei, images alone", sn | star | agn, sn, sn_score(alone), hosted, place)
    add("AUC of supernovae against nuclei", sn | agn, sn, sn_score(both), hosted, place, "six nuclei: no weight")
    add("AUC of stars against supernovae and nuclei", sn | star | agn, star, both[:, 2] + both[:, 5], [("acai_v", other["acai_v.variable"])],
        ("a star at the place", 1 - place[1]))
    guess = both[:, :3].argmax(1)
    truth3 = np.where(agn, 0, np.where(sn, 1, 2))
    chosen = sn | star | agn
    acai = np.stack([other["acai_n.nuclear"], other["acai_h.hosted"], other["acai_v.variable"]], 1).argmax(1)
    rule3 = np.where(place[1] > 0.5, 1, 2)
    out.append(R.metric("real ZTF alerts", "real", "macro-F1 of supernova, star, nucleus", R.macro_f1(truth3[chosen], guess[chosen], 3), int(chosen.sum()),
                        R.interval(objects[chosen], lambda rows: R.macro_f1(truth3[chosen][rows], guess[chosen][rows], 3)),
                        (place[0] + " (never a nucleus)", R.macro_f1(truth3[chosen], rule3[chosen], 3)),
                        f"highest of acai_h, v, n: {R.macro_f1(truth3[chosen], acai[chosen], 3):.3f}"))
    out.append(real_calibration("real ZTF alerts", truth3[chosen], both[chosen][:, :3]))
    return out


def real_calibration(where, truth, scores):
    """Calibration of the highest of three classes, their probabilities made to sum to 1."""
    shares = scores / np.maximum(1e-9, scores.sum(1, keepdims=True))
    error, curve = R.calibration(truth, shares, bins=5)
    return R.metric(where, "real", "calibration error, supernova, star, nucleus alone", error, len(truth),
                    note="said, right, alerts, in fifths: " + ", ".join(f"{p:.2f} {s:.2f} {n}" for p, s, n in curve))


def main():
    survey, folder, stem = sys.argv[1:4]
    epochs = int(sys.argv[sys.argv.index("--epochs") + 1]) if "--epochs" in sys.argv else 14
    model, inputs = train(survey, folder, epochs)
    calibrate(model, inputs, folder, survey)
    torch.save({"state": model.state_dict(), "inputs": inputs}, f"{folder}/stamp_{survey}.pt")
    write(survey, folder, stem, model, inputs)


def write(survey, folder, stem, model, inputs):
    metrics = simulated_metrics(model, inputs, folder, survey)
    limits = ["Trained on simulated alerts only; what the simulator gets wrong it has learned.",
              "The probabilities are those of the simulated mix; with other shares p'(c) is p(c) times the new share over the old, normalised.",
              "`other` is what is real and none of the five: tidal disruptions, kilonovae, novae, dwarf novae, flares, lenses."]
    if survey == "ztf":
        limits.append("Simulated artefacts are too plain: in the science image they stand out some ten times more than the real ones at hand, star residuals of a cloudy night. Trust the real rows, and the survey's own score of them.")
        limits.append("Blur, depth and noise of the training images were widened once after the first look at the real rows: those are no blind test.")
        real = real_metrics(model, inputs, stem, stem.rsplit("/", 2)[0] + "/real", samples())
        metrics += real
        below = [m["metric"] for m in real if "Below the rule" in m.get("note", "")]
        if below:
            limits.append("On real alerts a rule without a network does better at: " + "; ".join(below) + ".")
        limits.append("No real asteroid, and no real alert of `other`, was at hand: not measured.")
    else:
        limits.append("Simulated artefacts are too plain: do not expect this of real ones.")
        limits.append("Not measured on real Rubin alerts: none with a label was at hand.")
    label = {"ztf": "ZTF", "lsst": "Rubin"}[survey]
    pixels = inputs[0]["pixels"]
    card = {
        "summary": f"What a {label} alert looks like: active nucleus, supernova, variable star, asteroid, bogus or something else, from the inner {pixels} x {pixels} pixels of its images and {len(inputs[1]['features'])} numbers. 1 - bogus is a real/bogus score.",
        "authors": "Nightjar", "source": "training/stamp.py",
        "trainedOn": f"simulated {label} alerts of seeds {R.SPLIT['train']}, rows {R.data_hash(folder, 'stamp_' + survey)}; calibrated on seed {R.SPLIT['validation'][0]}, measured on seed {R.SPLIT['test'][0]}; torch {torch.__version__.split('+')[0]}",
        "limits": limits, "metrics": metrics,
    }
    outputs = [{"name": "classes", "labels": CLASSES, "activation": "softmax"}]
    R.write_model(f"stamp_{survey}", VERSION, f"Stamp network, {label}", [survey], export(model, inputs), inputs, outputs, card)
    for one in metrics:
        print(one["origin"], one["metric"], one["value"], one.get("interval"), one.get("baseline"), one.get("note"), flush=True)


def samples():
    import os
    return os.environ["NIGHTJAR_SAMPLES"]


if __name__ == "__main__":
    main()
