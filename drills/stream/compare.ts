import type { Alert } from '#lib/alert/alert.ts';
import type { Store } from '#clickhouse/store.ts';
import type { Enrichment } from './enrichment.ts';
import { type Sent, shaOf } from './producer.ts';
import type { Seen, Witness } from './witness.ts';

/** What stands in the tables and topics at rest. */
export interface Figures {
	readonly messages: number;
	readonly alerts: number;
	readonly poison: number;
	/** Rows of alerts beyond one for each, which racing writers leave and readers do not see. */
	readonly surplusRows: number;
	/** Messages in the output topics beyond one for each alert. */
	readonly sentTwice: number;
}

/** What is compared. */
export interface Scene {
	readonly store: Store;
	readonly portal: string;
	readonly topics: readonly string[];
	readonly outTopics: readonly string[];
	readonly sent: readonly Sent[];
	readonly witness: Witness;
	/** Alerts whose images were compared before. */
	readonly seenImages: Set<string>;
	/** Messages that may stand twice in output topics: a batch for each end of a worker. */
	readonly mayBeTwice: number;
	readonly enrichment: Enrichment;
}

type Row = Readonly<Record<string, string | number | null>>;

const keyOf = (alert: Pick<Alert, 'survey' | 'alertId'>): string => `${alert.survey}/${alert.alertId}`;
const single = (value: number): number | null => (Number.isNaN(value) ? null : Math.fround(value));

/** The first few of a list, for people. */
function some(what: string, list: readonly string[]): string[] {
	return list.length === 0 ? [] : [`${list.length} ${what}: ${list.slice(0, 3).join(', ')}`];
}

function difference(wanted: Iterable<string>, found: Iterable<string>): { missing: string[]; extra: string[] } {
	const have = new Set(found);
	const want = new Set(wanted);
	return { missing: [...want].filter((one) => !have.has(one)), extra: [...have].filter((one) => !want.has(one)) };
}

/** The raw topics as an independent client reads them are what the producer says it sent. */
function compareRaw({ topics, sent, witness }: Scene): string[] {
	const raw = topics.flatMap((topic) => witness.of(topic)).map(({ sha256 }) => sha256);
	const problems: string[] = [];
	const { missing, extra } = difference(
		sent.map(({ sha256 }) => sha256),
		raw,
	);
	problems.push(...some('messages of the producer are not in the raw topics', missing));
	problems.push(...some('messages in the raw topics are not the producer’s', extra));
	if (raw.length !== sent.length) problems.push(`${sent.length} messages were sent, the raw topics hold ${raw.length}`);
	return problems;
}

function alertProblems(row: Row, alert: Alert | undefined): string[] {
	const id = `${row['survey'] ?? ''}/${row['id'] ?? ''}`;
	if (alert === undefined) return [`${id} was never sent`];
	const wanted = [alert.objectId, alert.ra, alert.dec, alert.mjd, single(alert.psfFlux), alert.band];
	const flux = row['flux'] ?? null;
	const found = [
		row['objectId'],
		row['ra'],
		row['dec'],
		row['mjd'],
		flux === null ? null : Math.fround(Number(flux)),
		row['band'],
	];
	if (JSON.stringify(wanted) !== JSON.stringify(found))
		return [`${id} is ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`];
	return Number(row['contents']) === 1 ? [] : [`${id} stands with ${row['contents'] ?? '?'} contents`];
}

async function compareAlerts(
	{ store }: Scene,
	alerts: ReadonlyMap<string, Alert>,
): Promise<{ problems: string[]; surplus: number }> {
	const rows = await store.query<Row>(
		`SELECT survey, toString(alert_id) AS id, any(a.object_id) AS objectId, any(a.ra) AS ra, any(a.dec) AS dec, any(a.mjd) AS mjd,
			any(a.psf_flux) AS flux, any(a.band) AS band, count() AS n,
			uniqExact(toString((a.object_id, a.ra, a.dec, a.mjd, a.psf_flux, a.mag, a.band, a.n_detections))) AS contents
		FROM alerts AS a GROUP BY survey, alert_id`,
		{},
		{ class: 'ingest' },
	);
	const found = rows.map((row) => `${row['survey'] ?? ''}/${row['id'] ?? ''}`);
	const { missing } = difference(alerts.keys(), found);
	const wrong = rows.flatMap((row, i) => alertProblems(row, alerts.get(found[i] ?? '')));
	const surplus = rows.reduce((sum, row) => sum + Number(row['n']) - 1, 0);
	return { problems: [...some('alerts are lost', missing), ...some('alerts are wrong', wrong)], surplus };
}

/** Counts as readers see them, and rows that a visible alert needs. */
async function compareCounts({ store }: Scene, alerts: ReadonlyMap<string, Alert>): Promise<string[]> {
	const [row] = await store.query<Row>(
		`SELECT
			(SELECT uniqExactMerge(alerts) FROM nightly) AS nightly,
			(SELECT sum(n) FROM (SELECT uniqExactMerge(alerts) AS n FROM nightly GROUP BY night, survey, class, hpx6)) AS nightlyByPlace,
			(SELECT sum(n) FROM (SELECT uniqExactMerge(alerts) AS n FROM objects GROUP BY survey, object_id)) AS objects,
			(SELECT uniqExact(survey, object_id) FROM objects) AS objectNames,
			(SELECT uniqExact(survey, alert_id) FROM photometry WHERE own) AS own,
			(SELECT uniqExact(survey, alert_id) FROM cutouts) AS cutouts`,
		{},
		{ class: 'ingest' },
	);
	const count = alerts.size;
	const objectNames = new Set([...alerts.values()].map(({ survey, objectId }) => `${survey}/${objectId}`)).size;
	const wanted: Readonly<Record<string, number>> = {
		nightly: count,
		nightlyByPlace: count,
		objects: count,
		objectNames,
		own: count,
		cutouts: count,
	};
	return Object.entries(wanted).flatMap(([name, number]) =>
		Number(row?.[name]) === number ? [] : [`${name}: ${row?.[name] ?? '?'} instead of ${number}`],
	);
}

/** The images of alerts that were not compared before. */
async function compareImages({ store, seenImages }: Scene, alerts: ReadonlyMap<string, Alert>): Promise<string[]> {
	const fresh = [...alerts].filter(([key]) => !seenImages.has(key));
	if (fresh.length === 0) return [];
	const rows = await store.query<Row>(
		`SELECT DISTINCT survey, toString(alert_id) AS id, lower(hex(SHA256(science))) AS science, lower(hex(SHA256(template))) AS template,
			lower(hex(SHA256(difference))) AS difference
		FROM cutouts AS c WHERE alert_id IN {ids:Array(UInt64)}`,
		{ ids: fresh.map(([, { alertId }]) => alertId) },
		{ class: 'ingest' },
	);
	const found = new Map<string, string[]>();
	for (const row of rows) {
		const key = `${row['survey'] ?? ''}/${row['id'] ?? ''}`;
		const text = [row['science'], row['template'], row['difference']].join();
		found.set(key, [...(found.get(key) ?? []), text]);
	}
	const wrong = fresh.flatMap(([key, { cutouts }]) => {
		const wanted = [cutouts.science, cutouts.template, cutouts.difference].map(shaOf).join();
		seenImages.add(key);
		return found.get(key)?.join(';') === wanted ? [] : [key];
	});
	return some('alerts have other images than their packets', wrong);
}

/** Each offset has ended in one state, and what was set aside is the poison, whole. */
async function compareOffsets(
	{ store, topics, sent, witness }: Scene,
	alerts: ReadonlyMap<string, Alert>,
): Promise<string[]> {
	const rows = await store.query<Row>(
		`SELECT splitByChar('/', partition)[2] AS topic, sum(received) AS received, sum(stored) AS stored, sum(duplicates) AS duplicates,
			sum(dead_letters) AS dead FROM deliveries WHERE source = 'kafka' GROUP BY topic`,
		{},
		{ class: 'ingest' },
	);
	const problems: string[] = [];
	for (const topic of topics) {
		const row = rows.find((one) => one['topic'] === topic);
		const offsets = witness.of(topic).length;
		const stored = [...alerts.values()].filter(({ survey }) => topic.startsWith(survey)).length;
		const wanted = [offsets, stored, 0, offsets - stored];
		const found = ['received', 'stored', 'duplicates', 'dead'].map((name) => Number(row?.[name] ?? 0));
		if (JSON.stringify(found) !== JSON.stringify(wanted))
			problems.push(
				`${topic}: received, stored, duplicates, set aside are ${found.join()} instead of ${wanted.join()}`,
			);
	}
	const letters = await store.query<Row>(
		`SELECT DISTINCT splitByChar('/', partition)[2] AS topic, splitByChar('/', partition)[3] AS part, toString(source_offset) AS offset,
			lower(hex(sha256)) AS sha FROM dead_letters`,
		{},
		{ class: 'ingest' },
	);
	const poison = new Set(sent.filter(({ alert }) => alert === null).map(({ sha256 }) => sha256));
	const wanted = topics
		.flatMap((topic) => witness.of(topic))
		.filter(({ sha256 }) => poison.has(sha256))
		.map(({ topic, partition, offset, sha256 }) => `${topic}/${partition}/${offset} ${sha256}`);
	const { missing, extra } = difference(
		wanted,
		letters.map((row) => `${row['topic'] ?? ''}/${row['part'] ?? ''}/${row['offset'] ?? ''} ${row['sha'] ?? ''}`),
	);
	return [
		...problems,
		...some('poison messages are not set aside', missing),
		...some('dead letters are not poison', extra),
	];
}

/** The output topics hold every alert, as it is, in order for each object, and few of them twice. */
function compareOutput(
	{ outTopics, sent, witness, mayBeTwice }: Scene,
	alerts: ReadonlyMap<string, Alert>,
): { problems: string[]; twice: number } {
	const problems: string[] = [];
	const messages = outTopics.flatMap((topic) => witness.of(topic));
	const keys = messages.map(({ survey, alertId }) => `${survey ?? ''}/${alertId ?? ''}`);
	const { missing, extra } = difference(alerts.keys(), keys);
	problems.push(
		...some('alerts are not in the output topics', missing),
		...some('alerts there were never sent', extra),
	);
	const twice = messages.length - new Set(keys).size;
	if (twice > mayBeTwice) problems.push(`${twice} messages stand twice in output topics; ${mayBeTwice} may`);
	const wrong = messages.flatMap((one, i) => {
		const alert = alerts.get(keys[i] ?? '');
		return alert !== undefined && sameAlert(one, alert) ? [] : [keys[i] ?? ''];
	});
	problems.push(...some('alerts in output topics differ from their packets', wrong));
	const order = new Map(sent.flatMap(({ alert }, i) => (alert === null ? [] : [[keyOf(alert), i] as const])));
	const last = new Map<string, number>();
	const seen = new Set<string>();
	const late: string[] = [];
	messages.forEach(({ survey, objectId }, i) => {
		const key = keys[i] ?? '';
		if (seen.has(key)) return;
		seen.add(key);
		const object = `${survey ?? ''}/${objectId ?? ''}`;
		const place = order.get(key) ?? -1;
		if (place < (last.get(object) ?? -1)) late.push(key);
		last.set(object, Math.max(place, last.get(object) ?? -1));
	});
	problems.push(...some('alerts came after a later one of their object', late));
	return { problems, twice };
}

function sameAlert(one: Seen, alert: Alert): boolean {
	const flux = one.psfFlux === null || one.psfFlux === undefined ? null : Math.fround(one.psfFlux);
	const found = [one.objectId, one.ra, one.dec, one.mjd, flux, one.band];
	return (
		JSON.stringify(found) ===
		JSON.stringify([alert.objectId, alert.ra, alert.dec, alert.mjd, single(alert.psfFlux), alert.band])
	);
}

/** What the portal says of the stream. */
async function compareStatus({ portal, sent }: Scene, alerts: ReadonlyMap<string, Alert>): Promise<string[]> {
	const wanted = [sent.length, alerts.size, 0, sent.length - alerts.size, true];
	let said = 'nothing';
	for (let tries = 0; tries < 40; tries += 1) {
		const answer = await fetch(`${portal}/api/v1/status`).catch(() => null);
		if (answer?.ok === true) {
			const status = (await answer.json()) as {
				completeness: {
					source: string;
					received: number;
					stored: number;
					duplicates: number;
					deadLetters: number;
					complete: boolean;
				}[];
			};
			const row = status.completeness.find(({ source }) => source === 'kafka');
			said = JSON.stringify([row?.received, row?.stored, row?.duplicates, row?.deadLetters, row?.complete]);
			if (said === JSON.stringify(wanted)) return [];
		}
		await new Promise((resolve) => setTimeout(resolve, 500));
	}
	return [`/api/v1/status says ${said} instead of ${JSON.stringify(wanted)}`];
}

/** Compares everything with the producer's own list and with what an independent client reads. */
export async function compare(scene: Scene): Promise<{ problems: string[]; figures: Figures }> {
	await scene.witness.look();
	const alerts = new Map(scene.sent.flatMap(({ alert }) => (alert === null ? [] : [[keyOf(alert), alert] as const])));
	const stored = await compareAlerts(scene, alerts);
	const output = compareOutput(scene, alerts);
	const problems = [
		...compareRaw(scene),
		...stored.problems,
		...(await compareCounts(scene, alerts)),
		...(await compareImages(scene, alerts)),
		...(await compareOffsets(scene, alerts)),
		...output.problems,
		...(await scene.enrichment.compare(alerts)),
		...(await compareStatus(scene, alerts)),
	];
	const figures = {
		messages: scene.sent.length,
		alerts: alerts.size,
		poison: scene.sent.length - alerts.size,
		surplusRows: stored.surplus,
		sentTwice: output.twice,
	};
	return { problems, figures };
}

/** Photometry of the store without its batches: points once each, and a sum over their values. */
export async function photometryOf(store: Store, survey = ''): Promise<string> {
	const [row] = await store.query<Row>(
		`SELECT count() AS n, toString(sum(cityHash64(survey, object_id, point_key, value_hash, kind, band, mjd, psf_flux, mag, limit_mag, programme))) AS content
		FROM (SELECT DISTINCT survey, object_id, point_key, value_hash, kind, band, mjd, psf_flux, mag, limit_mag, programme FROM photometry WHERE {survey:String} IN ('', survey))`,
		{ survey },
		{ class: 'ingest' },
	);
	return JSON.stringify(row);
}
