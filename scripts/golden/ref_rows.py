"""Twelve comparison fields of real ZTF alerts (or of any folder of ZTF packets) as JSON, for bench/simulator.ts.

Use: python scripts/golden/ref_rows.py [FOLDER OF PACKETS] > ref_rows.json
Without a folder the reference set is read from NIGHTJAR_SAMPLES: every ZTF alert except the cloudy night of 2019 and
the 240 s exposures. Needs fastavro, pyarrow, astropy, numpy and python-snappy (or cramjam).
"""
import glob
import gzip
import io
import json
import math
import os
import sys

import fastavro
import numpy as np
import pyarrow.parquet as pq
from astropy.io import fits


def packets(folder):
    for path in sorted(glob.glob(folder + "/**/*.avro", recursive=True)):
        with open(path, "rb") as file:
            if file.read(4) != b"Obj\x01":
                continue
            file.seek(0)
            for record in fastavro.reader(file):
                yield os.path.basename(os.path.dirname(path)), record


def reference(samples):
    seen = set()
    parquet = samples + "/alerts/fink_ztf/"
    for name in ("part-0-0-435829", "superluminous_test_alerts"):
        for record in pq.read_table(parquet + name + ".parquet").to_pylist():
            yield name, record
    for folder in ("boom", "kowalski_20200202", "alerce_samples", "ztf-avro-alert"):
        yield from packets(samples + "/alerts/ztf/" + folder)


def stamp_noise(record):
    cutout = record.get("cutoutDifference")
    if not cutout:
        return None
    data = cutout["stampData"]
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    try:
        image = fits.open(io.BytesIO(data), ignore_missing_end=True)[0].data.astype(float)
    except Exception:
        return None
    image[np.abs(image) > 1e30] = np.nan
    yy, xx = np.mgrid[: image.shape[0], : image.shape[1]]
    ring = image[np.hypot(xx - 31, yy - 31) > 10]
    ring = ring[np.isfinite(ring)]
    if ring.size < 100:
        return None
    noise = 1.4826 * np.median(np.abs(ring - np.median(ring)))
    return math.log10(noise) if noise > 0 else None


def log10(value):
    return math.log10(value) if value is not None and value > 0 else None


def number(value):
    return None if value is None or (isinstance(value, float) and math.isnan(value)) or value <= -900 else float(value)


def row(name, record):
    c = record["candidate"]
    previous = record.get("prv_candidates")
    previous = [] if previous is None else list(previous)
    limits = sum(1 for p in previous if p.get("magpsf") is None or (isinstance(p["magpsf"], float) and math.isnan(p["magpsf"])))
    magnr = number(c["magnr"])
    return {
        "set": name,
        "object": record["objectId"],
        "candid": str(record.get("candid") or c.get("candid")),
        "drb": number(c.get("drb")),
        "exptime": number(c.get("exptime")),
        "band": int(c["fid"]),
        "fields": [
            None if number(c["diffmaglim"]) is None else c["magpsf"] - c["diffmaglim"],
            number(c["sigmapsf"]),
            number(c["diffmaglim"]),
            number(c["fwhm"]),
            log10(number(c.get("scorr"))),
            log10(number(c["distnr"])),
            None if magnr is None else magnr - c["magpsf"],
            number(c["sgscore1"]),
            log10(number(c["chinr"])),
            log10(c["ndethist"]),
            limits / len(previous) if previous else None,
            stamp_noise(record),
        ],
    }


def main():
    if len(sys.argv) > 1:
        source = packets(sys.argv[1])
    else:
        source = reference(os.environ["NIGHTJAR_SAMPLES"])
    rows, seen = [], set()
    for name, record in source:
        made = row(name, record)
        if made["candid"] in seen or (made["exptime"] or 30) > 100:
            continue
        seen.add(made["candid"])
        rows.append(made)
    json.dump(rows, sys.stdout)


main()
