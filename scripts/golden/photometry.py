#!/usr/bin/env python3
"""Writes tests/fixtures/golden/photometry.json with astropy 8.0.2 and numpy (from PyPI): apparent (DC) magnitudes of a template and a signed difference.

Magnitudes become fluxes and back through astropy's AB unit; errors are the spread of a large Gaussian sample of both
fluxes, so that neither formula is the one of the code under test.
"""

import json
import os

import astropy.units as u
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "..", "..", "tests", "fixtures", "golden", "photometry.json")
rng = np.random.default_rng(20261121)
N, SAMPLE = 120, 400_000


def row():
    magnr, sigmagnr = rng.uniform(13, 21), rng.uniform(0.005, 0.05)
    magpsf, sigmapsf = magnr + rng.uniform(-2, 4), rng.uniform(0.01, 0.2)
    sign = rng.choice([1, 1, -1])
    template = (magnr * u.ABmag).to_value(u.nJy)
    difference = sign * (magpsf * u.ABmag).to_value(u.nJy)
    # a magnitude's error is that of its flux to first order, as the surveys make it
    sigma = [template * sigmagnr * np.log(10) / 2.5, abs(difference) * sigmapsf * np.log(10) / 2.5]
    sample = rng.normal(template, sigma[0], SAMPLE) + rng.normal(difference, sigma[1], SAMPLE)
    total = template + difference
    mag = float((total * u.nJy).to_value(u.ABmag)) if total > 0 else None
    return {
        "magnr": magnr,
        "sigmagnr": sigmagnr,
        "magpsf": magpsf,
        "sigmapsf": sigmapsf,
        "positive": bool(sign > 0),
        "flux": total,
        "fluxErr": float(np.std(sample)),
        "mag": mag,
        # half the distance of the magnitudes one sigma apart, where the flux is well measured
        "magErr": float(np.std(sample) / total * 2.5 / np.log(10)) if total > 0 else None,
    }


with open(OUT, "w") as out:
    json.dump({"apparent": [row() for _ in range(N)]}, out, indent=None, separators=(",", ":"))
    out.write("\n")
