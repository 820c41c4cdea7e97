import type { Alert } from '#lib/alert/alert.ts';
import type { Store } from '#clickhouse/store.ts';

type Row = Readonly<Record<string, string | number | null>>;

interface Source {
	readonly ra: number;
	readonly dec: number;
	readonly redshift: number | null;
}

interface LoadedCatalog {
	readonly name: string;
	readonly radiusArcsec: number;
	readonly radiusKpc: number;
	readonly nearRadiusArcsec: number;
	readonly sources: readonly Source[];
}

const RAD = Math.PI / 180;
const ARCSEC = 3600 / RAD;
/** Nearer to the edge of a radius than this, arcsec, a source may count or not: positions are rounded on their way. */
const EDGE_ARCSEC = 1e-4;

/** Separation in arcsec of two ICRS positions in degrees, by the haversine formula. */
function separation(a: { ra: number; dec: number }, b: { ra: number; dec: number }): number {
	const [x, y] = [Math.sin(((a.ra - b.ra) * RAD) / 2), Math.sin(((a.dec - b.dec) * RAD) / 2)];
	return 2 * Math.asin(Math.sqrt(y * y + Math.cos(a.dec * RAD) * Math.cos(b.dec * RAD) * x * x)) * ARCSEC;
}

/** How far a source reaches: of galaxies with a redshift so many kpc, near ones and the others by their own radii (babamul.md, 3.3). */
function reach(catalog: LoadedCatalog, { redshift }: Source): number {
	const { radiusArcsec, radiusKpc, nearRadiusArcsec } = catalog;
	if (radiusKpc === 0 || redshift === null || Number.isNaN(redshift) || redshift <= 0) return radiusArcsec;
	if (redshift < 0.01) return Math.max(radiusArcsec, nearRadiusArcsec);
	return Math.max(radiusArcsec, Math.min(nearRadiusArcsec, (radiusKpc * 0.05) / redshift));
}

function some(what: string, list: readonly string[]): string[] {
	return list.length === 0 ? [] : [`${list.length} ${what}: ${list.slice(0, 3).join(', ')}`];
}

/** What was added to alerts on their way: matches, associations, scores and hits, each once as readers count, matches as found by brute force. */
export class Enrichment {
	readonly #store: Store;
	#catalogs: readonly LoadedCatalog[] | null = null;
	readonly #seen = new Set<string>();

	constructor(store: Store) {
		this.#store = store;
	}

	async #rows(sql: string, parameters: Parameters<Store['query']>[1] = {}): Promise<Row[]> {
		return this.#store.query<Row>(sql, parameters, { class: 'ingest' });
	}

	async #load(): Promise<readonly LoadedCatalog[]> {
		if (this.#catalogs !== null && this.#catalogs.length > 0) return this.#catalogs;
		const catalogs = await this.#rows(
			`SELECT catalog, argMax(release, added_at) AS newest, argMax(radius_arcsec, added_at) AS radius, argMax(radius_kpc, added_at) AS kpc,
				argMax(near_radius_arcsec, added_at) AS near FROM catalogs WHERE origin = 'simulated' GROUP BY catalog`,
		);
		this.#catalogs = await Promise.all(
			catalogs.map(async (row) => ({
				name: String(row['catalog']),
				radiusArcsec: Number(row['radius']),
				radiusKpc: Number(row['kpc']),
				nearRadiusArcsec: Number(row['near']),
				sources: await this.#store.query<Source>(
					'SELECT ra, dec, redshift FROM catalog_sources WHERE catalog = {catalog:String} AND release = {release:String}',
					{ catalog: String(row['catalog']), release: String(row['newest']) },
					{ class: 'ingest' },
				),
			})),
		);
		return this.#catalogs;
	}

	/** Tables whose rows may stand more than once, as racing writers leave them, but with one content for each key. */
	async #contents(): Promise<string[]> {
		const tables: readonly (readonly [table: string, key: string, content: string])[] = [
			['crossmatch_runs', 'survey, alert_id, catalog, release', 'state, n_matches, radius_arcsec'],
			['crossmatches', 'survey, alert_id, catalog, release, source_id', 'rank, sep_arcsec, ra, dec, redshift'],
			['scores', 'survey, alert_id, model, version, label', "state, if(state = 'done', score, 0)"],
			['associations', 'survey, object_id, alert_id, other_survey, other_object_id', 'sep_arcsec, rank'],
			['filter_hits', 'filter_id, version, survey, alert_id', 'numbers, texts, truths'],
		];
		const problems: string[] = [];
		for (const [table, key, content] of tables) {
			const [row] = await this.#rows(
				`SELECT count() AS keys, countIf(contents > 1) AS split FROM (SELECT uniqExact(toString((${content}))) AS contents FROM ${table} GROUP BY ${key})`,
			);
			if (Number(row?.['split']) > 0)
				problems.push(`${table}: ${row?.['split'] ?? '?'} keys stand with several contents`);
		}
		return problems;
	}

	/** Alerts that have no score of a model which scored others of their survey. */
	async #scores(alerts: ReadonlyMap<string, Alert>): Promise<string[]> {
		const rows = await this.#rows(
			'SELECT survey, model, uniqExact(alert_id) AS n FROM scores GROUP BY survey, model ORDER BY survey, model',
		);
		return rows.flatMap(({ survey, model, n }) => {
			const wanted = [...alerts.values()].filter((alert) => alert.survey === survey).length;
			return Number(n) === wanted
				? []
				: [`${String(model)} scored ${String(n)} alerts of ${String(survey)} instead of ${wanted}`];
		});
	}

	/** Matches of the alerts that came since the last look, against all sources one by one. */
	async #matches(alerts: ReadonlyMap<string, Alert>): Promise<string[]> {
		const catalogs = await this.#load();
		const fresh = [...alerts].filter(([key]) => !this.#seen.has(key));
		if (fresh.length === 0 || catalogs.length === 0) return [];
		const ids = { ids: fresh.map(([, { alertId }]) => alertId) };
		const runs = await this.#rows(
			`SELECT DISTINCT survey, toString(alert_id) AS id, catalog, toString(state) AS state, n_matches AS n FROM crossmatch_runs
			WHERE alert_id IN {ids:Array(UInt64)}`,
			ids,
		);
		const found = await this.#rows(
			`SELECT survey, toString(alert_id) AS id, catalog, uniqExact(source_id) AS n FROM crossmatches
			WHERE alert_id IN {ids:Array(UInt64)} GROUP BY survey, alert_id, catalog`,
			ids,
		);
		const keyed = (rows: readonly Row[]): Map<string, Row> =>
			new Map(rows.map((row) => [`${row['survey'] ?? ''}/${row['id'] ?? ''} ${row['catalog'] ?? ''}`, row]));
		const [tried, held] = [keyed(runs), keyed(found)];
		const untried: string[] = [];
		const wrong: string[] = [];
		for (const [key, alert] of fresh) {
			this.#seen.add(key);
			for (const catalog of catalogs) {
				const run = tried.get(`${key} ${catalog.name}`);
				if (run === undefined) {
					untried.push(`${key} ${catalog.name}`);
					continue;
				}
				const away = catalog.sources
					.filter(({ dec }) => Math.abs(dec - alert.dec) < 0.2)
					.map((source) => separation(alert, source) - reach(catalog, source));
				const least = away.filter((beyond) => beyond < -EDGE_ARCSEC).length;
				const most = away.filter((beyond) => beyond < EDGE_ARCSEC).length;
				const stored = Number(held.get(`${key} ${catalog.name}`)?.['n'] ?? 0);
				if (stored < least || stored > most || stored !== Number(run['n']))
					wrong.push(`${key} ${catalog.name}: ${stored} stored, ${String(run['n'])} told, ${least} by brute force`);
			}
		}
		return [
			...some('attempts at matching are missing', untried),
			...some('alerts have other matches than all sources one by one give', wrong),
		];
	}

	/** Pairs of objects of two surveys that only one of them knows. */
	async #associations(): Promise<string[]> {
		const rows = await this.#rows(
			`SELECT DISTINCT concat(survey, '/', object_id, ' ', other_survey, '/', other_object_id) AS pair FROM associations
			WHERE (other_survey, other_object_id, survey, object_id) NOT IN (SELECT survey, object_id, other_survey, other_object_id FROM associations)`,
		);
		return some(
			'associations are known to one side only',
			rows.map(({ pair }) => String(pair)),
		);
	}

	/** Sentences for what is wrong. */
	async compare(alerts: ReadonlyMap<string, Alert>): Promise<string[]> {
		return [
			...(await this.#contents()),
			...(await this.#scores(alerts)),
			...(await this.#matches(alerts)),
			...(await this.#associations()),
		];
	}
}
