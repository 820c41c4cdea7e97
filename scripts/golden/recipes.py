"""Small files of usual catalogues, with the columns that their publishers write, as astropy writes them: tests/fixtures/catalog/recipes/.
Positions, redshifts and names are made up. Run with astropy 8: python scripts/golden/recipes.py"""

from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.io.votable import from_table, writeto
from astropy.table import MaskedColumn, Table

OUT = Path(__file__).resolve().parents[2] / "tests" / "fixtures" / "catalog" / "recipes"
OUT.mkdir(parents=True, exist_ok=True)


def table_of(columns, path):
    hdu = fits.BinTableHDU.from_columns(columns)
    for key in ("CHECKSUM", "DATASUM"):
        hdu.header.pop(key, None)
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(OUT / path, overwrite=True)


# columns of doc/DESI_SPECTRO_REDUX/SPECPROD/zcatalog of desidatamodel: a warning, a second spectrum and a star are not to be loaded
table_of(
    [
        fits.Column("TARGETID", "K", array=[39627835576420449, 39627835576420450, 39627835576420451, 39627835576420452, 39627835576420453]),
        fits.Column("Z", "D", array=[0.0521, 1.2, 0.3, 0.0001, 2.1]),
        fits.Column("ZWARN", "K", array=[0, 4, 0, 0, 0]),
        fits.Column("COEFF", "10D", array=np.zeros((5, 10))),
        fits.Column("SPECTYPE", "6A", array=["GALAXY", "QSO", "GALAXY", "STAR", "QSO"]),
        fits.Column("TARGET_RA", "D", unit="deg", array=[150.1, 150.2, 150.3, 150.4, 150.5]),
        fits.Column("TARGET_DEC", "D", unit="deg", array=[2.1, 2.2, 2.3, 2.4, 2.5]),
        fits.Column("ZCAT_PRIMARY", "L", array=[True, True, False, True, True]),
    ],
    "zall-pix.fits",
)

table_of(
    [
        fits.Column("SPECOBJID", "22A", array=["299489676975171584", "299489676975171585", "299489676975171586", "299489676975171587"]),
        fits.Column("SPECPRIMARY", "B", array=[1, 1, 0, 1]),
        fits.Column("CLASS", "6A", array=["GALAXY", "STAR", "GALAXY", "QSO"]),
        fits.Column("Z", "E", array=[0.0213, 0.0002, 0.1, 1.5]),
        fits.Column("ZWARNING", "J", array=[0, 0, 0, 4]),
        fits.Column("PLUG_RA", "D", array=[146.7, 146.8, 146.9, 147.0]),
        fits.Column("PLUG_DEC", "D", array=[-1.0, -1.1, -1.2, -1.3]),
        fits.Column("THETA", "5E", array=np.zeros((4, 5))),
    ],
    "specObj.fits",
)


def votable_of(table, path):
    writeto(from_table(table), str(OUT / path), tabledata_format="tabledata")


glade = Table(masked=True)
glade["GLADE+"] = np.array([1, 2], dtype="i4")
glade["PGC"] = MaskedColumn([41361, 0], mask=[False, True], dtype="i4")
glade["Type"] = ["G", "Q"]
glade["RAJ2000"] = MaskedColumn([187.7, 10.2], unit="deg")
glade["DEJ2000"] = MaskedColumn([12.4, -3.1], unit="deg")
glade["Bmag"] = MaskedColumn([9.5, 0.0], mask=[False, True], unit="mag")
glade["zhelio"] = MaskedColumn([0.0042, 0.0], mask=[False, True])
votable_of(glade, "gladep.vot")

xsc = Table()
xsc["2MASX"] = ["12304942+1223279", "00424433+4116074"]
xsc["RAJ2000"] = MaskedColumn([187.70593, 10.684737], unit="deg")
xsc["DEJ2000"] = MaskedColumn([12.39112, 41.269035], unit="deg")
xsc["K.K20e"] = MaskedColumn([5.896, 1.285], unit="mag")
votable_of(xsc, "xsc.vot")

unwise = Table()
unwise["objID"] = ["0000m016o0000001", "0000m016o0000002"]
unwise["RAJ2000"] = MaskedColumn([0.01, 0.02], unit="deg")
unwise["DEJ2000"] = MaskedColumn([-1.5, -1.6], unit="deg")
unwise["FW1"] = np.array([120.5, 33.0], dtype="f4")
votable_of(unwise, "unwise.vot")

legacy = Table()
legacy["ls_id"] = np.array([10995123456789012, 10995123456789013, 10995123456789014], dtype="i8")
legacy["ra"] = [30.1, 30.2, 30.3]
legacy["dec"] = [1.1, 1.2, 1.3]
legacy["type"] = ["EXP", "PSF", "SER"]
legacy["mag_r"] = [19.5, 20.0, 22.1]
legacy["z_phot_median"] = [0.12, 0.4, -99.0]
legacy.write(OUT / "legacy.csv", format="ascii.csv", overwrite=True)
