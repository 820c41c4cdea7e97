// HEALPix, nested scheme, orders 0 to 29, from the formulas of Gorski et al. 2005 (ApJ 622, 759), sections 4 and 5.
//
// The sphere is flattened so that pixels become squares standing on a corner: X = 2 ra / pi in [0, 4), and Y in [-1, 1]
// with Y = 3 z / 4 between the caps (|z| <= 2/3) and |Y| = 1 - sigma / 2, sigma = sqrt(3 (1 - |z|)), in the caps, where the
// distance in X from the middle of the quarter shrinks by sigma. The 12 base pixels are unit squares on a corner: 0 to 3
// with centres (k + 1/2, 1/2), 4 to 7 with (k, 0), 8 to 11 with (k + 1/2, -1/2). Inside one, x runs to the north-east and
// y to the north-west, both in [0, nside].

const RAD = Math.PI / 180;
const DEG = 180 / Math.PI;
export const MAX_ORDER = 29;
export function checkOrder(order: number): void {
	if (!Number.isInteger(order) || order < 0 || order > MAX_ORDER) {
		throw new RangeError(`HEALPix order ${order}: must be a whole number from 0 to ${MAX_ORDER}.`);
	}
}

/** Bits of a 16-bit number moved to the even places of 32. */
function spread(value: number): number {
	let bits = value & 0xffff;
	bits = (bits | (bits << 8)) & 0x00ff00ff;
	bits = (bits | (bits << 4)) & 0x0f0f0f0f;
	bits = (bits | (bits << 2)) & 0x33333333;
	return (bits | (bits << 1)) & 0x55555555;
}

/** The even places of 32 bits gathered into 16. */
function gather(value: number): number {
	let bits = value & 0x55555555;
	bits = (bits | (bits >>> 1)) & 0x33333333;
	bits = (bits | (bits >>> 2)) & 0x0f0f0f0f;
	bits = (bits | (bits >>> 4)) & 0x00ff00ff;
	return (bits | (bits >>> 8)) & 0xffff;
}

/** Writes the nested index as two 32-bit words, low first (little-endian hosts, as every one Node and browsers run on). */
function writeWords(order: number, face: number, x: number, y: number, words: Uint32Array, at: number): void {
	const shift = 2 * order;
	const low = spread(x) | (spread(y) << 1);
	const high = spread(x >>> 16) | (spread(y >>> 16) << 1);
	if (shift >= 32) {
		words[at] = low;
		words[at + 1] = high | (face << (shift - 32));
	} else {
		words[at] = low | (face << shift);
		words[at + 1] = shift > 28 ? face >>> (32 - shift) : 0;
	}
}

/** Writes the index of the pixel that holds a position; false when the position is none. Ties fall as in the reference software. */
function writeIpix(order: number, ra: number, dec: number, words: Uint32Array, at: number): boolean {
	// also false for NaN
	if (!(Math.abs(dec) <= 90 && Math.abs(ra) < 1e9)) return false;
	const nside = 2 ** order;
	let turned = (ra / 90) % 4;
	if (turned < 0) turned += 4;
	if (turned >= 4) turned = 0;
	// by the polar distance as healpy takes it: positions on the equator, where pixels meet, fall into the same pixel
	const z = Math.cos(Math.PI / 2 - dec * RAD);
	let face: number;
	let x: number;
	let y: number;
	if (Math.abs(z) <= 2 / 3) {
		// numbers of the rising and the falling line west of the position (eq. 21)
		const rising = Math.floor(nside * (turned + 0.5 + 0.75 * z));
		const falling = Math.floor(nside * (turned + 0.5 - 0.75 * z));
		const risingFace = Math.floor(rising / nside);
		const fallingFace = Math.floor(falling / nside);
		if (risingFace === fallingFace) face = 4 + (risingFace & 3);
		else face = risingFace > fallingFace ? fallingFace & 3 : 8 + (risingFace & 3);
		x = rising - risingFace * nside;
		y = nside - 1 - (falling - fallingFace * nside);
	} else {
		const quarter = Math.floor(turned);
		const within = turned - quarter;
		// sqrt(3 (1 - |z|)) by the sine of the distance from the pole, which keeps its digits there
		const sigma = Math.sin((90 - Math.abs(dec)) * RAD) * Math.sqrt(3 / (1 + Math.abs(z)));
		// numbers of the lines counted from the pole (eqs. 19 and 20)
		const west = Math.min(Math.floor(nside * sigma * within), nside - 1);
		const east = Math.min(Math.floor(nside * sigma * (1 - within)), nside - 1);
		face = z > 0 ? quarter : 8 + quarter;
		x = z > 0 ? nside - 1 - east : west;
		y = z > 0 ? nside - 1 - west : east;
	}
	writeWords(order, face, x, y, words, at);
	return true;
}

const oneIndex = new BigUint64Array(1);
const oneIndexWords = new Uint32Array(oneIndex.buffer);

/** Nested index at `order` (0 to 29) of the pixel that holds an ICRS position in degrees; any RA is wrapped. */
export function ipixOf(order: number, ra: number, dec: number): bigint {
	checkOrder(order);
	if (!writeIpix(order, ra, dec, oneIndexWords, 0)) throw new RangeError(`No such position: RA ${ra}, Dec ${dec}.`);
	return oneIndex[0] ?? 0n;
}

/** `ipixOf` for columns of positions (degrees), written into `out`; throws at the first that is no position. */
export function ipixToArray(order: number, ra: Float64Array, dec: Float64Array, out: BigUint64Array): void {
	checkOrder(order);
	if (dec.length !== ra.length || out.length < ra.length) throw new RangeError('Columns of different length.');
	const words = new Uint32Array(out.buffer, out.byteOffset, 2 * out.length);
	for (let i = 0; i < ra.length; i += 1) {
		const a = ra[i] ?? Number.NaN;
		const d = dec[i] ?? Number.NaN;
		if (!writeIpix(order, a, d, words, 2 * i)) throw new RangeError(`No such position in row ${i}: RA ${a}, Dec ${d}.`);
	}
}

export interface Cell {
	readonly face: number;
	readonly x: number;
	readonly y: number;
}

export function cellOf(order: number, ipix: bigint): Cell {
	checkOrder(order);
	if (ipix < 0n || ipix >= 12n << BigInt(2 * order))
		throw new RangeError(`No pixel ${ipix} at HEALPix order ${order}.`);
	const face = Number(ipix >> BigInt(2 * order));
	const within = ipix & ((1n << BigInt(2 * order)) - 1n);
	const low = Number(within & 0xffffffffn);
	const high = Number(within >> 32n);
	return { face, x: gather(low) | (gather(high) << 16), y: gather(low >>> 1) | (gather(high >>> 1) << 16) };
}

export function ipixOfCell(order: number, { face, x, y }: Cell): bigint {
	writeWords(order, face, x, y, oneIndexWords, 0);
	return oneIndex[0] ?? 0n;
}

/** A point of the sphere: z = sin(dec), sin(polar distance) and the angle RA in units of 90 degrees. */
export interface SpherePoint {
	readonly z: number;
	readonly sinTheta: number;
	readonly turned: number;
	/** Distance from the nearer pole in radians within the caps, NaN outside. */
	readonly fromPole: number;
}

/** The point at (x, y), each in [0, nside], of a base pixel (Gorski et al. 2005, eqs. 4 to 9, continued between centres). */
export function pointOf(nside: number, face: number, x: number, y: number): SpherePoint {
	const row = face >> 2;
	const east = (x - y) / (2 * nside);
	const column = (face & 3) + (row === 1 ? 0 : 0.5);
	// nside times sigma, exact in whole and half numbers; above nside outside the caps
	const scaledSigma = row === 0 ? 2 * nside - x - y : row === 2 ? x + y : nside;
	if (row === 1 || scaledSigma >= nside) {
		const z = (4 / 3) * ((x + y - nside) / (2 * nside) + (1 - row) / 2);
		return { z, sinTheta: Math.sqrt((1 - z) * (1 + z)), turned: column + east, fromPole: Number.NaN };
	}
	const sigma = scaledSigma / nside;
	const third = (sigma * sigma) / 3;
	return {
		z: row === 0 ? 1 - third : third - 1,
		sinTheta: Math.sqrt(third * (2 - third)),
		turned: sigma === 0 ? column : column + east / sigma,
		fromPole: 2 * Math.asin(sigma / Math.sqrt(6)),
	};
}

function positionOf({ z, turned, fromPole }: SpherePoint): { ra: number; dec: number } {
	const ra = (turned * 90 + 360) % 360;
	const dec = Number.isNaN(fromPole) ? Math.asin(z) * DEG : Math.sign(z) * (90 - fromPole * DEG);
	return { ra, dec };
}

/** ICRS position, degrees, of a pixel's centre. */
export function centreOf(order: number, ipix: bigint): { ra: number; dec: number } {
	const { face, x, y } = cellOf(order, ipix);
	return positionOf(pointOf(2 ** order, face, x + 0.5, y + 0.5));
}

/** ICRS positions, degrees, of a pixel's four corners: north, west, south, east. */
export function cornersOf(order: number, ipix: bigint): { ra: number; dec: number }[] {
	const { face, x, y } = cellOf(order, ipix);
	const corners: [number, number][] = [
		[x + 1, y + 1],
		[x, y + 1],
		[x, y],
		[x + 1, y],
	];
	return corners.map(([cx, cy]) => positionOf(pointOf(2 ** order, face, cx, cy)));
}
