#!/usr/bin/env python3
"""What published networks are fed, computed with numpy from packet bytes, independently of Nightjar.

usage: model_inputs.py SAMPLES > tests/fixtures/golden/model_inputs.json
(SAMPLES = folder with alerts/ztf; needs numpy and fastavro, pip install both)

Triplet and metadata follow Kowalski (skyportal/kowalski, ZTFAlert): science, template, difference; NaN to 0; each divided by its own
Euclidean norm, which must not be 0; then 1e-9 below and to the right up to 63 x 63. Metadata as sent, rb where drb is missing; ages from
the detections of the packet, both signs, and jdstarthist.

Of made-up stamps every 11th number of the tensor is written. Of real packets only eight projections are: sums of the tensor times
sin((i + 1)(k + 1) 0.7390851), which agree only if the tensors do; of metadata the arsinh is
summed, so that small numbers count as much as large ones.
"""

import base64
import gzip
import io
import json
import pathlib
import struct
import sys

import fastavro
import numpy as np

ACAI = (
    "drb diffmaglim ra dec magpsf sigmapsf chipsf fwhm sky chinr sharpnr sgscore1 distpsnr1 sgscore2 distpsnr2 sgscore3 distpsnr3 "
    "ndethist ncovhist scorr nmtchps clrcoeff clrcounc neargaia neargaiabright"
).split()
BTSBOT = (
    "sgscore1 distpsnr1 sgscore2 distpsnr2 fwhm magpsf sigmapsf chipsf ra dec diffmaglim ndethist nmtchps age days_since_peak "
    "days_to_peak peakmag_so_far drb ncovhist nnotdet chinr sharpnr scorr sky maxmag_so_far"
).split()


def read_fits(data):
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    cards, at = {}, 0
    while True:
        card = data[at : at + 80].decode("ascii")
        at += 80
        if card.startswith("END"):
            break
        if card[8:10] == "= ":
            cards[card[:8].strip()] = card[10:].split("/")[0].strip()
    start = -(-at // 2880) * 2880
    width, height, bits = int(cards["NAXIS1"]), int(cards["NAXIS2"]), int(cards["BITPIX"])
    kind = {-32: ">f4", -64: ">f8"}[bits]
    return np.frombuffer(data, kind, width * height, start).reshape(height, width).astype(np.float64)


def triplet(stamps):
    out = np.full((63, 63, 3), 1e-9)
    for channel, stamp in enumerate(stamps):
        limit = np.finfo(np.float32).max
        image = np.nan_to_num(read_fits(stamp), posinf=limit, neginf=-limit)
        norm = np.linalg.norm(image)
        if norm > 0:
            image = image / norm
        out[: image.shape[0], : image.shape[1], channel] = image
    return out.astype(np.float32)


def candidates(packet):
    candidate = dict(packet["candidate"])
    history = [*(packet["prv_candidates"] or []), candidate]
    seen = [p for p in history if p.get("magpsf") is not None]
    peak = min(seen, key=lambda p: (p["magpsf"], p["jd"]))
    first = min(candidate["jdstarthist"], *(p["jd"] for p in seen))
    candidate["age"] = candidate["jd"] - first
    candidate["days_since_peak"] = candidate["jd"] - peak["jd"]
    candidate["days_to_peak"] = peak["jd"] - first
    candidate["peakmag_so_far"] = peak["magpsf"]
    candidate["maxmag_so_far"] = max(p["magpsf"] for p in seen)
    candidate["nnotdet"] = candidate["ncovhist"] - candidate["ndethist"]
    if candidate.get("drb") is None:
        candidate["drb"] = candidate["rb"]
    return candidate


def projections(values, count):
    flat = np.asarray(values, np.float64).ravel()
    index = np.arange(1, flat.size + 1, dtype=np.float64)
    return [float(np.sum(flat * np.sin(index * (k + 1) * 0.7390851))) for k in range(count)]


def fits(image, bits=-32):
    height, width = image.shape
    cards = ["SIMPLE  =                    T", f"BITPIX  = {bits:20d}", "NAXIS   =                    2"]
    cards += [f"NAXIS1  = {width:20d}", f"NAXIS2  = {height:20d}", "END"]
    header = "".join(card.ljust(80) for card in cards).ljust(2880).encode()
    data = image.astype({-32: ">f4", -64: ">f8"}[bits]).tobytes()
    return header + data + bytes(-len(data) % 2880)


def made_up():
    """Small whole numbers, so that the stamps pack well."""

    def image(height, width, seed):
        y, x = np.mgrid[0:height, 0:width]
        source = 400 * np.exp(-((x - 31) ** 2 + (y - 31) ** 2) / 8)
        return np.rint(source * seed + (x * 7 + y * 13 + seed * 5) % 11 - 5)

    def set_of(height, width):
        return [image(height, width, seed) for seed in (1, 2, 3)]

    holes = set_of(63, 63)
    holes[1][10:17, 40:63] = np.nan
    holes[2][:, 0:4] = np.nan
    masked = set_of(63, 63)
    masked[1][5, 5] = -3.4e38
    infinite = set_of(63, 63)
    infinite[0][1, 2] = np.inf
    empty = set_of(63, 63)
    empty[1][:] = 0
    return {
        "plain": (set_of(63, 63), -32),
        "edge, fewer columns": (set_of(63, 43), -32),
        "edge, fewer rows": (set_of(54, 63), -32),
        "holes": (holes, -32),
        "all holes in the template": ([holes[0], np.full((63, 63), np.nan), holes[2]], -32),
        "template of zeros": (empty, -32),
        "masked pixel": (masked, -32),
        "infinite pixel": (infinite, -32),
        "doubles": (set_of(63, 63), -64),
    }


def rows(folder):
    for path in sorted(folder.glob("*/*.avro")):
        with open(path, "rb") as file:
            yield from fastavro.reader(file)


def main():
    synthetic = []
    for name, (images, bits) in made_up().items():
        stamps = [gzip.compress(fits(image, bits), 9, mtime=0) for image in images]
        tensor = triplet(stamps).ravel()
        synthetic.append(
            {
                "name": name,
                "stamps": [base64.b64encode(stamp).decode() for stamp in stamps],
                "values": [float(f"{v:.9g}") for v in tensor[::11]],
                "projections": projections(tensor, 8),
            }
        )
    real = {}
    for packet in rows(pathlib.Path(sys.argv[1]) / "alerts" / "ztf"):
        candidate = candidates(packet)
        stamps = [packet[f"cutout{kind}"]["stampData"] for kind in ("Science", "Template", "Difference")]
        metadata = {}
        for model, names in (("acai", ACAI), ("btsbot", BTSBOT)):
            values = [candidate.get(name) for name in names]
            assert all(value is not None for value in values), (model, values)
            metadata[model] = projections(np.arcsinh(np.array(values, np.float32).astype(np.float64)), 8)
        number = packet.get("candid") or candidate["candid"]
        real[str(number)] = {"triplet": projections(triplet(stamps), 8), **metadata}
    json.dump({"synthetic": synthetic, "real": real}, sys.stdout, separators=(",", ":"))
    print()


main()
