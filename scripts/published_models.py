#!/usr/bin/env python3
"""Writes the manifests of the published networks: models/published/NAME/model.json.

usage: published_models.py [FOLDER WITH THE ONNX FILES]

The second form of each file (boom-astro/boom) is pinned by the SHA-256 and size that the repository's own Git LFS pointers name.
With a folder the sizes and hashes of our conversions are checked against its files.
"""

import hashlib
import json
import pathlib
import sys

ACAI = (
    "drb diffmaglim ra dec magpsf sigmapsf chipsf fwhm sky chinr sharpnr sgscore1 distpsnr1 sgscore2 distpsnr2 sgscore3 distpsnr3 "
    "ndethist ncovhist scorr nmtchps clrcoeff clrcounc neargaia neargaiabright"
).split()
BTSBOT = (
    "sgscore1 distpsnr1 sgscore2 distpsnr2 fwhm magpsf sigmapsf chipsf ra dec diffmaglim ndethist nmtchps age days_since_peak "
    "days_to_peak peakmag_so_far drb ncovhist nnotdet chinr sharpnr scorr sky maxmag_so_far"
).split()
# the survey writes -999 for these where there is no such source, and the networks were trained on that number
SENTINEL = {
    *(f"{name}{n}" for name in ("sgscore", "distpsnr") for n in (1, 2, 3)),
    "neargaia",
    "neargaiabright",
    "chinr",
    "sharpnr",
    "clrcoeff",
    "clrcounc",
}
HISTORY = {
    "age": "history.ageDays",
    "days_since_peak": "history.daysSincePeak",
    "days_to_peak": "history.daysToPeak",
    "peakmag_so_far": "history.peakMag",
    "maxmag_so_far": "history.faintestMag",
    "nnotdet": "ztf.ncovhist - ztf.ndethist",
}


def feature(name):
    if name in HISTORY:
        return {"from": HISTORY[name]}
    out = {"from": f"ztf.{name}"}
    if name == "drb":
        out["else"] = ["ztf.rb"]
    if name in SENTINEL:
        out["absent"] = -999
    return out


def triplet(name):
    channels = [{"kind": "image", "image": image, "scaling": "l2"} for image in ("science", "template", "difference")]
    return {
        "kind": "images",
        "name": name,
        "layout": "NHWC",
        "pixels": 63,
        "channels": channels,
        "smaller": "end",
        "padValue": 1e-9,
        "larger": "refuse",
        "maskHuge": False,
        "difference": "asReceived",
    }


def numbers(name, names):
    return {"kind": "numbers", "name": name, "features": [feature(n) for n in names]}


OURS = "Nightjar's conversion of the published weights to ONNX (opset 13)"
BOOM = "https://media.githubusercontent.com/media/boom-astro/boom/be18acf01b4ef25276efbc0f188d870cd786f8be/data/models/{}"
FORK = "https://media.githubusercontent.com/media/petebachant/boom/ec7846bba4dc714382122bf389378e5c4823e448/data/models/{}"
REAL = "235 real ZTF alerts (public samples, 2018 to 2025)"


def boom(file, sha256, size):
    return {
        "sha256": sha256,
        "bytes": size,
        "madeBy": "boom-astro/boom",
        "urls": [BOOM.format(file), FORK.format(file)],
    }


def metric(name, value, interval=None, rows=None, baseline=None, note=None):
    out = {"set": REAL, "origin": "real", "metric": name, "value": value}
    if interval:
        out["interval"] = interval
    if rows:
        out["rows"] = rows
    if baseline:
        out["baseline"] = {"name": baseline[0], "value": baseline[1]}
    if note:
        out["note"] = note
    return out


TRIVIAL = "distance to and star score of the nearest catalogued source"
ACAI_MODELS = {
    "h": (
        "hosted",
        "Probability that the alert is a transient in or near a galaxy that can be told from its core",
        "365153a0f250f8cb30cf4897bcff2407a729226e2e26d82fa16cf7c05818409e",
        ("627893ad62a654f4a72f9fa84fd414e0a8042c479ef50cc08236b7ed962c411b", 35206),
        [
            metric("AUC, supernovae against variable stars and nuclei", 0.991, [0.978, 1.0], 75, (TRIVIAL, 0.98)),
            metric("AUC, supernovae against nuclei", 0.968, [0.9, 1.0], 32, (TRIVIAL, 0.846), "six nuclear alerts: little weight"),
        ],
    ),
    "v": (
        "variable",
        "Probability that the alert is a variable star",
        "b7a3355a2d1c43c02a48222c81855c54799d322432f27a416558964c051a45de",
        ("4dac7ce1b1f8f4db05a0ec36527f84c5745afd6e83afec225dddc8df37efbe5e", 35184),
        [metric("AUC, variable stars against supernovae and nuclei", 1.0, None, 75, None, "some of these stars may have been in its training set")],
    ),
    "o": (
        "orphan",
        "Probability that the alert has no visible counterpart in the template: asteroids and orphans",
        "b32a4e9c0249d46771f317a590b00c24f71d93d0c09f30aeba85ac8675b2560d",
        ("d58eac9f98a3c1df0e00c5391d5bbc70f337196833b94c9f799dcb1f70797d1c", 35203),
        [metric("AUC, supernovae against variable stars and nuclei", 0.629, None, 75, None, "not the question it was trained for; no asteroid is among these alerts")],
    ),
    "n": (
        "nuclear",
        "Probability that the alert stands on the core of a galaxy",
        "445fdb70762b9691eb01d319c13dbcb5a43fa4f30ed644302d4aff67a9f16b86",
        ("f380616f6fca1ce1034a9b72f3509558c0083d846ea80b8d85236cfbc78248ad", 35206),
        [metric("AUC, active nuclei against supernovae and variable stars", 0.983, [0.96, 1.0], 75, None, "six nuclear alerts: little weight")],
    ),
    "b": (
        "bogus",
        "Probability that the alert is no astrophysical source",
        "954e80d8274efdf31f8afe498873a2e458df0886edebae8667c447e78514b8bf",
        ("8e19725bf2778c175d55f9810008648067ef6ceb11d9521c9bdc786faa74bd8b", 35206),
        [metric("AUC, the survey's drb below 0.5", 0.996, None, 228, ("the survey's rb", 0.926), "drb is another network, not truth")],
    ),
}


def manifest(name, version, title, files, inputs, output, label, card, licence="MIT"):
    return {
        "format": 1,
        "name": name,
        "version": version,
        "title": title,
        "surveys": ["ztf"],
        "files": files,
        "inputs": inputs,
        "outputs": [{"name": output, "labels": [label], "activation": "none"}],
        "licence": licence,
        "card": card,
    }


def acai(letter):
    label, summary, ours, theirs, metrics = ACAI_MODELS[letter]
    file = f"acai_{letter}.d1_dnn_20201130.onnx"
    return manifest(
        f"acai_{letter}",
        "d1_dnn_20201130",
        f"ACAI {letter}: {label}",
        [{"sha256": ours, "bytes": 32100, "madeBy": OURS}, boom(file, *theirs)],
        [triplet("triplets"), numbers("features", ACAI)],
        "score",
        label,
        {
            "summary": f"{summary}.",
            "authors": "Dmitry Duev and S. J. van der Walt",
            "source": "ACAI: Alert Classification with Artificial Intelligence (dmitryduev/acai)",
            "url": "https://github.com/dmitryduev/acai",
            "trainedOn": "ZTF alerts before December 2020, labelled by people",
            "limits": [
                "One of five networks that answer separate questions: their scores do not sum to one.",
                "Trained with the survey's drb; where an alert has none, rb stands in for it.",
                "Most of the answer is in the catalogue columns: the nearest source's distance and star score alone do nearly as well.",
            ],
            "metrics": metrics,
        },
    )


BRAAI = manifest(
    "braai",
    "d6_m9",
    "braai: real or bogus",
    [{"sha256": "807d4028fe5acb355fd4cdeb58cb9f7491972bc2c9f731c132103b8f356c4a98", "bytes": 1249833, "madeBy": OURS}],
    [triplet("triplets")],
    "score",
    "real",
    {
        "summary": "Probability that the three images show an astrophysical source and no artefact.",
        "authors": "Dmitry Duev and others",
        "source": "braai (dmitryduev/braai), Duev et al. 2019, MNRAS 489, 3582",
        "url": "https://github.com/dmitryduev/braai",
        "trainedOn": "ZTF alerts of 2018 and 2019, labelled by people",
        "limits": [
            "Not the network behind the survey's drb: they agree at 0.5 for 97 % of alerts, not number for number.",
            "Takes the difference image as it was sent: turned over for detections fainter than the template.",
        ],
        "metrics": [
            metric("AUC, the survey's drb above 0.5", 0.99, [0.98, 0.998], 228, ("the survey's rb", 0.926), "drb is another network, not truth"),
            metric("AUC, the same in one cloudy night", 0.982, [0.956, 1.0], 51, ("the survey's rb", 0.48)),
        ],
    },
)

BTS = manifest(
    "btsbot",
    "v1.0.1",
    "BTSbot: bright transients to follow",
    [
        {"sha256": "490d44e3c86fc58cd23b137c3b91d1c5f1c80c3b8d0640b75b75cf3b661ce532", "bytes": 912868, "madeBy": OURS},
        boom("btsbot-v1.0.1.onnx", "ad16e6be9719fca9613187e3bc80095a9852af3c6e1d1fd24edfc1f023348da4", 916071),
    ],
    [triplet("triplet"), numbers("metadata", BTSBOT)],
    "fc_out",
    "brightTransient",
    {
        "summary": "Whether a person of the Bright Transient Survey would save this object and ask for a spectrum.",
        "authors": "Nabeel Rehemtulla and others",
        "source": "BTSbot (nabeelre/BTSbot), Rehemtulla et al. 2024, ApJ 972, 7",
        "url": "https://github.com/nabeelre/BTSbot",
        "trainedOn": "Alerts of ZTF's Bright Transient Survey, labelled by its people",
        "limits": [
            "Meant for extragalactic transients that reach 18.5 mag.",
            "Its ages and peaks come from the detections of the object's light curve, both signs, without forced photometry.",
        ],
        "metrics": [],
    },
)


def main():
    folder = pathlib.Path(__file__).resolve().parents[1] / "models" / "published"
    given = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else None
    models = [*(acai(letter) for letter in ACAI_MODELS), BRAAI, BTS]
    for model in models:
        to = folder / model["name"]
        to.mkdir(parents=True, exist_ok=True)
        (to / "model.json").write_text(json.dumps(model, indent="\t", ensure_ascii=False) + "\n")
        if given is None:
            continue
        dot = "-" if model["name"] == "btsbot" else "_" if model["name"] == "braai" else "."
        data = (given / f"{model['name']}{dot}{model['version']}.onnx").read_bytes()
        ours = model["files"][0]
        assert ours["sha256"] == hashlib.sha256(data).hexdigest() and ours["bytes"] == len(data), model["name"]
    print(f"{len(models)} manifests in {folder}")


main()
