#!/usr/bin/env python3
"""Writes tests/fixtures/golden/object.json with astropy 8.0.2 and scipy 1.17.1 (from PyPI): Lomb-Scargle, air mass, twilight, Moon, distance modulus, constellations, Bazin and line fits."""

import json
import os
import warnings

import astropy.units as u
import numpy as np
from astropy.coordinates import AltAz, EarthLocation, GCRS, SkyCoord, get_body, get_constellation, get_sun
from astropy.cosmology import FlatLambdaCDM
from astropy.time import Time
from astropy.timeseries import LombScargle
from astropy.utils import iers
from scipy.optimize import brentq, curve_fit

iers.conf.auto_download = False
iers.conf.iers_degraded_accuracy = "warn"
warnings.simplefilter("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "..", "..", "tests", "fixtures", "golden", "object.json")
rng = np.random.default_rng(20261121)


def periodograms():
    n, period = 90, 0.5427
    nights = np.sort(rng.choice(400, n, replace=False)) * 0.99727
    t = 59000 + nights + rng.normal(0, 0.05, n)
    band = rng.choice(["g", "r", "i"], n, p=[0.45, 0.4, 0.15])
    phase = t / period
    offset = {"g": 18.0, "r": 17.6, "i": 17.5}
    amplitude = {"g": 0.5, "r": 0.35, "i": 0.3}
    err = rng.uniform(0.02, 0.08, n)
    y = np.array([offset[b] + amplitude[b] * (np.sin(2 * np.pi * p) + 0.3 * np.sin(4 * np.pi * p + 1)) for b, p in zip(band, phase)])
    y += rng.normal(0, err)
    frequency = np.linspace(0.05, 5, 400)
    g = band == "g"
    # VanderPlas & Ivezic 2015, eq. 33: powers of the bands weighted by their chi2 about the weighted mean. (astropy's
    # LombScargleMultiband "fast" weights by the sum of squared powers over the grid, which depends on the grid.)
    multi, total = 0, 0
    for one in np.unique(band):
        own = band == one
        w = err[own] ** -2
        chi2 = np.sum(w * (y[own] - np.sum(w * y[own]) / np.sum(w)) ** 2)
        multi = multi + chi2 * LombScargle(t[own], y[own], err[own], nterms=2).power(frequency, method="chi2")
        total += chi2
    return {
        "points": [[float(a), str(b), float(c), float(d)] for a, b, c, d in zip(t, band, y, err)],
        "frequency": [0.05, float(frequency[1] - frequency[0]), 400],
        "g1": LombScargle(t[g], y[g], err[g], nterms=1).power(frequency, method="slow").tolist(),
        "g2": LombScargle(t[g], y[g], err[g], nterms=2).power(frequency, method="chi2").tolist(),
        "multi2": (multi / total).tolist(),
        "period": period,
    }


SITES = {"palomar": (-116.8648, 33.3563, 1712), "rubin": (-70.7494, -30.2446, 2663), "lapalma": (-17.8794, 28.7606, 2396), "sidingspring": (149.0661, -31.2733, 1165)}
PLACES = [(10.68, 41.27), (150.1, 2.2), (53.1, -27.8), (0.0, 0.0), (359.99, -45.0), (201.3, 89.9), (83.6, -69.0), (266.4, -29.0)]


def sky():
    mass, night, moon = [], [], []
    for key, (lon, lat, height) in SITES.items():
        site = EarthLocation.from_geodetic(lon * u.deg, lat * u.deg, height * u.m)
        for mjd in (59000.2, 59580.4, 60310.7, 60600.05):
            time = Time(mjd, format="mjd", scale="utc")
            frame = AltAz(obstime=time, location=site)
            for ra, dec in PLACES:
                at = SkyCoord(ra * u.deg, dec * u.deg).transform_to(frame)
                mass.append([key, mjd, ra, dec, float(at.alt.deg), float(at.az.deg), float(at.secz)])
            body = get_body("moon", time, site)
            there = body.transform_to(frame)
            sun = get_sun(time)
            apart = body.transform_to(GCRS(obstime=time)).separation(sun)
            moon.append([key, mjd, float(there.alt.deg), float((1 - np.cos(apart.rad)) / 2)])

        def altitude(mjd):
            time = Time(mjd, format="mjd", scale="utc")
            return float(get_body("sun", time, site).transform_to(AltAz(obstime=time, location=site)).alt.deg)

        for start in (59015, 59200, 60310, 60400, 60600):
            # lowest Sun within a day from local noon, roughly
            noon = start + 0.5 - lon / 360
            grid = np.linspace(noon, noon + 1, 97)
            heights = [altitude(x) for x in grid]
            low = grid[int(np.argmin(heights))]
            row = {"site": key, "near": float(low)}
            for name, limit in (("sunset", -0.833), ("civil", -6), ("nautical", -12), ("astronomical", -18)):
                row[name] = [
                    brentq(lambda x: altitude(x) - limit, noon, low, xtol=1e-7),
                    brentq(lambda x: altitude(x) - limit, low, noon + 1, xtol=1e-7),
                ]
            night.append(row)
    return mass, night, moon


def bazin(t, a, t0, fall, rise):
    return a * np.exp(-(t - t0) / fall) / (1 + np.exp(-(t - t0) / rise))


def fits():
    out = []
    for a, t0, fall, rise in ((40000, 59810.5, 28.0, 3.5), (9000, 60001.0, 8.0, 2.0), (150000, 60300.0, 90.0, 12.0)):
        t = np.sort(rng.uniform(t0 - 25, t0 + 70, 45))
        err = 0.02 * a * rng.uniform(0.5, 1.5, t.size)
        y = bazin(t, a, t0, fall, rise) + rng.normal(0, err)
        p, cov = curve_fit(bazin, t, y, p0=(a * 1.1, t0 + 1, fall * 0.9, rise * 1.2), sigma=err, absolute_sigma=True, maxfev=20000)
        out.append({"t": t.tolist(), "y": y.tolist(), "err": err.tolist(), "p": p.tolist(), "sigma": np.sqrt(np.diag(cov)).tolist()})
    t = np.sort(rng.uniform(0, 20, 15))
    err = rng.uniform(0.05, 0.2, t.size)
    y = 18 + 0.07 * t + rng.normal(0, err)
    p, cov = np.polyfit(t, y, 1, w=1 / err, cov="unscaled")
    return out, {"t": t.tolist(), "y": y.tolist(), "err": err.tolist(), "slope": float(p[0]), "sigma": float(np.sqrt(cov[0][0]))}


def constellations():
    z = rng.uniform(-1, 1, 400)
    ra = rng.uniform(0, 360, 400)
    dec = np.degrees(np.arcsin(z))
    named = get_constellation(SkyCoord(ra * u.deg, dec * u.deg), short_name=True)
    return [[round(float(a), 6), round(float(b), 6), str(c)] for a, b, c in zip(ra, dec, named)]


mass, night, moon = sky()
curves, line = fits()
cosmology = FlatLambdaCDM(H0=67.66, Om0=0.30966)
json.dump(
    {
        "periodogram": periodograms(),
        "airmass": mass,
        "night": night,
        "moon": moon,
        "bazin": curves,
        "line": line,
        "modulus": [[z, float(cosmology.distmod(z).value)] for z in (0.001, 0.01, 0.05, 0.1, 0.5, 1.0, 3.0)],
        "constellation": constellations(),
    },
    open(OUT, "w"),
    indent=None,
)
