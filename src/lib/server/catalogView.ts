import type { Catalog } from '#lib/alert/catalog.ts';
import { mayMatch } from '#lib/alert/catalog.ts';
import { parsePosition } from '#lib/astro/position.ts';
import { readCatalogCone, readCatalogs, readCatalogSample, type ShownSource } from '#clickhouse/read/catalogs.ts';
import type { PortalLocals } from './portal.ts';

/** What the page of one catalogue shows. */
export interface CatalogView {
	readonly catalog: Catalog;
	/** The sources around the place asked for, nearest first, else a sample. */
	readonly sources: readonly ShownSource[];
	readonly cone: { readonly ra: number; readonly dec: number; readonly radiusArcsec: number } | null;
	/** What is wrong with the place that was asked for; '' when nothing is. */
	readonly problem: string;
	/** False where more lie in the cone than are shown. */
	readonly complete: boolean;
}

const SAMPLE = 12;
const MOST = 200;

/** Catalogues that may match alerts of the reader's sky. */
export async function listCatalogs({ store, scope }: PortalLocals): Promise<Catalog[]> {
	return (await readCatalogs(store)).filter(({ origin }) => mayMatch(origin, scope.origin));
}

function radiusFrom(text: string | null): number | null {
	if (text === null || text.trim() === '') return 60;
	const value = Number(text);
	return value > 0 && value <= 36_000 ? value : null;
}

/** One catalogue with a sample, or with its sources around `at` (a position in any usual form) within `radius` arcsec; null where it is not loaded. */
export async function readCatalogView({ store }: PortalLocals, name: string, url: URL): Promise<CatalogView | null> {
	const catalog = (await readCatalogs(store)).find((entry) => entry.name === name);
	if (catalog === undefined) return null;
	const sampled = async (problem: string): Promise<CatalogView> => ({
		catalog,
		sources: await readCatalogSample(store, catalog, SAMPLE),
		cone: null,
		problem,
		complete: true,
	});
	const at = url.searchParams.get('at')?.trim() ?? '';
	if (at === '') return sampled('');
	const position = parsePosition(at);
	const radiusArcsec = radiusFrom(url.searchParams.get('radius'));
	if (position.kind === 'impossible') return sampled(position.reason);
	if (position.kind === 'none')
		return sampled(`“${at.slice(0, 60)}” is no position: write degrees (150.1 2.2) or hours (10:00:24 +02:12:00).`);
	if (radiusArcsec === null) return sampled('The radius must be more than 0 and at most 36,000 arcsec.');
	const { ra, dec } = position;
	const sources = await readCatalogCone(store, catalog, { ra, dec, radiusArcsec, limit: MOST });
	return { catalog, sources, cone: { ra, dec, radiusArcsec }, problem: '', complete: sources.length < MOST };
}
