/** Point spread functions: Moffat profiles of beta 3, integrated over pixels, kept for 1/16 pixel shifts. */

const cache = new Map<number, Float32Array>();
const CACHE_LIMIT = 6000;

/** Half-size in pixels of the box of a profile of this FWHM. */
export function psfHalf(fwhmPixels: number, bright: boolean): number {
	return Math.min(31, Math.max(6, Math.ceil((bright ? 7 : 3.2) * fwhmPixels)));
}

/** Moffat (beta 3) of unit total flux on a box of side 2 half + 1, centred (shiftX, shiftY) pixels off its middle; cached to 1/16 pixel and 5 % in FWHM. */
export function psfBox(fwhmPixels: number, shiftX: number, shiftY: number, half: number): Float32Array {
	const width = Math.round(Math.log(Math.max(0.6, fwhmPixels)) / 0.05);
	const sx = Math.round((shiftX + 0.5) * 16);
	const sy = Math.round((shiftY + 0.5) * 16);
	const name = (((width + 40) * 32 + sx) * 32 + sy) * 64 + half;
	const found = cache.get(name);
	if (found) return found;
	const made = makeBox(Math.exp(width * 0.05), sx / 16 - 0.5, sy / 16 - 0.5, half);
	if (cache.size > CACHE_LIMIT) cache.clear();
	cache.set(name, made);
	return made;
}

function makeBox(fwhm: number, shiftX: number, shiftY: number, half: number): Float32Array {
	const alpha = fwhm / (2 * Math.sqrt(2 ** (1 / 3) - 1));
	// total flux of (1 + r^2/alpha^2)^-3 over the plane is pi alpha^2 / 2
	const norm = 2 / (Math.PI * alpha * alpha);
	const side = 2 * half + 1;
	const box = new Float32Array(side * side);
	const inverse = 1 / (alpha * alpha);
	for (let y = -half; y <= half; y++) {
		for (let x = -half; x <= half; x++) {
			const near = Math.abs(x) < 4 && Math.abs(y) < 4;
			const steps = near ? 3 : 1;
			let sum = 0;
			for (let v = 0; v < steps; v++) {
				const dy = y - shiftY + (v + 0.5) / steps - 0.5;
				for (let u = 0; u < steps; u++) {
					const dx = x - shiftX + (u + 0.5) / steps - 0.5;
					const q = 1 + (dx * dx + dy * dy) * inverse;
					sum += 1 / (q * q * q);
				}
			}
			box[(y + half) * side + x + half] = (norm * sum) / (steps * steps);
		}
	}
	return box;
}

/** Adds flux times a profile at (x, y) pixels (from 0, centres at whole numbers) to an image. */
export function addPoint(
	image: Float32Array,
	size: number,
	x: number,
	y: number,
	flux: number,
	fwhmPixels: number,
	bright = false,
): void {
	const half = psfHalf(fwhmPixels, bright);
	const cx = Math.round(x);
	const cy = Math.round(y);
	if (cx < -half || cy < -half || cx >= size + half || cy >= size + half) return;
	const box = psfBox(fwhmPixels, x - cx, y - cy, half);
	const side = 2 * half + 1;
	const x0 = Math.max(0, cx - half);
	const x1 = Math.min(size - 1, cx + half);
	for (let row = Math.max(0, cy - half); row <= Math.min(size - 1, cy + half); row++) {
		const from = (row - cy + half) * side - cx + half;
		const to = row * size;
		for (let column = x0; column <= x1; column++)
			image[to + column] = (image[to + column] ?? 0) + flux * (box[from + column] ?? 0);
	}
}

/** A galaxy: half-light radius in pixels along the major axis, smoothed by the seeing. */
export interface GalaxyShape {
	readonly x: number;
	readonly y: number;
	readonly flux: number;
	readonly radius: number;
	readonly axisRatio: number;
	readonly angle: number;
	readonly early: boolean;
}

/** Adds an exponential (or, when early, de Vaucouleurs-like) profile, softened to the seeing, to an image. */
export function addGalaxy(image: Float32Array, size: number, galaxy: GalaxyShape, fwhmPixels: number): void {
	const soft = (0.55 * fwhmPixels) ** 2;
	const radius = Math.sqrt(galaxy.radius ** 2 + 0.2 * soft);
	const q = Math.max(galaxy.axisRatio, Math.min(1, (0.5 * fwhmPixels) / Math.max(0.3, radius)));
	const reach = Math.min(size, (galaxy.early ? 7 : 5) * radius + 2.5 * fwhmPixels);
	const cos = Math.cos(galaxy.angle);
	const sin = Math.sin(galaxy.angle);
	const x0 = Math.max(0, Math.floor(galaxy.x - reach));
	const x1 = Math.min(size - 1, Math.ceil(galaxy.x + reach));
	const y0 = Math.max(0, Math.floor(galaxy.y - reach));
	const y1 = Math.min(size - 1, Math.ceil(galaxy.y + reach));
	const profile = (dx: number, dy: number) => {
		const u = dx * cos + dy * sin;
		const v = (dy * cos - dx * sin) / q;
		const r2 = (u * u + v * v + soft) / (radius * radius);
		return galaxy.early ? Math.exp(-7.67 * (r2 ** 0.125 - 1)) : Math.exp(-1.68 * Math.sqrt(r2));
	};
	// the plane integral of the softened profile, by rings
	let total = 0;
	const step = radius / 6;
	for (let n = 0; n < 90; n++) {
		const r = (n + 0.5) * step * (1 + n / 45);
		const dr = step * (1 + (2 * n + 1) / 45);
		const r2 = (r * r + soft) / (radius * radius);
		total +=
			2 * Math.PI * q * r * dr * (galaxy.early ? Math.exp(-7.67 * (r2 ** 0.125 - 1)) : Math.exp(-1.68 * Math.sqrt(r2)));
	}
	const scale = galaxy.flux / total;
	for (let y = y0; y <= y1; y++) {
		for (let x = x0; x <= x1; x++)
			image[y * size + x] = (image[y * size + x] ?? 0) + scale * profile(x - galaxy.x, y - galaxy.y);
	}
}
