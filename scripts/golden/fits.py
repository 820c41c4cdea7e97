#!/usr/bin/python3
"""Writes tests/fixtures/golden/fits.json with astropy (Debian python3-astropy 5.2.1): FITS files (gzip'd, base64), what
astropy reads from them, and zscale limits of astropy's ZScaleInterval. null stands for NaN."""

import base64
import gzip
import io
import json
import os

import numpy as np
from astropy.io import fits
from astropy.visualization import ZScaleInterval
from astropy.wcs import WCS

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "..", "..", "tests", "fixtures", "golden", "fits.json")
rng = np.random.default_rng(1981)


def plain(values):
    return [float(v) if np.isfinite(v) else None for v in np.asarray(values, dtype=np.float32).ravel()]


def packed(hdus):
    buffer = io.BytesIO()
    fits.HDUList(hdus).writeto(buffer)
    raw = buffer.getvalue()
    images = []
    for hdu in fits.open(io.BytesIO(raw)):
        if isinstance(hdu, (fits.ImageHDU, fits.PrimaryHDU)) and hdu.data is not None and hdu.data.ndim >= 2:
            data = hdu.data
            images.append({"name": hdu.name if hdu.name != "PRIMARY" else "", "width": data.shape[-1], "height": data.shape[-2], "data": plain(data)})
    return {"gzip": base64.b64encode(gzip.compress(raw, mtime=0)).decode(), "images": images}


files = {}
image = rng.normal(100, 5, (5, 7)).astype(np.float32)
image[2, 3] = np.nan
files["float32 with NaN"] = packed([fits.PrimaryHDU(image)])
files["float64"] = packed([fits.PrimaryHDU(rng.normal(0, 1e5, (4, 6)))])
files["uint16 by BZERO"] = packed([fits.PrimaryHDU(rng.integers(0, 65536, (6, 5)).astype(np.uint16))])

scaled = fits.PrimaryHDU(rng.integers(-32000, 32000, (4, 4)).astype(np.int16))
scaled.header["BSCALE"] = 0.25
scaled.header["BZERO"] = 10.5
scaled.header["BLANK"] = int(scaled.data[1, 1])
files["int16 with BSCALE and BLANK"] = packed([scaled])
files["uint8"] = packed([fits.PrimaryHDU(rng.integers(0, 256, (3, 9)).astype(np.uint8))])
files["int32"] = packed([fits.PrimaryHDU(rng.integers(-(2**31), 2**31, (3, 3)).astype(np.int32))])
files["int64"] = packed([fits.PrimaryHDU(rng.integers(-(2**60), 2**60, (3, 3)).astype(np.int64))])
files["three HDUs"] = packed(
    [
        fits.PrimaryHDU(rng.normal(0, 50, (30, 30)).astype(np.float32)),
        fits.ImageHDU(np.full((30, 30), 2.5, dtype=np.float32), name="UNCERT"),
        fits.ImageHDU(np.round(rng.normal(0, 1, (11, 11)), 2), name="PSFIMAGE"),
    ]
)
table = fits.BinTableHDU.from_columns([fits.Column("UNIQ", "K", array=np.arange(5)), fits.Column("T", "PA()", array=np.array(["ab", "c", "def", "", "x"], dtype=object))])
files["empty primary, table, then image"] = packed([fits.PrimaryHDU(), table, fits.ImageHDU(image, name="SCI")])

header = fits.Header()
header["TEXT"] = ("O'Brien / son", "quotes and a slash")
header["LOGIC"] = True
header["EXPO"] = 1.5e-300
header["HUGE"] = 170587115523932323
header["LONG"] = "x" * 150
header["COMMENT"] = "nothing"
files["cards"] = packed([fits.PrimaryHDU(np.zeros((2, 2), dtype=np.float32), header=header)])

orientations = []
for name, cards in {
    "CD, usual": {"CD1_1": -2.8e-4, "CD1_2": 0.0, "CD2_1": 0.0, "CD2_2": 2.8e-4},
    "CD turned by 30": {"CD1_1": -2.4e-4, "CD1_2": 1.4e-4, "CD2_1": 1.4e-4, "CD2_2": 2.4e-4},
    "CD mirrored": {"CD1_1": 2.8e-4, "CD1_2": 1e-5, "CD2_1": -1e-5, "CD2_2": 2.8e-4},
    "PC with CDELT": {"PC1_1": 0.6, "PC1_2": -0.8, "PC2_1": 0.8, "PC2_2": 0.6, "CDELT1": -1e-4, "CDELT2": 1e-4},
    "CROTA2": {"CROTA2": 64.0, "CDELT1": -1e-4, "CDELT2": 1e-4},
    "declination first": {"CTYPE1": "DEC--TAN", "CTYPE2": "RA---TAN", "CRVAL1": 5.0, "CRVAL2": 120.0, "CD1_1": 1e-4, "CD1_2": 3e-5, "CD2_1": 3e-5, "CD2_2": -1e-4},
    "CROTA2, unequal steps": {"CROTA2": -130.0, "CDELT1": -1e-4, "CDELT2": 3e-4},
}.items():
    wcs_header = fits.Header()
    wcs_header.update({"NAXIS": 2, "CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRPIX1": 16, "CRPIX2": 16, "CRVAL1": 120.0, "CRVAL2": 5.0})
    wcs_header.update(cards)
    wcs = WCS(wcs_header)
    sky = np.array([[120.0, 5.0], [120.0, 5.00001], [120.00001, 5.0]])
    x, y = wcs.wcs_world2pix(sky[:, ::-1] if name == "declination first" else sky, 1).T
    orientations.append({"name": name, "cards": cards, "north": [x[1] - x[0], y[1] - y[0]], "east": [x[2] - x[0], y[2] - y[0]]})

zscales = []
yy, xx = np.mgrid[0:30, 0:30]
for name, data in {
    "noise": rng.normal(100, 5, (30, 30)),
    "a star": rng.normal(100, 5, (30, 30)) + 5000 * np.exp(-((xx - 15) ** 2 + (yy - 14) ** 2) / 8),
    "a slope": xx * 3.0 + yy + rng.normal(0, 0.1, (30, 30)),
    "flat": np.full((10, 10), 7.0),
    "few": np.array([[1.0, 2.0], [3.0, 9.0]]),
}.items():
    rounded = np.round(data, 2)
    low, high = ZScaleInterval(n_samples=1000, contrast=0.25).get_limits(rounded)
    zscales.append({"name": name, "data": rounded.ravel().tolist(), "low": float(low), "high": float(high)})

with open(OUT, "w", encoding="utf-8") as file:
    json.dump({"files": files, "orientations": orientations, "zscales": zscales}, file, separators=(",", ":"))
print(os.path.getsize(OUT), "bytes")
