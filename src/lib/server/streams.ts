import { readCatalogs } from '#clickhouse/read/catalogs.ts';
import { readActiveVersions, readFilters, readVersions, type ActiveVersion } from '#clickhouse/read/filters.ts';
import { readHits, readYields } from '#clickhouse/read/hits.ts';
import { nightsBefore, readNewestNight, readNights } from '#clickhouse/read/nights.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import { findSurvey, SURVEYS } from '#lib/alert/surveys.ts';
import type { AlertRow } from '#lib/alert/views.ts';
import { asksOf, type Asks } from '#lib/filter/asks.ts';
import { readFrozen, thawed } from '#lib/filter/frozen.ts';
import { check, Pool } from '#lib/filter/index.ts';
import { SYSTEM_OWNER, type StoredFilter } from '#lib/filter/stored.ts';
import type { FilterLocals } from './filters/locals.ts';
import type { KafkaSecurity } from '#lib/format/streamCode.ts';
import { readModelViews } from './models.ts';
import { readQuery, searchFrom, searchSchema } from './params.ts';
import { forPage, searchPage } from './portal.ts';
import { ProblemError } from './problem.ts';
import { SCHEMA_PATH, schemaTree, type SchemaNode } from './schemaTree.ts';

/** Nights that counts are given of. */
export const STREAM_NIGHTS = 14;
const NEWEST = 6;

/** Where a stream comes from: everything of a survey, the topics of Babamul or Fink, or people's filters. */
export type StreamGroup = 'surveys' | 'babamul' | 'fink' | 'people';

/** A stream of alerts that anyone may follow. */
export interface Stream {
	/** Its topic without prefix and origin, unique: `ztf`, `babamul.ztf.lsst-match.hosted`. */
	readonly topic: string;
	readonly group: StreamGroup;
	readonly name: string;
	readonly meaning: string;
	/** Surveys whose alerts it can hold; none = any. */
	readonly surveys: readonly string[];
	/** null for everything of a survey. */
	readonly filterId: string | null;
	/** Public alerts of the last nights, oldest first. */
	readonly nights: readonly { readonly night: string; readonly hits: number }[];
	/** Of those nights together. */
	readonly alerts: number;
	/** What the filter asks for and this installation has not, in words: nothing that depends on it can pass. */
	readonly waitsFor: readonly string[];
}

/** An alert of a stream with what its filter adds. */
export interface StreamAlert {
	readonly alert: AlertRow;
	readonly annotations: Readonly<Record<string, number | string | boolean | null>>;
}

/** The stream that was chosen, with all that the page shows of it. */
export interface ChosenStream extends Stream {
	/** The rule, and whose it is; '' for everything of a survey. */
	readonly text: string;
	readonly source: string;
	readonly version: number;
	/** Texts of the blocks that it imports, by `name@version`. */
	readonly blocks: Readonly<Record<string, string>>;
	readonly newest: readonly StreamAlert[];
	readonly schema: readonly SchemaNode[];
}

/** What anyone may read: topics and counts of streams do not depend on who looks. */
const publicScope = ({ scope }: Pick<FilterLocals, 'scope'>): AccessScope => ({ origin: scope.origin, grants: [] });

function groupOf({ ownerId, topic }: StoredFilter): StreamGroup {
	if (ownerId !== SYSTEM_OWNER) return 'people';
	return topic?.startsWith('babamul.') === true ? 'babamul' : 'fink';
}

/** Surveys that are named in a topic or in the text of a rule. */
function surveysOf(topic: string, text: string): string[] {
	const first = topic.split('.')[1] ?? '';
	if (findSurvey(first) !== undefined) return [first];
	return SURVEYS.map(({ name }) => name).filter((name) => new RegExp(`\\b${name}\\.|"${name}"`).test(text));
}

/** What versions ask for: they never change, so each is looked at once. */
const asked = new Map<string, Asks>();

function asksOfVersion({ id, version, text, environment }: ActiveVersion): Asks {
	const key = `${id}@${version}`;
	let found = asked.get(key);
	if (found === undefined) {
		const { filter } = check(text, thawed(readFrozen(environment)), new Pool());
		found = filter === null ? { catalogs: [], models: [] } : asksOf(filter);
		asked.set(key, found);
	}
	return found;
}

async function missingFor(locals: FilterLocals): Promise<(version: ActiveVersion) => string[]> {
	const [catalogs, models] = await Promise.all([readCatalogs(locals.store), readModelViews(locals)]);
	const loaded = new Set(catalogs.map(({ name }) => name));
	const running = new Set(models.filter(({ state }) => state === 'inUse').map(({ name }) => name));
	return (version) => {
		const asks = asksOfVersion(version);
		return [
			...asks.catalogs.flatMap((name) => (loaded.has(name) ? [] : [`catalogue ${name}`])),
			...asks.models.flatMap((name) => (running.has(name) ? [] : [`model ${name}`])),
		];
	};
}

function counted(
	from: string,
	to: string,
	counts: readonly { readonly night: string; readonly hits: number }[],
): Pick<Stream, 'nights' | 'alerts'> {
	const sums = new Map<string, number>();
	for (const { night, hits } of counts) sums.set(night, (sums.get(night) ?? 0) + hits);
	const nights: { night: string; hits: number }[] = [];
	for (let night = from; night <= to; night = nightsBefore(night, -1)) {
		nights.push({ night, hits: sums.get(night) ?? 0 });
	}
	return { nights, alerts: nights.reduce((sum, { hits }) => sum + hits, 0) };
}

/** Everything that can be followed: each survey whole, then filters with a topic that run now. */
export async function readStreams(locals: FilterLocals): Promise<Stream[]> {
	const { store } = locals;
	const scope = publicScope(locals);
	const newest = (await readNewestNight(store, scope)) ?? '1970-01-01';
	const from = nightsBefore(newest, STREAM_NIGHTS - 1);
	const [filters, active, nights, missing] = await Promise.all([
		readFilters(store, null),
		readActiveVersions(store),
		readNights(store, scope, { from, limit: 1000 }),
		missingFor(locals),
	]);
	const versions = new Map(active.map((version) => [version.id, version]));
	const shown = filters.filter(({ topic, block, id }) => topic !== null && !block && versions.has(id));
	const yields = await readYields(
		store,
		scope,
		shown.map(({ id }) => id),
		from,
	);
	const whole = SURVEYS.filter(({ name }) => nights.some(({ survey }) => survey === name)).map(
		({ name, label }): Stream => ({
			...{ topic: name, group: 'surveys', name: `All of ${label}`, surveys: [name], filterId: null, waitsFor: [] },
			meaning: `Every public alert of ${label}, with all that was known of it when it arrived`,
			...counted(
				from,
				newest,
				nights.flatMap(({ survey, night, alerts }) => (survey === name ? [{ night, hits: alerts }] : [])),
			),
		}),
	);
	const made = shown.map((filter): Stream => {
		const version = versions.get(filter.id);
		const topic = filter.topic ?? '';
		return {
			...{ topic, group: groupOf(filter), name: filter.name, meaning: filter.meaning, filterId: filter.id },
			surveys: surveysOf(topic, version?.text ?? ''),
			waitsFor: version === undefined ? [] : missing(version),
			...counted(from, newest, yields.get(filter.id) ?? []),
		};
	});
	const order: readonly StreamGroup[] = ['surveys', 'babamul', 'fink', 'people'];
	return [...whole, ...made.sort((a, b) => (a.topic < b.topic ? -1 : 1))].sort(
		(a, b) => order.indexOf(a.group) - order.indexOf(b.group),
	);
}

async function newestOf(
	locals: FilterLocals & Pick<App.Locals, 'operator' | 'cursorKey'>,
	{ filterId, topic }: Stream,
): Promise<StreamAlert[]> {
	const scope = publicScope(locals);
	if (filterId !== null) {
		const { rows } = await readHits(locals.store, scope, filterId, {}, { limit: NEWEST });
		return rows.map(({ alert, annotations }) => ({ alert, annotations }));
	}
	const asked = new URL(`http://localhost/?survey=${topic}&limit=${NEWEST}`);
	const page = await searchPage({ ...locals, scope }, searchFrom(readQuery(searchSchema, asked), 'alerts'));
	return page.rows.flatMap((row) => ('alertId' in row ? [{ alert: row, annotations: {} }] : []));
}

async function choose(
	locals: FilterLocals & Pick<App.Locals, 'operator' | 'cursorKey'>,
	stream: Stream,
): Promise<ChosenStream> {
	const [newest, versions] = await Promise.all([
		newestOf(locals, stream),
		stream.filterId === null ? [] : readVersions(locals.store, stream.filterId),
	]);
	const version = versions.at(-1);
	return {
		...stream,
		text: version?.text ?? '',
		source: version?.changelog ?? '',
		version: version?.version ?? 0,
		blocks: version === undefined ? {} : readFrozen(version.environment).blocks,
		newest,
		schema: schemaTree(stream.surveys),
	};
}

/** How a stream is found in Kafka. */
export interface KafkaAddress {
	readonly topic: string;
	readonly brokers: readonly string[];
	readonly security: KafkaSecurity;
	/** Whether this installation sends to Kafka. */
	readonly isOn: boolean;
}

/** How topics are read: `open` without a login, `login` with one that the broker's operator gives; `off` where nothing is sent. */
export function kafkaAccess(publish: FilterLocals['config']['publish']): 'off' | 'open' | 'login' {
	if (publish === null) return 'off';
	return publish.login === null ? 'open' : 'login';
}

/** How the stream of a topic (without prefix and origin) is found in Kafka. */
export function kafkaOf({ scope, config }: Pick<FilterLocals, 'scope' | 'config'>, topic: string): KafkaAddress {
	const { publish } = config;
	if (publish === null) {
		const security = { mechanism: null, tls: false };
		return { topic: `nightjar.${scope.origin}.${topic}`, brokers: ['localhost:9092'], security, isOn: false };
	}
	return {
		topic: `${publish.prefix}.${scope.origin}.${topic}`,
		brokers: publish.brokers,
		security: { mechanism: publish.login?.mechanism.toUpperCase() ?? null, tls: publish.tls !== null },
		isOn: publish.origins.includes(scope.origin),
	};
}

/** What the page of streams shows. */
export interface StreamsPage {
	readonly streams: readonly Stream[];
	readonly chosen: ChosenStream | null;
	readonly kafka: KafkaAddress;
	/** Path of the Avro schema; null where there is none. */
	readonly schemaPath: string | null;
}

/** What the page of streams shows: all of them, and the one that the address names, else the first. */
export async function loadStreams(
	locals: FilterLocals & Pick<App.Locals, 'operator' | 'cursorKey'>,
	topic: string | undefined,
): Promise<StreamsPage> {
	return forPage(async () => {
		const streams = await readStreams(locals);
		const stream = topic === undefined ? streams[0] : streams.find((one) => one.topic === topic);
		if (stream === undefined && topic !== undefined) {
			throw new ProblemError(404, `There is no stream "${topic.slice(0, 60)}" here, or its filter does not run now.`);
		}
		return {
			streams,
			chosen: stream === undefined ? null : await choose(locals, stream),
			kafka: kafkaOf(locals, stream?.topic ?? ''),
			schemaPath: SCHEMA_PATH,
		};
	});
}
