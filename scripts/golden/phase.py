#!/usr/bin/env python3
"""Writes tests/fixtures/golden/phase.json with sbpy 0.6.0 and scipy 1.17.1 (from PyPI): the H, G phase function and fits of it."""

import json
import os
import warnings

import numpy as np
from scipy.optimize import curve_fit

warnings.simplefilter("ignore")
from sbpy.photometry import HG  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "..", "..", "tests", "fixtures", "golden", "phase.json")
rng = np.random.default_rng(20261121)


def mag(phase, h, g):
    return HG.evaluate(np.radians(phase), h, g)


def fit(n, low, high, h, g):
    phase = np.sort(rng.uniform(low, high, n))
    err = rng.uniform(0.02, 0.12, n)
    y = mag(phase, h, g) + rng.normal(0, err)
    value, cov = curve_fit(mag, phase, y, p0=[h, 0.15], sigma=err, absolute_sigma=False, ftol=1e-14, xtol=1e-14, gtol=1e-14)
    return {
        "points": [[float(a), float(b), float(c)] for a, b, c in zip(phase, y, err)],
        "h": float(value[0]),
        "hErr": float(np.sqrt(cov[0, 0])),
        "g": float(value[1]),
        "gErr": float(np.sqrt(cov[1, 1])),
    }


angles = [0.0, 0.05, 0.3, 1, 2, 5, 8, 12, 20, 30, 45, 60, 90, 115]
with open(OUT, "w") as out:
    json.dump(
        {
            "curve": [[a, g, float(mag(np.array([a]), 12.5, g)[0])] for a in angles for g in (0.0, 0.15, 0.4)],
            "fits": [fit(30, 0.5, 25, 17.2, 0.15), fit(12, 2, 18, 15.0, 0.32), fit(200, 0.1, 29, 20.4, 0.05), fit(6, 5, 21, 18.1, 0.2), fit(60, 14, 60, 19.0, 0.25)],
        },
        out,
        separators=(",", ":"),
    )
    out.write("\n")
