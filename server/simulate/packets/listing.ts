import { type Neighbour, neighboursOf } from '../neighbours.ts';
import type { SimObject } from '../object.ts';
import { normalOf, uniformOf } from '../random.ts';
import { Recent } from '../recent.ts';

const ABSENT = -999;

interface Listed {
	readonly distance: number;
	readonly mags: readonly number[];
	readonly score: number;
	readonly id: bigint;
	readonly star: boolean;
}

const listings = new Recent<SimObject, readonly Listed[]>(3000);

/** Sources of a deep catalogue around an object (its own star or host first, neighbours to r = 22.8), nearest first. */
function listing(object: SimObject): readonly Listed[] {
	return listings.get(object, () => makeListing(object));
}

function makeListing(object: SimObject): readonly Listed[] {
	const found: Listed[] = [];
	const add = (east: number, north: number, mag: readonly number[], radius: number, n: number) => {
		if ((mag[2] ?? 30) > 22.8) return;
		const score =
			radius === 0 && n === 0 && object.group === 'AGN'
				? 0.6 * uniformOf(object.key, 70, n)
				: radius === 0
					? 1 - 0.12 * uniformOf(object.key, 70, n) ** 4 * ((mag[2] ?? 20) > 20 ? 6 : 1)
					: Math.min(0.9, (0.5 * uniformOf(object.key, 70, n) ** 2) / Math.sqrt(Math.max(0.5, radius)));
		const unsure = (mag[2] ?? 20) > 21.1 || uniformOf(object.key, 71, n) < 0.1;
		const jitter = 0.08 * normalOf(object.key, 72, n);
		found.push({
			distance: Math.hypot(east + jitter, north + 0.08 * normalOf(object.key, 73, n)),
			mags: mag,
			score: unsure ? 0.5 : Math.round(Math.max(0, Math.min(1, score)) * 1e4) / 1e4,
			id: 8_000_000_000_000_000n + BigInt(object.key) * 256n + BigInt(n),
			star: radius === 0,
		});
	};
	if (!Number.isNaN(object.referenceMag[2] ?? Number.NaN) && !object.host && object.bogus !== 'template')
		add(0.05, 0.05, object.referenceMag, 0, 0);
	if (object.host) add(object.host.east, object.host.north, object.host.mag, object.host.radius, 1);
	neighboursOf(object).forEach((neighbour: Neighbour, n) => {
		add(neighbour.east, neighbour.north, neighbour.mag, neighbour.radius, n + 2);
	});
	found.sort((a, b) => a.distance - b.distance);
	return found;
}

const shown = (mag: number | undefined, faintest: number) =>
	mag === undefined || Number.isNaN(mag) || mag > faintest ? ABSENT : Math.round(mag * 1e4) / 1e4;

/** The three nearest catalogue sources, the nearest Gaia stars and how many sources lie within 30 arcsec. */
export function catalogued(object: SimObject): Record<string, number | bigint | null> {
	const all = listing(object).filter((each) => each.distance < 30);
	const fields: Record<string, number | bigint | null> = {};
	for (let n = 0; n < 3; n++) {
		const each = all[n];
		const s = String(n + 1);
		fields[`objectidps${s}`] = each ? each.id : BigInt(ABSENT);
		fields[`sgmag${s}`] = each ? shown(each.mags[1], 23.3) : ABSENT;
		fields[`srmag${s}`] = each ? shown(each.mags[2], 23.2) : ABSENT;
		fields[`simag${s}`] = each ? shown(each.mags[3], 23.1) : ABSENT;
		fields[`szmag${s}`] = each ? shown(each.mags[4], 22.3) : ABSENT;
		fields[`sgscore${s}`] = each ? each.score : ABSENT;
		fields[`distpsnr${s}`] = each ? each.distance : ABSENT;
	}
	const gaia = listing(object).find((each) => each.star && (each.mags[2] ?? 30) < 20.7);
	fields['neargaia'] = gaia ? gaia.distance : 40 + 40 * uniformOf(object.key, 81);
	fields['maggaia'] = gaia ? (gaia.mags[2] ?? 20) : 15 + 5.5 * Math.sqrt(uniformOf(object.key, 82));
	const brightStar = listing(object).find((each) => each.star && (each.mags[2] ?? 30) < 14);
	const far = uniformOf(object.key, 83);
	const blaze = object.parameters['starMag'];
	fields['neargaiabright'] = brightStar
		? brightStar.distance
		: object.bogus === 'spike' || object.bogus === 'ghost'
			? 12 + 40 * far
			: far < 0.55
				? 30 + 60 * Math.sqrt(far / 0.55)
				: ABSENT;
	fields['maggaiabright'] = brightStar
		? (brightStar.mags[2] ?? 13)
		: object.bogus === 'spike' || object.bogus === 'ghost'
			? Number(blaze ?? 10)
			: far < 0.55
				? 14 - 4 * uniformOf(object.key, 84) ** 2
				: ABSENT;
	return fields;
}

/** Catalogue sources within 30 arcsec. */
export function countWithin(object: SimObject): number {
	return listing(object).filter((each) => each.distance < 30).length;
}
