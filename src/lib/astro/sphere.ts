const DEG = 180 / Math.PI;
const RAD = Math.PI / 180;

type Row = readonly [number, number, number];
type Matrix = readonly [Row, Row, Row];

/** Right ascension brought into [0, 360) degrees. */
export function wrapRa(ra: number): number {
	const wrapped = ra % 360;
	const positive = wrapped < 0 ? wrapped + 360 : wrapped;
	// -1e-20 + 360 rounds to 360; the sum also turns -0 into 0
	return positive >= 360 ? 0 : positive + 0;
}

/** Great-circle distance of two ICRS positions (degrees) in arcsec, exact to rounding from 0 to 180 deg (Vincenty 1975). */
export function separationArcsec(ra1: number, dec1: number, ra2: number, dec2: number): number {
	const dRa = (ra2 - ra1) * RAD;
	const sin1 = Math.sin(dec1 * RAD);
	const cos1 = Math.cos(dec1 * RAD);
	const sin2 = Math.sin(dec2 * RAD);
	const cos2 = Math.cos(dec2 * RAD);
	const cosDRa = Math.cos(dRa);
	// cos1 sin2 - sin1 cos2 cos(dRa), without the loss of digits of nearby positions
	const half = Math.sin(dRa / 2);
	const along = Math.sin((dec2 - dec1) * RAD) + 2 * sin1 * cos2 * half * half;
	return Math.atan2(Math.hypot(cos2 * Math.sin(dRa), along), sin1 * sin2 + cos1 * cos2 * cosDRa) * DEG * 3600;
}

/** Position angle of the second position seen from the first, degrees east of north in [0, 360). */
export function positionAngleDeg(ra1: number, dec1: number, ra2: number, dec2: number): number {
	const dRa = (ra2 - ra1) * RAD;
	const cos2 = Math.cos(dec2 * RAD);
	const half = Math.sin(dRa / 2);
	const north = Math.sin((dec2 - dec1) * RAD) + 2 * Math.sin(dec1 * RAD) * cos2 * half * half;
	return wrapRa(Math.atan2(cos2 * Math.sin(dRa), north) * DEG);
}

// ESA SP-1200 (Hipparcos and Tycho catalogues), vol. 1, eq. 1.5.11
const GALACTIC: Matrix = [
	[-0.0548755604162154, -0.873437090234885, -0.483835015548713],
	[0.4941094278755837, -0.4448296299600112, 0.746982244497219],
	[-0.8676661490190047, -0.1980763734312015, 0.4559837761750669],
];

// mean obliquity at J2000.0, IAU 2006: 84381.406 arcsec
const OBLIQUITY = (84381.406 / 3600) * RAD;
const ECLIPTIC: Matrix = [
	[1, 0, 0],
	[0, Math.cos(OBLIQUITY), Math.sin(OBLIQUITY)],
	[0, -Math.sin(OBLIQUITY), Math.cos(OBLIQUITY)],
];

function transpose([a, b, c]: Matrix): Matrix {
	return [
		[a[0], b[0], c[0]],
		[a[1], b[1], c[1]],
		[a[2], b[2], c[2]],
	];
}

const dot = (row: Row, x: number, y: number, z: number): number => row[0] * x + row[1] * y + row[2] * z;

function rotate(matrix: Matrix, lonDeg: number, latDeg: number): { lon: number; lat: number } {
	const cosLat = Math.cos(latDeg * RAD);
	const x = cosLat * Math.cos(lonDeg * RAD);
	const y = cosLat * Math.sin(lonDeg * RAD);
	const z = Math.sin(latDeg * RAD);
	const u = dot(matrix[0], x, y, z);
	const v = dot(matrix[1], x, y, z);
	return { lon: wrapRa(Math.atan2(v, u) * DEG), lat: Math.atan2(dot(matrix[2], x, y, z), Math.hypot(u, v)) * DEG };
}

const FROM_GALACTIC = transpose(GALACTIC);
const FROM_ECLIPTIC = transpose(ECLIPTIC);

/** Galactic longitude in [0, 360) and latitude, degrees, of an ICRS position (matrix of ESA SP-1200). */
export function galacticFromIcrs(ra: number, dec: number): { lon: number; lat: number } {
	return rotate(GALACTIC, ra, dec);
}

/** ICRS position, degrees, of galactic longitude and latitude in degrees. */
export function icrsFromGalactic(lon: number, lat: number): { ra: number; dec: number } {
	const turned = rotate(FROM_GALACTIC, lon, lat);
	return { ra: turned.lon, dec: turned.lat };
}

/** Ecliptic longitude in [0, 360) and latitude, degrees, mean ecliptic of J2000 (obliquity 84381.406 arcsec, no frame bias). */
export function eclipticFromIcrs(ra: number, dec: number): { lon: number; lat: number } {
	return rotate(ECLIPTIC, ra, dec);
}

/** ICRS position, degrees, of mean J2000 ecliptic longitude and latitude in degrees. */
export function icrsFromEcliptic(lon: number, lat: number): { ra: number; dec: number } {
	const turned = rotate(FROM_ECLIPTIC, lon, lat);
	return { ra: turned.lon, dec: turned.lat };
}
