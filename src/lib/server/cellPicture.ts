import { centreOf } from '#lib/astro/healpix.ts';
import { DENSITY_DARK, DENSITY_LIGHT, rampAt, type Ramp } from '#lib/format/ramp.ts';
import { cellMesh } from '#lib/astro/cellMesh.ts';
import { PATH_SCALE, project } from '#lib/astro/hammer.ts';
import { coarsened, countEnds, levelOfCount, type Density } from '#lib/alert/skyDensity.ts';

const STEPS = 10;
/** So many cells of the density's own order are drawn as dots, more as coarser cells. */
const MOST_DOTS = 2_500;
const COARSE = 4;

const unit = (value: number): number => Math.round(value * PATH_SCALE);

/** Dots at the centres of cells: lines of no length with round ends. */
function dots({ order, ipix }: Density, ra0: number): string[] {
	return Array.from(ipix, (pixel) => {
		const { ra, dec } = centreOf(order, BigInt(pixel));
		const [x, y] = project(ra, dec, ra0);
		return `M${unit(x)} ${unit(-y)}h0`;
	});
}

/** Outlines of cells, with both parts of one that the seam cuts. */
function outlines({ order, ipix }: Density, ra0: number): string[] {
	const { quads, positions, cellOf } = cellMesh(order, ipix, ra0);
	const paths = new Array<string>(ipix.length).fill('');
	for (let quad = 0; quad < quads; quad += 1) {
		// the corners of its two triangles: 0, 1, 2 and 2, 3 of 0, 2, 3
		const corners = [0, 1, 2, 5].map((vertex) => {
			const at = 18 * quad + 3 * vertex;
			return `${unit(positions[at] ?? 0)} ${unit(-(positions[at + 1] ?? 0))}`;
		});
		const cell = cellOf[quad] ?? 0;
		paths[cell] = `${paths[cell] ?? ''}M${corners.join('L')}Z`;
	}
	return paths;
}

/** Fill and stroke of the steps: by the looks of the page around, which a picture is told of by its colour scheme. */
function colours(ramp: Ramp): string {
	return Array.from({ length: STEPS }, (_, step) => {
		const [r, g, b] = rampAt(ramp, 0.2 + (0.8 * step) / (STEPS - 1)).map(Math.round);
		return `.c${step}{fill:rgb(${r} ${g} ${b});stroke:rgb(${r} ${g} ${b})}`;
	}).join('');
}

/**
 * The whole sky's density as an SVG of 4 by 2 map units about the meridian `centreRa` (ICRS degrees): what a page shows until its map
 * is drawn, and where no script runs.
 */
export function cellPicture(density: Density, centreRa: number): string {
	const few = density.ipix.length <= MOST_DOTS;
	const drawn = few ? density : coarsened(density, COARSE);
	const ends = countEnds(drawn);
	const byStep = new Map<number, string>();
	for (const [i, path] of (few ? dots(drawn, centreRa) : outlines(drawn, centreRa)).entries()) {
		const step = Math.round(levelOfCount(drawn.alerts[i] ?? 0, ends) * (STEPS - 1));
		byStep.set(step, (byStep.get(step) ?? '') + path);
	}
	const paths = [...byStep].sort(([a], [b]) => a - b).map(([step, d]) => `<path class="c${step}" d="${d}"/>`);
	const look = few ? 'path{stroke-width:11;stroke-linecap:round}' : 'path{stroke-width:2;stroke-linejoin:round}';
	const [width, height] = [4 * PATH_SCALE, 2 * PATH_SCALE];
	return (
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-width / 2} ${-height / 2} ${width} ${height}">` +
		`<style>${look}${colours(DENSITY_DARK)}@media (prefers-color-scheme:light){${colours(DENSITY_LIGHT)}}</style>` +
		`${paths.join('')}</svg>`
	);
}
