import type { Alert } from '#lib/alert/alert.ts';
import { check, Pool, toStatesSql } from '#lib/filter/index.ts';
import { render } from '#clickhouse/read/render.ts';
import type { Param, Store } from '#clickhouse/store.ts';
import { ASSOCIATION_ARCSEC } from '#server/ingest/enrich/crossmatch/pairs.ts';
import { SYSTEM_ENVIRONMENT, SYSTEM_FILTERS } from '#server/ingest/filter/system.ts';

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
	/** Models that score every alert. */
	readonly #models: readonly string[];
	#catalogs: readonly LoadedCatalog[] | null = null;
	readonly #seen = new Set<string>();

	constructor(store: Store, models: readonly string[]) {
		this.#store = store;
		this.#models = models;
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
			// two workers at the same alert may have known different points: each has its own score, and readers the newest
			['scores', 'survey, alert_id, model, version, label, writer, number', "state, if(state = 'done', score, 0)"],
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

	/** Models that left an alert without a score or a reason. */
	async #scores(alerts: ReadonlyMap<string, Alert>): Promise<string[]> {
		const rows = await this.#rows(
			'SELECT survey, model, uniqExact(alert_id) AS n FROM scores GROUP BY survey, model ORDER BY survey, model',
		);
		const counts = new Map(rows.map(({ survey, model, n }) => [`${survey ?? ''} ${model ?? ''}`, Number(n)]));
		const wanted = new Map<string, number>();
		for (const { survey } of alerts.values()) wanted.set(survey, (wanted.get(survey) ?? 0) + 1);
		return this.#models.flatMap((model) =>
			[...wanted].flatMap(([survey, n]) => {
				const scored = counts.get(`${survey} ${model}`) ?? 0;
				return scored === n ? [] : [`${model} scored ${scored} alerts of ${survey} instead of ${n}`];
			}),
		);
	}

	/** Matches of the alerts that came since the last look, against all sources one by one. */
	async #matches(alerts: ReadonlyMap<string, Alert>): Promise<string[]> {
		const catalogs = await this.#load();
		const fresh = [...alerts].filter(([key]) => !this.#seen.has(key));
		if (catalogs.every(({ sources }) => sources.length === 0))
			return ['no simulated catalogue is loaded: there is nothing to match with'];
		if (fresh.length === 0) return [];
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

	/** Pairs of objects of two surveys, those that stand at one place by all pairs of their alerts, and those that only one side knows. */
	async #associations(alerts: ReadonlyMap<string, Alert>): Promise<string[]> {
		const rows = await this.#rows(
			`SELECT DISTINCT concat(survey, '/', object_id) AS one, concat(other_survey, '/', other_object_id) AS other FROM associations`,
		);
		const found = new Set(rows.map(({ one, other }) => `${one ?? ''} ${other ?? ''}`));
		const oneSided = rows.filter(({ one, other }) => !found.has(`${other ?? ''} ${one ?? ''}`));
		// what moves is nowhere long enough to be the same as anything
		const still = [...alerts.values()].filter(({ ssoName }) => ssoName === null).sort((a, b) => a.dec - b.dec);
		const near = new Set<string>();
		const surely = new Set<string>();
		for (const [i, a] of still.entries()) {
			for (let j = i + 1; j < still.length; j += 1) {
				const b = still[j];
				if (b === undefined || (b.dec - a.dec) * 3600 > ASSOCIATION_ARCSEC + EDGE_ARCSEC) break;
				if (a.survey === b.survey) continue;
				const away = separation(a, b);
				if (away > ASSOCIATION_ARCSEC + EDGE_ARCSEC) continue;
				const [x, y] = [`${a.survey}/${a.objectId}`, `${b.survey}/${b.objectId}`];
				for (const pair of [`${x} ${y}`, `${y} ${x}`]) {
					near.add(pair);
					if (away < ASSOCIATION_ARCSEC - EDGE_ARCSEC) surely.add(pair);
				}
			}
		}
		return [
			...some(
				'associations are known to one side only',
				oneSided.map(({ one, other }) => `${one ?? ''} ${other ?? ''}`),
			),
			...some(
				'associations are of objects that are not at one place',
				[...found].filter((pair) => !near.has(pair)),
			),
			...some(
				'objects at one place are not associated',
				[...surely].filter((pair) => !found.has(pair)),
			),
		];
	}

	/** Hits of the filters of the system that are not what they select from the archive. */
	async #hits(): Promise<{ problems: string[]; hits: number }> {
		const problems: string[] = [];
		let hits = 0;
		for (const { id, version, name, text } of SYSTEM_FILTERS) {
			const { filter } = check(text, SYSTEM_ENVIRONMENT, new Pool());
			if (filter === null || filter.kind !== 'live') continue;
			const { sql, params } = toStatesSql(filter, { where: '1 = 1' });
			const states = render(sql, { origin: 'simulated', grants: [] });
			const keysOf = async (query: string, given: Readonly<Record<string, Param>>): Promise<Set<string>> =>
				new Set((await this.#rows(query, given)).map(({ key }) => String(key)));
			const selected = await keysOf(
				`SELECT concat(survey, '/', toString(alertId)) AS key FROM (${states}) WHERE passes = 1`,
				params,
			);
			const stored = await keysOf(
				`SELECT concat(survey, '/', toString(alert_id)) AS key FROM filter_hits WHERE filter_id = {filter:UUID} AND version = {version:UInt32}`,
				{ filter: id, version },
			);
			hits += stored.size;
			problems.push(
				...some(
					`hits of ${name} are missing`,
					[...selected].filter((key) => !stored.has(key)),
				),
				...some(
					`hits of ${name} are not selected from the archive`,
					[...stored].filter((key) => !selected.has(key)),
				),
			);
		}
		if (hits === 0) problems.push('no filter of the system has a hit: there is nothing to compare');
		return { problems, hits };
	}

	/** Sentences for what is wrong with what came since the last look. */
	async compare(alerts: ReadonlyMap<string, Alert>): Promise<string[]> {
		return [
			...(await this.#contents()),
			...(await this.#scores(alerts)),
			...(await this.#matches(alerts)),
			...(await this.#associations(alerts)),
		];
	}

	/** The same of all alerts from the first, with the hits of filters; and what was looked at. */
	async compareAll(alerts: ReadonlyMap<string, Alert>): Promise<{ problems: string[]; looked: string }> {
		this.#seen.clear();
		const [sums] = await this.#rows(
			`SELECT (SELECT uniqExact(survey, alert_id, catalog, source_id) FROM crossmatches) AS matches,
				(SELECT uniqExact(survey, object_id, other_survey, other_object_id) FROM associations) AS associations,
				(SELECT uniqExact(survey, alert_id, model, label) FROM scores) AS scores`,
		);
		const { problems, hits } = await this.#hits();
		return { problems: [...(await this.compare(alerts)), ...problems], looked: JSON.stringify({ ...sums, hits }) };
	}
}
