"""Golden vectors of MOCs: python3 scripts/golden/moc.py > tests/fixtures/golden/moc.json, with mocpy and astropy installed."""

import base64
import io
import json

import astropy.units as u
import mocpy
from astropy.coordinates import Latitude, Longitude


def fits_of(moc, pre_v2):
    stream = io.BytesIO()
    moc.serialize("fits", pre_v2=pre_v2).writeto(stream)
    return base64.b64encode(stream.getvalue()).decode()


cases = []
cones = [(10.68, 41.27, 1.0, 9), (0.0, 89.9, 3.0, 7), (359.99, -0.01, 0.05, 12), (120.0, -60.0, 20.0, 5)]
for ra, dec, radius, order in cones:
    moc = mocpy.MOC.from_cone(Longitude(ra * u.deg), Latitude(dec * u.deg), radius=radius * u.deg, max_depth=order)
    cases.append(
        {
            "name": f"cone {ra} {dec} {radius}",
            "order": order,
            "skyFraction": moc.sky_fraction,
            "ranges": [[str(a), str(b)] for a, b in moc.to_depth29_ranges],
            "json": moc.to_string("json"),
            "ascii": moc.to_string("ascii"),
            "fits": fits_of(moc, False),
            "fitsOld": fits_of(moc, True),
        }
    )
print(json.dumps({"mocpy": mocpy.__version__, "cases": cases}))
