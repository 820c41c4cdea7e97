"""Golden fits of point lenses for tests/lib/astro/microlensing.test.ts, by scipy.

Use: python scripts/golden/microlensing.py > tests/fixtures/golden/microlensing.json
All parameters at once (t0, ln tE, ln u0, and source and constant of each band) with scipy.optimize.least_squares from many starts; the best is kept.
"""
import json
import sys

import numpy as np
from scipy.optimize import least_squares

rng = np.random.default_rng(7)


def magnification(u):
    return (u * u + 2) / (u * np.sqrt(u * u + 4))


def case(t0, te, u0, bands, nights, noise):
    points = []
    for band, (source, constant) in bands.items():
        times = np.sort(59000 + rng.uniform(0, nights, 45))
        added = magnification(np.hypot(u0, (times - t0) / te)) - 1
        err = noise * np.sqrt(1 + added)
        flux = source * added + constant + err * rng.normal(size=times.size)
        points += [{"mjd": float(t), "flux": float(f), "err": float(e), "band": band} for t, f, e in zip(times, flux, err)]
    points.sort(key=lambda p: p["mjd"])
    return points


def fit(points):
    names = sorted({p["band"] for p in points})
    t = np.array([p["mjd"] for p in points])
    f = np.array([p["flux"] for p in points])
    e = np.array([p["err"] for p in points])
    b = np.array([names.index(p["band"]) for p in points])

    def left(x):
        added = magnification(np.hypot(np.exp(x[2]), (t - x[0]) / np.exp(x[1]))) - 1
        return (x[3 + 2 * b] * added + x[4 + 2 * b] - f) / e

    best = None
    for te in (5, 12, 30, 80):
        for u0 in (0.1, 0.3, 0.7):
            start = [t[np.argmax(f / e)], np.log(te), np.log(u0)]
            for k in range(len(names)):
                start += [np.ptp(f[b == k]) / (magnification(u0) - 1), np.median(f[b == k])]
            found = least_squares(left, start, x_scale="jac", xtol=1e-14, ftol=1e-14, gtol=1e-14, max_nfev=2000)
            if best is None or found.cost < best.cost:
                best = found
    constant = sum(float(np.sum(((f[b == k] - np.average(f[b == k], weights=e[b == k] ** -2)) / e[b == k]) ** 2)) for k in range(len(names)))
    x = best.x
    return {"t0": x[0], "tE": float(np.exp(x[1])), "u0": float(np.exp(x[2])), "chi2": 2 * best.cost, "chi2Constant": constant,
            "bands": {n: {"source": x[3 + 2 * k], "constant": x[4 + 2 * k]} for k, n in enumerate(names)}}


cases = []
for t0, te, u0, bands, nights, noise in (
    (59060.3, 20.0, 0.2, {"g": (800, 5), "r": (1500, -3)}, 120, 25),
    (59045.0, 8.0, 0.5, {"r": (3000, 0)}, 90, 20),
    (59070.0, 35.0, 0.08, {"g": (300, 0), "r": (500, 10), "i": (700, 0)}, 150, 15),
):
    points = case(t0, te, u0, bands, nights, noise)
    cases.append({"points": points, "fit": fit(points)})
u = [1e-3, 0.05, 0.3, 1.0, 2.5, 10.0]
json.dump({"magnification": [[x, float(magnification(x))] for x in u], "cases": cases}, sys.stdout)
