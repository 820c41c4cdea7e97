// Writes src/lib/components/sky/skyLines.json: constellation lines and names and the outline of the Milky Way, made small
// from d3-celestial 0.7.35 (BSD-3-Clause, see THIRD-PARTY.md).
// Use: npm pack d3-celestial@0.7.35 && tar xf d3-celestial-0.7.35.tgz && node scripts/sky-lines.mjs package/data
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = process.argv[2];
if (folder === undefined) {
	console.error('Name the data folder of d3-celestial.');
	process.exit(2);
}
const read = (name) => JSON.parse(readFileSync(join(folder, name), 'utf8')).features;

/** Degrees as tenths, right ascension from 0 to 3600. */
const tenths = ([ra, dec]) => [((Math.round(ra * 10) % 3600) + 3600) % 3600, Math.round(dec * 10)];

const vector = ([ra, dec]) => {
	const [a, d] = [(ra * Math.PI) / 180, (dec * Math.PI) / 180];
	return [Math.cos(d) * Math.cos(a), Math.cos(d) * Math.sin(a), Math.sin(d)];
};
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** Distance in degrees of p from the chord a to b, near enough for a line that is looked at. */
function awayDeg(p, a, b) {
	const [vp, va, vb] = [p, a, b].map(vector);
	const along = [vb[0] - va[0], vb[1] - va[1], vb[2] - va[2]];
	const length = dot(along, along);
	const offset = [vp[0] - va[0], vp[1] - va[1], vp[2] - va[2]];
	const t = length === 0 ? 0 : Math.max(0, Math.min(1, dot(offset, along) / length));
	return (Math.hypot(offset[0] - t * along[0], offset[1] - t * along[1], offset[2] - t * along[2]) * 180) / Math.PI;
}

/** Ramer, Douglas and Peucker on the sky. */
function simplified(line, tolerance) {
	if (line.length < 3) return line;
	let [far, at] = [0, 0];
	for (let i = 1; i < line.length - 1; i += 1) {
		const away = awayDeg(line[i], line[0], line.at(-1));
		if (away > far) [far, at] = [away, i];
	}
	if (far <= tolerance) return [line[0], line.at(-1)];
	return [...simplified(line.slice(0, at + 1), tolerance), ...simplified(line.slice(at), tolerance).slice(1)];
}

const lines = read('constellations.lines.json').flatMap((feature) =>
	feature.geometry.coordinates.map((line) => line.flatMap(tenths)),
);
const names = read('constellations.json').map(({ id, properties, geometry }) => [
	id,
	properties.la,
	...tenths(geometry.coordinates),
	Number(properties.rank),
]);
const [outer] = read('mw.json');
const milkyWay = outer.geometry.coordinates.map((polygon) => {
	const ring = polygon[0];
	const half = Math.floor(ring.length / 2);
	return [...simplified(ring.slice(0, half + 1), 0.5), ...simplified(ring.slice(half), 0.5).slice(1)].flatMap(tenths);
});
const out = fileURLToPath(new URL('../src/lib/components/sky/skyLines.json', import.meta.url));
writeFileSync(out, `${JSON.stringify({ lines, names, milkyWay })}\n`);
console.log(
	`${lines.length} lines, ${names.length} names, ${milkyWay.map((ring) => ring.length / 2)} points of outline`,
);
