import { nearOrder, nearPixels } from '#lib/astro/healpix.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import sql from '../queries/match_positions.sql?raw';
import type { QueryOptions, Store } from '../store.ts';
import { findSources, type Place } from './crossmatch.ts';
import type { ShownSource } from './catalogs.ts';
import { separationArcsec } from '#lib/astro/sphere.ts';
import { render } from './render.ts';
import { publishedBy, type Watermark } from './watermark.ts';

/** An object or alert near a place; ids are decimal strings. */
export interface PositionMatch {
	readonly survey: string;
	readonly objectId: string;
	/** Of an object: its newest alert within the radius. */
	readonly alertId: string;
	readonly night: string;
	readonly mjd: number;
	readonly ra: number;
	readonly dec: number;
	readonly band: string;
	readonly mag: number | null;
	readonly class: string;
	readonly sepArcsec: number;
}

/** What is asked of many places at once. */
export interface PositionQuery {
	readonly places: readonly Place[];
	readonly radiusArcsec: number;
	/** Matches of a place at most, the nearest. */
	readonly most: number;
}

/** Objects (each once, at its newest alert within the radius) or alerts around each of many places, nearest first, in one join. */
export async function matchPositions(
	store: Store,
	scope: AccessScope,
	query: PositionQuery & {
		readonly kind: 'objects' | 'alerts';
		readonly survey?: string;
		readonly watermark: Watermark;
	},
	options: QueryOptions = {},
): Promise<PositionMatch[][]> {
	const { places, radiusArcsec, most, kind, survey } = query;
	const order = nearOrder(radiusArcsec / 3600);
	const who: number[] = [];
	const pixels: bigint[] = [];
	places.forEach((place, i) => {
		for (const pixel of nearPixels(order, place.ra, place.dec, (radiusArcsec * 1.000001) / 3600)) {
			who.push(i + 1);
			pixels.push(pixel);
		}
	});
	const published = publishedBy(query.watermark);
	const text = render(sql, scope, {
		where: survey === undefined ? published.sql : `${published.sql} AND survey = {survey:String}`,
		divisor: String(4n ** BigInt(29 - order)),
		identity: kind === 'objects' ? 'objectId' : 'alertId',
	});
	const params = {
		...published.params,
		ra: places.map(({ ra }) => ra),
		dec: places.map(({ dec }) => dec),
		who,
		pixels,
		// a point exactly on the rim stays in
		radius: radiusArcsec * (1 + 1e-12),
		most,
		...(survey === undefined ? {} : { survey }),
	};
	const answer: PositionMatch[][] = places.map(() => []);
	for (const { place, ...row } of await store.query<PositionMatch & { place: number }>(text, params, options)) {
		answer[place - 1]?.push(row);
	}
	return answer;
}

/** Sources of a catalogue around each of many places, nearest first. */
export async function matchCatalogPositions(
	store: Store,
	catalog: { readonly name: string; readonly release: string },
	{ places, radiusArcsec, most }: PositionQuery,
	options: QueryOptions = {},
): Promise<ShownSource[][]> {
	const wanted = [{ name: catalog.name, release: catalog.release, widestArcsec: radiusArcsec }];
	const found = await findSources(
		store,
		wanted,
		places,
		(place, _, source) => separationArcsec(place.ra, place.dec, source.ra, source.dec) <= radiusArcsec,
		options,
	);
	const answer: ShownSource[][] = places.map(() => []);
	for (const { place: index, sourceId, ra, dec, mag, redshift, numbers, texts } of found) {
		const place = places[index];
		if (place === undefined) continue;
		const finite = Object.entries(numbers).filter(([, value]) => Number.isFinite(value));
		answer[index]?.push({
			sourceId,
			ra,
			dec,
			mag: Number.isNaN(mag) ? null : mag,
			redshift: Number.isNaN(redshift) ? null : redshift,
			sepArcsec: separationArcsec(place.ra, place.dec, ra, dec),
			columns: { ...texts, ...Object.fromEntries(finite) },
		});
	}
	for (const list of answer)
		list.sort((a, b) => (a.sepArcsec ?? 0) - (b.sepArcsec ?? 0) || (a.sourceId < b.sourceId ? -1 : 1)).splice(most);
	return answer;
}
