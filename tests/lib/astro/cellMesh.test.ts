import { describe, expect, it } from 'vitest';
import { cellMesh } from '#lib/astro/cellMesh.ts';
import { project } from '#lib/astro/hammer.ts';
import { centreOf } from '#lib/astro/healpix.ts';

const every = (step: number, from = 0): Uint32Array =>
	Uint32Array.from({ length: Math.floor((49_152 - from) / step) }, (_, i) => from + i * step);

describe('the mesh of cells', () => {
	it('is the same whatever was drawn before: other cells, another middle, another order', () => {
		const cold = (ipix: Uint32Array, ra0: number) => {
			cellMesh(6, every(1000), ra0 + 1);
			return cellMesh(6, ipix, ra0);
		};
		const [some, others] = [every(7), every(5, 3)];
		const expected = { some: cold(some, 40), others: cold(others, 40) };
		cellMesh(6, others, 40);
		expect(cellMesh(6, some, 40)).toEqual(expected.some);
		expect(cellMesh(6, others, 40)).toEqual(expected.others);
		cellMesh(5, every(100).slice(0, 100), 40);
		cellMesh(6, some, 41);
		expect(cellMesh(6, some, 40)).toEqual(expected.some);
		// a mesh that was given out stays as it is
		const kept = Float32Array.from(expected.some.positions);
		cellMesh(6, some, 200);
		expect(expected.some.positions).toEqual(kept);
	});

	it.each([0, 123.4, 359])('puts every cell where its centre is, about %d°', (ra0) => {
		const ipix = every(11);
		const { quads, positions, cellOf } = cellMesh(6, ipix, ra0);
		// cells on the seam have two quads, one at each edge
		expect(quads).toBeGreaterThan(ipix.length);
		let most = 0;
		for (let quad = 0; quad < quads; quad += 1) {
			const { ra, dec } = centreOf(6, BigInt(ipix[cellOf[quad] ?? 0] ?? 0));
			// near the seam and the poles the middle of a cut quad is not that of its cell
			const away = Math.abs(((((ra - ra0 + 180) % 360) + 360) % 360) - 180);
			if (away > 174 || Math.abs(dec) > 70) continue;
			let [x, y] = [0, 0];
			// corners N, W, S and E are vertices 0, 1, 2 and 5
			for (const vertex of [0, 1, 2, 5]) {
				x += (positions[18 * quad + 3 * vertex] ?? 0) / 4;
				y += (positions[18 * quad + 3 * vertex + 1] ?? 0) / 4;
			}
			const [centreX, centreY] = project(ra, dec, ra0);
			most = Math.max(most, Math.hypot(x - centreX, y - centreY));
		}
		// a cell is 0.9° wide, 0.011 of the map's unit at its middle
		expect(most).toBeLessThan(0.003);
	});
});
