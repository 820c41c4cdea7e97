#!/usr/bin/env python3
"""Reads alert packets with fastavro, independently of Nightjar, and prints what each holds as one JSON document.

usage: packets.py SAMPLES  (SAMPLES = folder with alerts/ and schemas/; needs fastavro and cramjam, pip install both)

64-bit integers are written as decimal strings, absent values as null, images as [width, height, number of NaN pixels,
SHA-256 of the pixels as big-endian 32-bit floats in the order of the file]. The FITS reader is a few lines of struct, so that nothing is shared with the product but the data.
"""

import gzip
import hashlib
import json
import math
import pathlib
import re
import struct
import sys

import fastavro


def fits(data):
    """Shape and content of the first image of a FITS file, gzip'd or not; None for no image."""
    if not data:
        return None
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    if data[:6] != b"SIMPLE":
        return ["not FITS", len(data)]
    cards = {}
    at = 0
    while True:
        card = data[at : at + 80].decode("ascii")
        at += 80
        if card.startswith("END"):
            break
        if card[8:10] == "= ":
            cards[card[:8].strip()] = card[10:].split("/")[0].strip()
    start = -(-at // 2880) * 2880
    width, height, bits = int(cards["NAXIS1"]), int(cards["NAXIS2"]), int(cards["BITPIX"])
    kind = {-32: "f", -64: "d"}[bits]
    pixels = struct.unpack(f">{width * height}{kind}", data[start : start + width * height * abs(bits) // 8])
    # there are many NaN: one stands for all
    pixels = [math.nan if math.isnan(p) else p for p in pixels]
    digest = hashlib.sha256(struct.pack(f">{len(pixels)}f", *pixels)).hexdigest()
    return [width, height, sum(map(math.isnan, pixels)), digest]


def plain(value, type_=None):
    """JSON form of a decoded value; integers beyond 2^53 as text."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bytes):
        return {"image": fits(value)}
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    # timestamps come as datetime
    return str(value)


def without_defaults(schema):
    """The schema without defaults, which some surveys write illegally and fastavro refuses."""
    if isinstance(schema, list):
        return [without_defaults(s) for s in schema]
    if isinstance(schema, dict):
        return {k: without_defaults(v) for k, v in schema.items() if k != "default"}
    return schema


def lsst_schema(samples, schema_id):
    version = f"{schema_id // 100}_{schema_id % 100}"
    folder = samples / "schemas" / "lsst" / version
    named = {}
    for path in sorted(folder.glob("*.avsc")):
        named[path.name[: -len(".avsc")]] = without_defaults(json.loads(path.read_text()))
    done = set()

    def merged(schema):
        if isinstance(schema, str) and schema in named and schema not in done:
            done.add(schema)
            return merged(named[schema])
        if isinstance(schema, list):
            return [merged(s) for s in schema]
        if isinstance(schema, dict):
            return {k: merged(v) if k in ("type", "items", "fields") else v for k, v in schema.items()}
        return schema

    top = f"lsst.v{version}.alert"
    done.add(top)
    return fastavro.parse_schema(merged(named[top]))


def read(path, samples):
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    if data[:1] == b"\0":
        import io

        schema = lsst_schema(samples, struct.unpack(">I", data[1:5])[0])
        return [fastavro.schemaless_reader(io.BytesIO(data[5:]), schema)]
    import io

    return list(fastavro.reader(io.BytesIO(data)))


def main():
    samples = pathlib.Path(sys.argv[1])
    out = {}
    for survey in ("ztf", "lsst", "elasticc", "winter", "decam", "pgir", "atlas"):
        for path in sorted((samples / "alerts" / survey).rglob("*")):
            if re.search(r"\.avro(\.gz)?$", path.name):
                out[str(path.relative_to(samples / "alerts"))] = [plain(r) for r in read(path, samples)]
    json.dump(out, sys.stdout)


main()
