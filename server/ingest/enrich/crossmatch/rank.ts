import { matchRadiusArcsec, type MatchRule } from '#lib/alert/catalog.ts';
import type { CatalogMatch } from '#lib/alert/enriched.ts';
import { separationArcsec } from '#lib/astro/sphere.ts';

/** A catalogue's release and how far its sources reach. */
export interface RankedCatalog extends MatchRule {
	readonly name: string;
	readonly release: string;
}

/** A source that may match. */
export type Candidate = Omit<CatalogMatch, 'sepArcsec' | 'release'>;

/** The candidates that match a place (ICRS degrees) by their catalogue's rule, nearest first; equal ones by catalogue and id. */
export function rankMatches(
	place: { readonly ra: number; readonly dec: number },
	candidates: readonly Candidate[],
	catalogs: ReadonlyMap<string, RankedCatalog>,
): CatalogMatch[] {
	const matches: CatalogMatch[] = [];
	for (const candidate of candidates) {
		const catalog = catalogs.get(candidate.catalog);
		if (catalog === undefined) continue;
		const sepArcsec = separationArcsec(place.ra, place.dec, candidate.ra, candidate.dec);
		if (sepArcsec > matchRadiusArcsec(catalog, candidate.redshift)) continue;
		const { sourceId, ra, dec, mag, redshift, numbers, texts } = candidate;
		matches.push({
			catalog: catalog.name,
			release: catalog.release,
			sourceId,
			sepArcsec,
			ra,
			dec,
			mag,
			redshift,
			numbers,
			texts,
		});
	}
	return matches.sort(
		(a, b) =>
			a.sepArcsec - b.sepArcsec ||
			(a.catalog < b.catalog ? -1 : a.catalog > b.catalog ? 1 : a.sourceId < b.sourceId ? -1 : 1),
	);
}
