#!/usr/bin/env python3
"""Writes tests/fixtures/golden/hg1g2.json with sbpy 0.6.0 and scipy 1.17.1 (from PyPI): the H, G1, G2 phase function and fits of it.

The splines are scipy's, through the knots of Muinonen et al. 2010 with the derivatives of the ends. The curve is sbpy's with the third
spline's first derivative as in the paper's table, -0.10630097 per radian: sbpy 0.6.0 has ten times that, which changes the curve by less
than a thousandth of a magnitude, below 1 degree ("asReleased" has sbpy as it is). Fits are scipy's: curve_fit of H, G1 and G2 in flux, and
lsq_linear with bounds where the free one leaves the limits.
"""

import json
import os
import warnings

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.optimize import curve_fit, lsq_linear

warnings.simplefilter("ignore")
from sbpy.photometry import HG1G2  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "..", "..", "tests", "fixtures", "golden", "hg1g2.json")
rng = np.random.default_rng(20261122)

released = HG1G2._phi3
knots, values, (_, last) = HG1G2._phi3v
slopes = (-0.10630097, last)
papers = HG1G2._spline_positive(knots, values, slopes)


def clamped(x, y, ends):
    return CubicSpline(x, y, bc_type=((1, ends[0]), (1, ends[1])))


wide, bright, opposition = clamped(*HG1G2._phi1v), clamped(*HG1G2._phi2v), clamped(knots, values, slopes)


def basis(degrees):
    a = np.radians(degrees)
    near = degrees <= 7.5
    return np.array(
        [
            np.where(near, 1 - 6 * a / np.pi, wide(a)),
            np.where(near, 1 - 9 * a / (5 * np.pi), bright(a)),
            np.where(degrees > 30, 0, opposition(a)),
        ]
    )


def mag(degrees, h, g1, g2, third=papers):
    HG1G2._phi3 = third
    return HG1G2.evaluate(np.radians(degrees), h, g1, g2)


def flux(degrees, h, g1, g2):
    return 10 ** (-0.4 * (h - 20)) * (np.array([g1, g2, 1 - g1 - g2]) @ basis(degrees))


def fit(n, low, high, h, g1, g2, noise=1.0):
    phase = np.concatenate([[low], np.sort(rng.uniform(low, high, n - 2)), [high]])
    err = rng.uniform(0.01, 0.05, n)
    y = mag(phase, h, g1, g2) + noise * rng.normal(0, err)
    f = 10 ** (-0.4 * (y - 20))
    sigma = f * err * np.log(10) / 2.5
    free, cov = curve_fit(flux, phase, f, p0=[h, g1, g2], sigma=sigma, absolute_sigma=False, ftol=1e-15, xtol=1e-15, gtol=1e-15)
    inside = free[1] > 0 and free[2] > 0 and free[1] + free[2] < 1
    held = lsq_linear((basis(phase) / sigma).T, f / sigma, bounds=(0, np.inf), method="bvls", tol=1e-15)
    a = held.x
    return {
        "points": [[float(p), float(m), float(e)] for p, m, e in zip(phase, y, err)],
        "inside": bool(inside),
        "h": float(20 - 2.5 * np.log10(a.sum())),
        "g1": float(a[0] / a.sum()),
        "g2": float(a[1] / a.sum()),
        "free": [float(v) for v in free],
        "freeErr": [float(v) for v in np.sqrt(np.diag(cov))],
    }


angles = np.array([0.0, 0.05, 0.2, 0.3, 0.7, 1, 1.6, 2, 3, 4, 6, 7.5, 8, 10, 12, 17, 20, 25, 29.9, 30, 31, 45, 60, 75, 90, 110, 119.9])
slopes_g = [(0.0, 1.0), (0.1, 0.5), (0.26, 0.38), (0.62, 0.14), (0.83, 0.05), (1.0, 0.0)]
with open(OUT, "w") as out:
    json.dump(
        {
            "basis": [[float(a), *map(float, basis(a))] for a in angles],
            "curve": [[float(a), g1, g2, float(mag(np.array([a]), 12.5, g1, g2)[0])] for a in angles for g1, g2 in slopes_g],
            "asReleased": [[float(a), 0.26, 0.38, float(mag(np.array([a]), 12.5, 0.26, 0.38, released)[0])] for a in angles],
            "fits": [
                fit(40, 0.3, 25, 17.2, 0.26, 0.38),
                fit(120, 0.1, 29, 20.4, 0.62, 0.14),
                fit(60, 1, 45, 15.0, 0.1, 0.5),
                fit(18, 0.5, 60, 18.1, 0.3, 0.3, 0.3),
                fit(80, 0.2, 30, 19.0, -0.06, 0.6),
                fit(80, 0.2, 30, 16.0, 0.9, -0.05),
                fit(80, 0.2, 30, 16.5, 0.5, 0.55),
                fit(80, 0.2, 30, 16.5, 1.36, -0.14),
            ],
        },
        out,
        separators=(",", ":"),
    )
    out.write("\n")
