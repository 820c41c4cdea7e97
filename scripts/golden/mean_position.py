"""Golden vectors of mean positions: python3 scripts/golden/mean_position.py > tests/fixtures/golden/mean_position.json

Means, scatter and standard errors of positions by astropy (SkyOffsetFrame has the spherical offsets; the tangent plane by WCS TAN) and numpy.
"""

import json

import numpy as np
from astropy import units as u
from astropy.coordinates import SkyCoord, UnitSphericalRepresentation
from astropy.wcs import WCS

rng = np.random.default_rng(20261123)
cases = []
for ra0, dec0, n, spread in [(150.1, 2.2, 12, 0.08), (0.00001, -30.5, 40, 0.2), (215.4, 89.9995, 9, 0.15), (83.8, -5.4, 2, 1.0)]:
    east, north = rng.normal(0, spread / 3600, (2, n))
    centre = SkyCoord(ra0, dec0, unit="deg")
    at = centre.directional_offset_by(np.degrees(np.arctan2(east, north)) * u.deg, np.hypot(east, north) * u.deg)
    mean = at.cartesian.mean().represent_as(UnitSphericalRepresentation)
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval = [mean.lon.deg, mean.lat.deg]
    wcs.wcs.cdelt = [1, 1]
    x, y = wcs.wcs_world2pix(at.ra.deg, at.dec.deg, 0)
    scatter = [float(np.std(v, ddof=1) * 3600) for v in (x, y)]
    cases.append(
        {
            "positions": [[float(r), float(d)] for r, d in zip(at.ra.deg, at.dec.deg)],
            "mean": [float(mean.lon.deg % 360), float(mean.lat.deg)],
            "scatter": scatter,
            "error": [v / n**0.5 for v in scatter],
        }
    )
print(json.dumps(cases))
