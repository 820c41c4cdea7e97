// Covers of discs and polygons by HEALPix pixels, nested scheme.

import { checkOrder, type Cell, ipixOfCell, MAX_ORDER, pointOf, type SpherePoint } from './healpixPixel.ts';

const RAD = Math.PI / 180;
const DEG = 180 / Math.PI;
/** Covers with more pieces than this are refused: the order is far too fine for the region. */
const MAX_PIECES = 1_000_000;

type Vector = readonly [number, number, number];

function vectorOfPoint({ z, sinTheta, turned }: SpherePoint): Vector {
	const lon = (turned * Math.PI) / 2;
	return [sinTheta * Math.cos(lon), sinTheta * Math.sin(lon), z];
}

function vectorOf(ra: number, dec: number): Vector {
	if (!(Math.abs(dec) <= 90 && Math.abs(ra) < 1e9)) throw new RangeError(`No such position: RA ${ra}, Dec ${dec}.`);
	const cosDec = Math.sin((90 - Math.abs(dec)) * RAD);
	return [cosDec * Math.cos(ra * RAD), cosDec * Math.sin(ra * RAD), Math.sin(dec * RAD)];
}

/** Square of the chord of an angle in radians, 4 from pi on. */
function chordSquared(angle: number): number {
	const half = Math.sin(Math.min(angle, Math.PI) / 2);
	return 4 * half * half;
}

function distanceSquared(a: Vector, b: Vector): number {
	const x = a[0] - b[0];
	const y = a[1] - b[1];
	const z = a[2] - b[2];
	return x * x + y * y + z * z;
}

/**
 * Radians from centre to farthest corner of the largest pixel of each order: the one in the western corner of base pixel 0,
 * from its centre (z = 2/3) to its northern corner.
 */
const MAX_RADIUS: readonly number[] = Array.from({ length: MAX_ORDER + 3 }, (_, order) => {
	const nside = 2 ** order;
	const centre = vectorOfPoint(pointOf(nside, 0, 0.5, nside - 0.5));
	const corner = vectorOfPoint(pointOf(nside, 0, 1, nside));
	return 2 * Math.asin(Math.sqrt(distanceSquared(centre, corner)) / 2);
});

/** What a region says of a cell with this centre at this order: surely outside, surely inside, or in need of a closer look. */
type Region = (centre: Vector, order: number) => 'out' | 'in' | 'edge';

/** Orders below a border pixel at which it is looked at again, so that few pixels are taken without need. */
const CLOSER = 2;

/** Whether any part of a cell survives `CLOSER` orders below the cover's own. */
function touches(region: Region, cell: Cell, order: number, last: number): boolean {
	const nside = 2 ** order;
	const centre = vectorOfPoint(pointOf(nside, cell.face, cell.x + 0.5, cell.y + 0.5));
	const side = region(centre, order);
	if (side !== 'edge') return side === 'in';
	if (order === last) return true;
	for (let child = 0; child < 4; child += 1) {
		const part = { face: cell.face, x: 2 * cell.x + (child & 1), y: 2 * cell.y + (child >> 1) };
		if (touches(region, part, order + 1, last)) return true;
	}
	return false;
}

/** Half-open ranges at `order`, ascending and merged, of all pixels that the region may touch. */
function coverOf(order: number, region: Region): [bigint, bigint][] {
	checkOrder(order);
	const ranges: [bigint, bigint][] = [];
	const take = (cell: Cell, level: number): void => {
		const shift = BigInt(2 * (order - level));
		const first = ipixOfCell(level, cell) << shift;
		const end = first + (1n << shift);
		const last = ranges.at(-1);
		if (last?.[1] === first) last[1] = end;
		else ranges.push([first, end]);
		if (ranges.length > MAX_PIECES) {
			throw new RangeError(`A cover at HEALPix order ${order} has more than ${MAX_PIECES} pieces: take a lower order.`);
		}
	};
	const visit = (cell: Cell, level: number): void => {
		const centre = vectorOfPoint(pointOf(2 ** level, cell.face, cell.x + 0.5, cell.y + 0.5));
		const side = region(centre, level);
		if (side === 'out') return;
		if (side === 'in') {
			take(cell, level);
			return;
		}
		if (level === order) {
			if (touches(region, cell, level, level + CLOSER)) take(cell, level);
			return;
		}
		for (let child = 0; child < 4; child += 1) {
			visit({ face: cell.face, x: 2 * cell.x + (child & 1), y: 2 * cell.y + (child >> 1) }, level + 1);
		}
	};
	for (let face = 0; face < 12; face += 1) visit({ face, x: 0, y: 0 }, 0);
	return ranges;
}

/** Radians added to every bound, far below the finest pixel (2e-9) and above rounding. */
const SLACK = 1e-14;

/** Half-open ranges of nested indices at `order`, ascending and merged, that cover a disc on the sky (degrees): no pixel it touches is missing. */
export function discRanges(order: number, ra: number, dec: number, radiusDeg: number): [bigint, bigint][] {
	checkOrder(order);
	if (!(radiusDeg >= 0)) throw new RangeError(`Disc radius ${radiusDeg}: must be 0 or more degrees.`);
	const target = vectorOf(ra, dec);
	const radius = Math.min(radiusDeg * RAD, Math.PI) + SLACK;
	const outer = MAX_RADIUS.map((reach) => chordSquared(radius + reach));
	// a disc of 180 degrees holds everything; a cell wider than the disc is never inside it
	const inner = MAX_RADIUS.map((reach) => (radius >= Math.PI ? 5 : radius > reach ? chordSquared(radius - reach) : -1));
	return coverOf(order, (centre, level) => {
		const distance = distanceSquared(centre, target);
		if (distance <= (inner[level] ?? -1)) return 'in';
		return distance > (outer[level] ?? 4) ? 'out' : 'edge';
	});
}

/** The pixels of `discRanges` one by one, ascending; refused above a million. */
export function discPixels(order: number, ra: number, dec: number, radiusDeg: number): bigint[] {
	return pixelsOf(discRanges(order, ra, dec, radiusDeg));
}

/** The pixels of half-open ranges one by one; refused above a million. */
export function pixelsOf(ranges: readonly (readonly [bigint, bigint])[]): bigint[] {
	const count = ranges.reduce((sum, [first, end]) => sum + (end - first), 0n);
	if (count > BigInt(MAX_PIECES)) {
		throw new RangeError(`${count} pixels are too many to list (limit ${MAX_PIECES}): take ranges or a lower order.`);
	}
	const pixels: bigint[] = [];
	for (const [first, end] of ranges) for (let ipix = first; ipix < end; ipix += 1n) pixels.push(ipix);
	return pixels;
}

const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: Vector, b: Vector): Vector => [
	a[1] * b[2] - a[2] * b[1],
	a[2] * b[0] - a[0] * b[2],
	a[0] * b[1] - a[1] * b[0],
];
const scaled = (a: Vector, factor: number): Vector => [a[0] * factor, a[1] * factor, a[2] * factor];
const length = (a: Vector): number => Math.hypot(a[0], a[1], a[2]);

/** A side of a polygon: the shorter great-circle arc between two corners. */
interface Side {
	readonly from: Vector;
	readonly to: Vector;
	/** Unit normal of its plane; null where both corners are one point. */
	readonly pole: Vector | null;
}

function sideOf(from: Vector, to: Vector): Side {
	// (from - to) x (from + to) keeps its digits for near corners, unlike from x to
	const normal = cross(
		[from[0] - to[0], from[1] - to[1], from[2] - to[2]],
		[from[0] + to[0], from[1] + to[1], from[2] + to[2]],
	);
	const size = length(normal);
	return { from, to, pole: size > 0 ? scaled(normal, 1 / size) : null };
}

/** Radians from a point to the nearest point of a side. */
function distanceToSide(point: Vector, { from, to, pole }: Side): number {
	if (pole !== null && dot(cross(pole, from), point) >= 0 && dot(cross(to, pole), point) >= 0) {
		// from the corner rather than from the plane through the origin, for the digits of tiny polygons
		const offset: Vector = [point[0] - from[0], point[1] - from[1], point[2] - from[2]];
		return Math.abs(Math.asin(Math.max(-1, Math.min(1, dot(pole, offset)))));
	}
	return 2 * Math.asin(Math.min(1, Math.sqrt(Math.min(distanceSquared(point, from), distanceSquared(point, to))) / 2));
}

/** A test for points inside a polygon that fits into a hemisphere: great circles are straight in the gnomonic projection. */
function insideOf(corners: readonly Vector[]): (point: Vector) => boolean {
	const sum = corners.reduce<Vector>((total, c) => [total[0] + c[0], total[1] + c[1], total[2] + c[2]], [0, 0, 0]);
	const size = length(sum);
	const middle = size > 0 ? scaled(sum, 1 / size) : sum;
	if (!corners.every((corner) => dot(corner, middle) > 0.01)) {
		throw new RangeError('A polygon must fit well within a hemisphere.');
	}
	const helper: Vector = Math.abs(middle[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0];
	const across = cross(helper, middle);
	const east = scaled(across, 1 / length(across));
	const north = cross(middle, east);
	const flatten = (v: Vector): readonly [number, number] => {
		// differences from the middle keep their digits in tiny polygons
		const d: Vector = [v[0] - middle[0], v[1] - middle[1], v[2] - middle[2]];
		const depth = dot(v, middle);
		return [dot(d, east) / depth, dot(d, north) / depth];
	};
	const flat = corners.map(flatten);
	return (point) => {
		if (dot(point, middle) <= 0) return false;
		const [u, v] = flatten(point);
		let inside = false;
		let [u1, v1] = flat.at(-1) ?? [0, 0];
		for (const [u2, v2] of flat) {
			if (v1 > v !== v2 > v && u < u1 + ((v - v1) / (v2 - v1)) * (u2 - u1)) inside = !inside;
			[u1, v1] = [u2, v2];
		}
		return inside;
	};
}

/**
 * Half-open ranges of nested indices at `order`, ascending and merged, that cover a polygon of great-circle sides (ICRS
 * degrees, either sense, convex or not, within a hemisphere): no pixel it touches is missing.
 */
export function polygonRanges(
	order: number,
	vertices: readonly { readonly ra: number; readonly dec: number }[],
): [bigint, bigint][] {
	if (vertices.length < 3) throw new RangeError(`A polygon needs 3 or more corners, not ${vertices.length}.`);
	const corners = vertices.map(({ ra, dec }) => vectorOf(ra, dec));
	const sides = corners.map((corner, index) => sideOf(corner, corners[(index + 1) % corners.length] ?? corner));
	const inside = insideOf(corners);
	return coverOf(order, (centre, level) => {
		const reach = (MAX_RADIUS[level] ?? 0) + SLACK;
		if (sides.some((side) => distanceToSide(centre, side) <= reach)) return 'edge';
		return inside(centre) ? 'in' : 'out';
	});
}

/** Order whose pixels are about half the radius (degrees) wide, so that `discPixels` gives 15 to 60 of them where the sky allows. */
export function coverOrder(radiusDeg: number): number {
	if (!(radiusDeg > 0)) return MAX_ORDER;
	// width of a pixel: sqrt(4 pi / 12) radians / nside
	const width = Math.sqrt(Math.PI / 3) * DEG;
	return Math.min(MAX_ORDER, Math.max(0, Math.round(Math.log2((2 * width) / radiusDeg) + 0.25)));
}
