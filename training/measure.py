"""Measures the trained networks again and writes their cards, without training: after a change of labels, rows or figures.

Use: NIGHTJAR_SAMPLES=... python training/measure.py ROWS REAL

ROWS holds stamp_ztf.pt, stamp_lsst.pt and curve.pt as the trainings left them.
"""
import sys

import torch

import curve
import stamp


def restored(make, path):
    saved = torch.load(path, weights_only=False)
    model = make(saved["inputs"])
    model.load_state_dict(saved["state"])
    return model.eval(), saved["inputs"]


folder, stem = sys.argv[1:3]
for survey in ("ztf", "lsst"):
    model, inputs = restored(lambda one: stamp.Stamp(one[0]["pixels"], len(one[1]["features"])), f"{folder}/stamp_{survey}.pt")
    stamp.write(survey, folder, stem, model, inputs)
model, inputs = restored(lambda one: curve.Curve(len(one[0]["features"]), one[1]["columns"]), f"{folder}/curve.pt")
curve.write(model, inputs, folder, stem)
