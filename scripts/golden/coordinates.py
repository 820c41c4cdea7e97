#!/usr/bin/python3
"""Writes tests/fixtures/golden/coordinates.json with astropy (Debian python3-astropy 5.2.1)."""

import json
import os

import numpy as np
from astropy import units as u
from astropy.coordinates import BarycentricMeanEcliptic, SkyCoord

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "..", "..", "tests", "fixtures", "golden", "coordinates.json")
rng = np.random.default_rng(1995)

positions = [
    (0, 0), (90, 0), (180, 0), (270, 0), (0, 90), (0, -90), (266.40499, -28.93617), (192.85948, 27.12825),
    (12.85948, -27.12825), (270, 66.5607), (359.999999, 1e-7), (285.38708, 15.13575),
]
for _ in range(40):
    positions.append((rng.uniform(0, 360), float(np.degrees(np.arcsin(rng.uniform(-1, 1))))))

frames = []
for ra, dec in positions:
    sky = SkyCoord(ra * u.deg, dec * u.deg, frame="icrs")
    galactic = sky.galactic
    ecliptic = sky.transform_to(BarycentricMeanEcliptic(equinox="J2000"))
    frames.append([float(ra), float(dec), galactic.l.deg, galactic.b.deg, ecliptic.lon.deg, ecliptic.lat.deg])

pairs = []
for k in range(60):
    ra, dec = positions[k % len(positions)]
    first = SkyCoord(ra * u.deg, dec * u.deg)
    if k % 3 == 0:
        second = first.directional_offset_by(rng.uniform(0, 360) * u.deg, 10.0 ** rng.uniform(-6, 2) * u.arcsec)
    elif k % 3 == 1:
        second = SkyCoord(rng.uniform(0, 360) * u.deg, rng.uniform(-90, 90) * u.deg)
    else:
        # next to the antipode
        second = SkyCoord(((ra + 180) % 360) * u.deg, np.clip(-dec + 1e-6 * k, -90, 90) * u.deg)
    pairs.append(
        [
            first.ra.deg, first.dec.deg, second.ra.deg, second.dec.deg,
            first.separation(second).arcsec, first.position_angle(second).deg,
        ]
    )

texts = []
for ra, dec in positions:
    sky = SkyCoord(ra * u.deg, dec * u.deg)
    texts.append(
        [
            float(ra), float(dec),
            sky.ra.to_string(unit=u.hourangle, sep=":", precision=3, pad=True),
            sky.dec.to_string(sep=":", precision=2, alwayssign=True, pad=True),
        ]
    )

with open(OUT, "w", encoding="utf-8") as file:
    json.dump({"frames": frames, "pairs": pairs, "texts": texts}, file, separators=(",", ":"))
print(os.path.getsize(OUT), "bytes")
