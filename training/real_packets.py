"""Writes the real ZTF alerts of Fink's sample tables as Avro packets, so that the ingest's own code reads them.

Use: python training/real_packets.py SAMPLES OUT

SAMPLES is the folder that NIGHTJAR_SAMPLES names. Beside the packets OUT/labels.jsonl says what each table knows of an alert; the
packets of the other sample folders are linked in. Used for measuring only: no model is trained or tuned on these rows.
"""
import glob
import json
import math
import os
import shutil
import sys

import fastavro
import pyarrow.parquet as pq

TABLES = {"cloud": "alerts", "young": "part-0-0-435829", "mixed": "superluminous_test_alerts"}
FOLDERS = ("boom", "kowalski_20200202", "alerce_samples", "ztf-avro-alert")
LABELS = ("cdsxmatch", "tnsclass", "gcvs")


def fill(schema, record):
    """A record with every field of the schema; what the table lacks is null, whole numbers are whole again."""
    out = {}
    for field in schema["fields"]:
        out[field["name"]] = value_of(field["type"], (record or {}).get(field["name"]))
    return out


def value_of(kind, value):
    if isinstance(kind, list):
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return None
        return value_of([one for one in kind if one != "null"][0], value)
    if isinstance(kind, dict):
        if kind["type"] == "record":
            return fill(kind, value)
        if kind["type"] == "array":
            return None if value is None else [value_of(kind["items"], one) for one in value]
        return value_of(kind["type"], value)
    if kind in ("int", "long"):
        return 0 if value is None else int(value)
    if kind in ("float", "double"):
        return math.nan if value is None else float(value)
    if kind == "string":
        return "" if value is None else str(value)
    if kind == "bytes":
        return b"" if value is None else bytes(value)
    return value


def main(samples, out):
    os.makedirs(out, exist_ok=True)
    parts = ("cutout", "candidate", "prv_candidate", "fp_hist", "alert")
    schema = fastavro.schema.load_schema_ordered([f"{samples}/schemas/ztf/{part}.avsc" for part in parts])
    expanded = fastavro.schema.expand_schema(schema)
    labels = []
    seen = set()
    for name, table in TABLES.items():
        rows = pq.read_table(f"{samples}/alerts/fink_ztf/{table}.parquet").to_pylist()
        for row in rows:
            candid = str(row["candid"])
            if candid in seen:
                continue
            seen.add(candid)
            row["publisher"] = row.get("publisher") or "ZTF"
            with open(f"{out}/{candid}.avro", "wb") as file:
                fastavro.writer(file, schema, [fill(expanded, row)])
            labels.append({"set": name, "alertId": candid, "object": row["objectId"],
                           **{key: row.get(key) for key in LABELS if isinstance(row.get(key), str)},
                           "drb": row["candidate"].get("drb"), "rb": row["candidate"].get("rb"),
                           "drbversion": row["candidate"].get("drbversion") or "",
                           "ndethist": row["candidate"].get("ndethist"), "sgscore1": row["candidate"].get("sgscore1"),
                           "distpsnr1": row["candidate"].get("distpsnr1"), "exptime": row["candidate"].get("exptime")})
    for folder in FOLDERS:
        for path in sorted(glob.glob(f"{samples}/alerts/ztf/{folder}/**/*.avro", recursive=True)):
            with open(path, "rb") as file:
                if file.read(4) != b"Obj\x01":
                    continue
                file.seek(0)
                for record in fastavro.reader(file):
                    c = record["candidate"]
                    candid = str(record.get("candid") or c["candid"])
                    if candid in seen:
                        continue
                    seen.add(candid)
                    shutil.copy(path, f"{out}/{candid}.avro")
                    labels.append({"set": folder, "alertId": candid, "object": record["objectId"],
                                   **{key: c.get(key) for key in ("drb", "rb", "ndethist", "sgscore1", "distpsnr1", "exptime")},
                                   "drbversion": c.get("drbversion") or ""})
    with open(f"{out}/labels.jsonl", "w") as file:
        for row in labels:
            file.write(json.dumps(row) + "\n")
    print(f"{len(labels)} alerts in {out}")


main(*sys.argv[1:])
