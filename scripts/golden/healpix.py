#!/usr/bin/python3
"""Writes tests/fixtures/golden/healpix.json with healpy (Debian python3-healpy 1.16.1). 64-bit indices are strings."""

import json
import os

import healpy as hp
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "..", "..", "tests", "fixtures", "golden", "healpix.json")
rng = np.random.default_rng(2005)


def special_positions():
    """Poles, RA wrap, |z| = 2/3, phi = k pi/4 on the equator and elsewhere, positions next to the poles."""
    limit = float(np.degrees(np.arcsin(2 / 3)))
    positions = []
    for ra in [0.0, 45.0, 90.0, 135.0, 180.0, 225.0, 270.0, 315.0, 359.9999999, float(np.nextafter(360, 0)), 1e-12]:
        for dec in [0.0, 1e-12, -1e-12, 30.0, -30.0, 60.0, -60.0, 85.0, -85.0]:
            positions.append((ra, dec))
        for near in [limit - 1e-9, limit + 1e-9]:
            positions.extend([(ra, near), (ra, -near)])
        for colat in [0.0, 1e-13, 1e-9, 1e-6, 1e-3, 1.0]:
            positions.extend([(ra + 1.0, 90 - colat), (ra + 1.0, colat - 90)])
    return positions


def random_positions(count):
    ra = rng.uniform(0, 360, count)
    dec = np.degrees(np.arcsin(rng.uniform(-1, 1, count)))
    return list(zip(ra.tolist(), dec.tolist()))


positions = special_positions() + random_positions(60)
# RA 360 - ulp plus one is beyond 360: wrapped by both sides
ra = np.array([p[0] for p in positions])
dec = np.array([p[1] for p in positions])

pixels = []
for order in range(30):
    ipix = hp.ang2pix(2**order, ra, dec, nest=True, lonlat=True)
    pixels.append([str(int(i)) for i in ipix])

centres = []
for order in range(30):
    npix = 12 * 4**order
    picks = sorted({0, npix - 1, npix // 2, npix // 3} | {int(rng.integers(0, npix)) for _ in range(8)})
    lon, lat = hp.pix2ang(2**order, np.array(picks), nest=True, lonlat=True)
    around = hp.get_all_neighbours(2**order, np.array(picks), nest=True).T
    corners = []
    for pick in picks:
        x, y, z = hp.boundaries(2**order, pick, step=1, nest=True)
        corners.append([[float(np.degrees(np.arctan2(b, a))) % 360, float(np.degrees(np.arctan2(c, np.hypot(a, b))))] for a, b, c in zip(x, y, z)])
    for i, pick in enumerate(picks):
        centres.append(
            {
                "order": order,
                "ipix": str(pick),
                "ra": float(lon[i]),
                "dec": float(lat[i]),
                "neighbours": [str(int(n)) for n in around[i] if n >= 0],
                "corners": corners[i],
            }
        )

discs = []
for order, lon, lat, radius in [
    (0, 10, 10, 5), (1, 200, -70, 20), (2, 0, 90, 10), (2, 0, -90, 10), (3, 0, 0, 12), (4, 359.99, 41.81, 5),
    (5, 180, 89.5, 2), (6, 120, -30, 3), (6, 45, 0, 2.5), (8, 0.001, -89.99, 0.5), (9, 300, 41.8103, 0.4),
    (12, 285.387, 15.1357, 0.03), (16, 285.387, 15.1357, 5 / 3600), (18, 90, 0, 1 / 3600), (20, 0, 0, 0.3 / 3600),
    # healpy compares cosines, so discs below about 0.01 arcsec cannot be checked against it
    (23, 33.3, 88.8, 0.05 / 3600), (3, 77, 5, 100), (3, 77, 5, 179),
]:
    centre = hp.ang2vec(lon, lat, lonlat=True)
    exact = hp.query_disc(2**order, centre, np.radians(radius), inclusive=False, nest=True)
    factor = min(4, 2 ** (29 - order))
    inclusive = hp.query_disc(2**order, centre, np.radians(radius), inclusive=True, fact=factor, nest=True)
    discs.append(
        {
            "order": order, "ra": lon, "dec": lat, "radius": radius,
            "exact": [str(i) for i in sorted(exact.tolist())],
            "inclusive": [str(i) for i in sorted(inclusive.tolist())],
        }
    )

polygons = []
for order, vertices in [
    (4, [(10, 10), (40, 12), (35, 40), (8, 30)]),
    (5, [(350, -10), (10, -12), (5, 10), (355, 12)]),
    (6, [(0, 85), (90, 86), (180, 84), (270, 86)]),
    (9, [(200.0, -41.9), (200.9, -41.7), (200.4, -41.2)]),
    (12, [(285.38, 15.13), (285.40, 15.13), (285.40, 15.15), (285.38, 15.15)]),
    (20, [(100.0, -0.0001), (100.0002, -0.0001), (100.0001, 0.0001)]),
]:
    corners = np.array([hp.ang2vec(lon, lat, lonlat=True) for lon, lat in vertices])
    exact = hp.query_polygon(2**order, corners, inclusive=False, nest=True)
    inclusive = hp.query_polygon(2**order, corners, inclusive=True, fact=4, nest=True)
    polygons.append(
        {
            "order": order, "vertices": vertices,
            "exact": [str(i) for i in sorted(exact.tolist())],
            "inclusive": [str(i) for i in sorted(inclusive.tolist())],
        }
    )

with open(OUT, "w", encoding="utf-8") as file:
    json.dump(
        {"positions": positions, "pixels": pixels, "centres": centres, "discs": discs, "polygons": polygons},
        file, separators=(",", ":"),
    )
print(os.path.getsize(OUT), "bytes")
for d in discs + polygons:
    print(d["order"], len(d["exact"]), len(d["inclusive"]))
