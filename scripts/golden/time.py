#!/usr/bin/python3
"""Writes tests/fixtures/golden/time.json with astropy (Debian python3-astropy 5.2.1): UTC and TAI from 1972 on."""

import json
import os
import warnings

import numpy as np
from astropy.time import Time
from astropy.utils import iers

iers.conf.auto_download = False
warnings.simplefilter("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "..", "..", "tests", "fixtures", "golden", "time.json")
rng = np.random.default_rng(1972)

LEAP = [
    41499, 41683, 42048, 42413, 42778, 43144, 43509, 43874, 44239, 44786, 45151, 45516, 46247, 47161, 47892, 48257,
    48804, 49169, 49534, 50083, 50630, 51179, 53736, 54832, 56109, 57204, 57754,
]
mjds = [41317.0, 41317.5, 58000.123456, 61364.2, 88069.999]
for leap in LEAP:
    mjds += [leap - 1.0, leap - 1 + 0.25, leap - 1 + 86400.25 / 86401, leap - 1e-9, float(leap), leap + 0.75]
mjds += rng.uniform(41317, 80000, 60).tolist()
rows = []
for mjd in mjds:
    time = Time(mjd, format="mjd", scale="utc")
    rows.append([mjd, float(time.tai.mjd), time.isot])

with open(OUT, "w", encoding="utf-8") as file:
    json.dump(rows, file, separators=(",", ":"))
print(os.path.getsize(OUT), "bytes")
