"""Small tables of every type that catalogues use, as FITS and as the three forms of VOTable, with their values as astropy reads
them: tests/fixtures/catalog/. Run with astropy 5.2.1: /usr/bin/python3 scripts/golden/catalogs.py"""

import base64
import json
import math
import tempfile
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.io.votable import from_table, parse_single_table, writeto
from astropy.table import MaskedColumn, Table

OUT = Path(__file__).resolve().parents[2] / "tests" / "fixtures" / "catalog"
OUT.mkdir(parents=True, exist_ok=True)

table = Table(masked=True)
table["main_id"] = MaskedColumn(["alpha", "b", "gamma & <x>"], description="Name of the source")
table["ra"] = MaskedColumn([0.5, 359.75, 123.456789012345], unit="deg")
table["dec"] = MaskedColumn([-89.5, 0.0, 45.25], unit="deg")
table["mag"] = MaskedColumn(np.array([12.5, np.nan, 20.25], dtype="f4"), unit="mag")
table["objid"] = MaskedColumn(np.array([170587115523932323, -5, 7], dtype="i8"))
table["n"] = MaskedColumn(np.array([1, 2, 3], dtype="i4"), mask=[False, True, False])
table["flag"] = MaskedColumn(np.array([10, 20, 30], dtype="i2"))
table["byte"] = MaskedColumn(np.array([1, 128, 255], dtype="u1"))
table["good"] = MaskedColumn(np.array([True, False, True]))
table["colours"] = MaskedColumn(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], dtype="f4"))
table["type"] = MaskedColumn(["QSO", "", "G"])

UCDS = {"main_id": "meta.id;meta.main", "ra": "pos.eq.ra;meta.main", "dec": "pos.eq.dec;meta.main"}


def plain(value):
    if value is np.ma.masked:
        return None
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, bytes):
        value = value.decode()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, int) and abs(value) > 2**53 - 1:
        return str(value)
    return None if value == "" else value


votable = from_table(table)
single = votable.get_first_table()
for field in single.fields:
    field.ucd = UCDS.get(field.name)
single.get_field_by_id("n").values.null = -9999
for form in ("tabledata", "binary", "binary2"):
    path = OUT / f"{form}.vot"
    writeto(votable, str(path), tabledata_format=form)

read = parse_single_table(str(OUT / "binary2.vot")).to_table()
rows = [[plain(row[name]) for name in table.colnames if name != "colours"] for row in read]

# FITS: unsigned and scaled integers besides, and an image before the table
columns = [
    fits.Column("main_id", "16A", array=["alpha", "b", "gamma"]),
    fits.Column("ra", "D", unit="deg", array=table["ra"].data),
    fits.Column("dec", "D", unit="deg", array=table["dec"].data),
    fits.Column("mag", "E", unit="mag", array=table["mag"].data),
    fits.Column("objid", "K", array=table["objid"].data),
    fits.Column("n", "J", null=-99, array=[1, -99, 3]),
    fits.Column("scaled", "I", array=[2, 5, -2]),
    fits.Column("unsigned", "I", array=[-32768, 7232, 32767]),
    fits.Column("byte", "B", array=np.array([1, 128, 255], dtype="u1")),
    fits.Column("good", "L", array=[True, False, True]),
    fits.Column("bits", "11X", array=np.zeros((3, 11), dtype=bool)),
    fits.Column("colours", "2E", array=np.array([[1, 2], [3, 4], [5, 6]], dtype="f4")),
    fits.Column("type", "A", array=["Q", "", "G"]),
]
image = fits.ImageHDU(np.zeros((3, 5), dtype="f4"))
path = Path(tempfile.mkdtemp()) / "table.fits"
fits.HDUList([fits.PrimaryHDU(), image]).writeto(path, overwrite=True)
plain_table = Path(tempfile.mkdtemp()) / "plain.fits"
fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns(columns)]).writeto(plain_table)
for key, value in (("TSCAL7", 0.5), ("TZERO7", 10.0), ("TZERO8", 32768)):
    fits.setval(plain_table, key, value=value, ext=1)
path.write_bytes(path.read_bytes() + plain_table.read_bytes()[2880:])
with fits.open(path) as opened:
    data = opened[2].data
    kept = [c.name for c in columns if c.name not in ("bits", "colours")]
    fits_rows = [[plain(row[name]) for name in kept] for row in data]
for row in fits_rows:
    if row[kept.index("n")] == -99:
        row[kept.index("n")] = None

(OUT / "expected.json").write_text(json.dumps({"votable": rows, "fits": fits_rows, "fitsBase64": base64.b64encode(path.read_bytes()).decode()}, indent="\t") + "\n")
