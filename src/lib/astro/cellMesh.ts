import { pointOf } from './healpixPixel.ts';

const RAD = Math.PI / 180;

/** Quads of HEALPix cells in map units. A cell on the seam is two quads. */
export interface CellMesh {
	readonly quads: number;
	/** Two triangles a quad: 6 vertices of x, y, 0. */
	readonly positions: Float32Array;
	/** The cell (index in the list given) that each quad belongs to. */
	readonly cellOf: Uint32Array;
}

function gather(value: number): number {
	let bits = value & 0x55555555;
	bits = (bits | (bits >>> 1)) & 0x33333333;
	bits = (bits | (bits >>> 2)) & 0x0f0f0f0f;
	bits = (bits | (bits >>> 4)) & 0x00ff00ff;
	return (bits | (bits >>> 8)) & 0xffff;
}

const corners = new Map<number, Float32Array>();
const CORNERS = [
	[1, 1],
	[0, 1],
	[0, 0],
	[1, 0],
] as const;

/** Longitude (degrees) and sine of the latitude of the corners N, W, S, E of every cell of an order; computed once. */
function cornersOfOrder(order: number): Float32Array {
	const known = corners.get(order);
	if (known) return known;
	const nside = 2 ** order;
	const perFace = nside * nside;
	const out = new Float32Array(12 * perFace * 8);
	for (let ipix = 0; ipix < 12 * perFace; ipix += 1) {
		const within = ipix % perFace;
		const face = (ipix - within) / perFace;
		const [x, y] = [gather(within), gather(within >>> 1)];
		for (let i = 0; i < 4; i += 1) {
			const [right, up] = CORNERS[i] ?? [0, 0];
			const { z, turned } = pointOf(nside, face, x + right, y + up);
			out[8 * ipix + 2 * i] = turned * 90;
			out[8 * ipix + 2 * i + 1] = z;
		}
	}
	corners.set(order, out);
	return out;
}

const lon = new Float64Array(4);

/** Longitudes of a cell's corners about the centre meridian, unwrapped; true where the seam (180 degrees) cuts it. */
function unwrap(all: Float32Array, at: number, ra0: number): boolean {
	const first = (((((all[at] ?? 0) - ra0 + 180) % 360) + 360) % 360) - 180;
	let [low, high] = [first, first];
	lon[0] = first;
	for (let i = 1; i < 4; i += 1) {
		const step = (all[at + 2 * i] ?? 0) - (all[at] ?? 0);
		const away = ((((step + 180) % 360) + 360) % 360) - 180;
		lon[i] = first + away;
		low = Math.min(low, first + away);
		high = Math.max(high, first + away);
	}
	return low < -180 || high > 180;
}

/** Floats of a quad: two triangles of x, y, 0. */
const QUAD = 18;
const CORNERS_OF_TRIANGLES = [0, 1, 2, 0, 2, 3] as const;
const [px, py] = [new Float64Array(4), new Float64Array(4)];

/** Writes the quad whose longitudes stand in `lon`, turned by `shift` degrees and cut at the seam. */
function writeQuad(all: Float32Array, at: number, shift: number, out: Float32Array, from: number): void {
	for (let i = 0; i < 4; i += 1) {
		const z = all[at + 2 * i + 1] ?? 0;
		const half = (Math.max(-180, Math.min(180, (lon[i] ?? 0) + shift)) * RAD) / 2;
		const cosDec = Math.sqrt(Math.max(0, 1 - z * z));
		const w = Math.sqrt(1 + cosDec * Math.cos(half));
		px[i] = (-2 * cosDec * Math.sin(half)) / w;
		py[i] = z / w;
	}
	let p = from;
	for (const corner of CORNERS_OF_TRIANGLES) {
		out[p] = px[corner] ?? 0;
		out[p + 1] = py[corner] ?? 0;
		p += 3;
	}
}

// What cells of the last order and middle look like: other nights have mostly the same ones.
const NOT_YET = 0;
const WHOLE = 1;
const CUT = 2;
let placed = { order: -1, ra0: 0, state: new Uint8Array(0), quads: new Float32Array(0) };

function placedFor(order: number, ra0: number): typeof placed {
	if (placed.order === order && placed.ra0 === ra0) return placed;
	const cells = 12 * 4 ** order;
	if (placed.order === order) placed.state.fill(NOT_YET);
	const kept =
		placed.order === order ? placed : { state: new Uint8Array(cells), quads: new Float32Array(cells * QUAD) };
	placed = { order, ra0, state: kept.state, quads: kept.quads };
	return placed;
}

/** Quads of cells (nested, of one order up to 6) about a centre meridian; columnar, for a map redraws them while it turns. */
export function cellMesh(order: number, ipix: Uint32Array, ra0: number): CellMesh {
	const all = cornersOfOrder(order);
	const { state, quads: known } = placedFor(order, ra0);
	let cuts = 0;
	for (const cell of ipix) {
		if (state[cell] === NOT_YET) {
			state[cell] = unwrap(all, 8 * cell, ra0) ? CUT : WHOLE;
			writeQuad(all, 8 * cell, 0, known, QUAD * cell);
		}
		if (state[cell] === CUT) cuts += 1;
	}
	const quads = ipix.length + cuts;
	const positions = new Float32Array(quads * QUAD);
	const cellOf = new Uint32Array(quads);
	let quad = 0;
	for (let cell = 0; cell < ipix.length; cell += 1) {
		const pixel = ipix[cell] ?? 0;
		const [to, from] = [QUAD * quad, QUAD * pixel];
		for (let i = 0; i < QUAD; i += 1) positions[to + i] = known[from + i] ?? 0;
		cellOf[quad] = cell;
		quad += 1;
		if (state[pixel] !== CUT) continue;
		// its other part, at the other edge of the map
		unwrap(all, 8 * pixel, ra0);
		writeQuad(all, 8 * pixel, (lon[0] ?? 0) > 0 ? -360 : 360, positions, QUAD * quad);
		cellOf[quad] = cell;
		quad += 1;
	}
	return { quads, positions, cellOf };
}

/** RGBA of cells spread over the vertices of their quads. */
export function spreadColours(mesh: CellMesh, rgba: Uint8Array): Uint8Array {
	const of = new Uint32Array(rgba.buffer, rgba.byteOffset, rgba.length / 4);
	const out = new Uint32Array(6 * mesh.quads);
	for (let quad = 0; quad < mesh.quads; quad += 1) out.fill(of[mesh.cellOf[quad] ?? 0] ?? 0, 6 * quad, 6 * quad + 6);
	return new Uint8Array(out.buffer);
}
