import * as v from 'valibot';
import { readCatalogs } from '#clickhouse/read/catalogs.ts';
import { readEnrichedAlerts } from '#clickhouse/read/enrichedAlerts.ts';
import { readActiveVersions, readDueNights, type ActiveVersion, type DueNight } from '#clickhouse/read/filters.ts';
import { readSlot } from '#clickhouse/read/ingest.ts';
import { render } from '#clickhouse/read/render.ts';
import { readStoredAlerts } from '#clickhouse/read/storedAlerts.ts';
import type { BatchStamp } from '#clickhouse/records.ts';
import { StoreError, type Store } from '#clickhouse/store.ts';
import { abandonBatch, insertOpened, insertPublished, insertSent } from '#clickhouse/write/batch.ts';
import { insertHits, insertRuns, insertState, type HitRow } from '#clickhouse/write/filters.ts';
import type { Alert } from '#lib/alert/alert.ts';
import { isPublic } from '#lib/alert/access.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { ORIGINS } from '#lib/alert/survey.ts';
import { nightFromText } from '#lib/astro/time.ts';
import { Pool, toSql, type AnnotationValue, type CheckedFilter } from '#lib/filter/index.ts';
import { checkVersion } from './filter/stage.ts';
import type { Sink } from './publish/sink.ts';

/** The slot that hits of closed nights are written under (design rule 6). */
const NIGHTS_SLOT = 'nights';

const boundarySchema = v.object({
	knownAtMs: v.number(),
	reference: v.string(),
	survey: v.string(),
	night: v.string(),
	origin: v.picklist(ORIGINS),
	/** Whether the hits go to the topic of the filter. */
	sends: v.optional(v.boolean(), false),
});
type Boundary = v.InferOutput<typeof boundarySchema>;

/** Alerts of a closed night: those that came later are not among them, so that it gives the same at any time. */
const NIGHT = 'survey = {nightSurvey:String} AND night = {nightDate:Date} AND NOT late';

type SqlHit = Record<'survey' | 'alertId' | 'objectId' | 'programme' | 'night', string> & {
	readonly mjd: number;
} & Readonly<Record<`annotation_${number}`, AnnotationValue>>;

/** The hits of a filter on a closed night, in its order, as rows to record. */
export async function hitsOfNight(
	store: Store,
	scope: AccessScope,
	filter: CheckedFilter,
	of: { readonly filterId: string; readonly version: number; readonly survey: string; readonly night: string },
): Promise<HitRow[]> {
	const { sql, params, annotations } = toSql(filter, { where: NIGHT });
	const night = { nightSurvey: of.survey, nightDate: of.night };
	const found = await store.query<SqlHit>(render(sql, scope), { ...params, ...night }, { class: 'export' });
	if (found.length === 0) return [];
	const pixels = await store.query<{ alertId: string; pixel: string }>(
		render(
			`SELECT alert_id AS alertId, any(hpx29) AS pixel FROM alerts
WHERE {scope} AND ${NIGHT} AND alert_id IN {nightIds:Array(UInt64)} GROUP BY alert_id`,
			scope,
		),
		{ ...night, nightIds: found.map(({ alertId }) => BigInt(alertId)) },
		{ class: 'export' },
	);
	const pixelOf = new Map(pixels.map(({ alertId, pixel }) => [alertId, BigInt(pixel)]));
	return found.map((row, i) => ({
		...{ filterId: of.filterId, version: of.version, survey: row.survey, night: nightFromText(of.night) ?? 0 },
		alertId: BigInt(row.alertId),
		objectId: row.objectId,
		programme: row.programme,
		origin: scope.origin,
		hpx29: pixelOf.get(row.alertId) ?? 0n,
		mjd: row.mjd,
		place: filter.order === null ? 0 : i + 1,
		annotations: annotations.map(({ name }, column) => {
			const value = row[`annotation_${column}`];
			return { name, value: value === undefined || value === '' ? null : value };
		}),
	}));
}

/** Hits that are read back and sent at a time. */
const SEND_ROWS = 200;

/** Why a filter cannot be run on a night; null where the store itself is to blame. */
function reasonOf(error: unknown): string | null {
	if (!(error instanceof StoreError) || error.retriable || error.code === 0) return null;
	if (error.code === 159 || error.code === 160) return 'A night takes too long: put cheap conditions first.';
	if (error.code === 241) return 'A night needs too much memory: put conditions on columns of the alert first.';
	return `The store cannot run it on a night (its error ${error.code}): write it in another way, or tell the operator.`;
}

/** What `AfterNights` is given besides the store. */
export interface AfterNightsOptions {
	readonly codeVersion: string;
	readonly log?: (line: string) => void;
	/** Where hits are published; nowhere without. */
	readonly sink?: Sink;
}

/**
 * Runs the filters that wait for the end of a night on the nights that are closed, each once, under one durable slot; their hits go
 * to their topics at least once.
 */
export class AfterNights {
	readonly slot = NIGHTS_SLOT;
	#number = 0n;
	/** Nothing was looked at yet, or a batch could not be sent: none may be opened after it, for a slot remembers only its last. */
	#mustFinish = true;

	constructor(
		private readonly store: Store,
		private readonly options: AfterNightsOptions,
	) {}

	/** Finishes what a crash left open, or unsent, under its own number. The slot must be held. */
	async finishOpen(signal: AbortSignal): Promise<void> {
		const state = await readSlot(this.store, NIGHTS_SLOT);
		this.#number = state.number;
		this.#mustFinish = false;
		const text = state.unfinished ?? state.unsent;
		if (text === null) return;
		const parsed = v.safeParse(boundarySchema, JSON.parse(text));
		const batch = { writer: NIGHTS_SLOT, number: state.number, knownAtMs: Date.now() };
		const [version] = parsed.success ? await readActiveVersions(this.store, [parsed.output.reference]) : [];
		if (parsed.success && version !== undefined) {
			const known = { ...batch, knownAtMs: parsed.output.knownAtMs };
			if (state.unfinished === null) await this.#sendAgain(known, parsed.output, version, signal);
			else await this.#write(known, parsed.output, version, signal);
		} else if (state.unfinished !== null) {
			await abandonBatch(this.store, batch, Date.now(), this.options.codeVersion);
		}
	}

	/** Runs what is due, after what was left open; answers how many nights of filters that were. */
	async once(signal: AbortSignal): Promise<number> {
		if (this.#mustFinish) await this.finishOpen(signal);
		const versions = (await readActiveVersions(this.store)).filter(({ kind }) => kind === 'afterNight');
		const due = await readDueNights(this.store, versions);
		let done = 0;
		for (const night of due) {
			const version = versions.find(({ id }) => id === night.filterId);
			if (version === undefined || this.#mustFinish) continue;
			await this.#run(version, night, signal);
			done += 1;
		}
		return done;
	}

	async #run(version: ActiveVersion, { survey, night, origin }: DueNight, signal: AbortSignal): Promise<void> {
		const sends = this.options.sink !== undefined && version.topic !== '';
		const boundary: Boundary = {
			...{ knownAtMs: Date.now(), reference: `${version.id}@${version.version}`, survey, night, origin, sends },
		};
		this.#number += 1n;
		const batch: BatchStamp = { writer: NIGHTS_SLOT, number: this.#number, knownAtMs: boundary.knownAtMs };
		await insertOpened(this.store, batch, JSON.stringify(boundary), this.options.codeVersion);
		await this.#write(batch, boundary, version, signal);
	}

	async #hits({ survey, night, origin }: Boundary, version: ActiveVersion): Promise<readonly HitRow[] | string> {
		const filter = checkVersion(version, new Pool());
		if (typeof filter === 'string') return filter;
		const of = { filterId: version.id, version: version.version, survey, night };
		try {
			return await hitsOfNight(this.store, { origin, grants: version.grants }, filter, of);
		} catch (error) {
			// one filter that the store cannot run keeps no other waiting
			const reason = reasonOf(error);
			if (reason === null) throw error;
			this.options.log?.(`The filter "${version.name}" on ${survey} ${night}: ${String(error)}`);
			return reason;
		}
	}

	async #write(batch: BatchStamp, boundary: Boundary, version: ActiveVersion, signal: AbortSignal): Promise<void> {
		const { survey, night, origin } = boundary;
		const began = performance.now();
		const found = await this.#hits(boundary, version);
		const elapsedMs = performance.now() - began;
		const [hits, reason] = typeof found === 'string' ? [[], found] : [found, ''];
		await insertHits(this.store, batch, hits);
		const run = { filterId: version.id, version: version.version, survey, origin, night: nightFromText(night) ?? 0 };
		await insertRuns(this.store, batch, [{ ...run, hits: hits.length, elapsedMs, reason }]);
		await insertPublished(this.store, batch, 0, Date.now(), this.options.codeVersion);
		if (reason !== '') {
			this.options.log?.(`The filter "${version.name}" was set aside: ${reason}`);
			const { expected } = version;
			const change = { state: 'setAside', version: version.version, reason, by: 'nightjar', expected } as const;
			await insertState(this.store, version.id, change, Date.now());
		}
		if (boundary.sends) await this.#send(batch, hits, version, { again: false, signal });
	}

	/** Readers can see the hits and nothing says that the topic has them: a closed night gives the same again. */
	async #sendAgain(batch: BatchStamp, boundary: Boundary, version: ActiveVersion, signal: AbortSignal): Promise<void> {
		if (!boundary.sends) return;
		const hits = await this.#hits(boundary, version);
		await this.#send(batch, typeof hits === 'string' ? [] : hits, version, { again: true, signal });
	}

	async #send(
		batch: BatchStamp,
		hits: readonly HitRow[],
		version: ActiveVersion,
		how: { readonly again: boolean; readonly signal: AbortSignal },
	): Promise<void> {
		const { sink, codeVersion } = this.options;
		if (sink === undefined) return;
		// topics are public; the alerts of an object follow one another in time
		const open = hits
			.filter(({ survey, programme }) => isPublic(survey, programme))
			.sort((a, b) => a.mjd - b.mjd || (a.alertId < b.alertId ? -1 : 1));
		let messages = 0;
		for (let from = 0; from < open.length; from += SEND_ROWS) {
			const sent = await this.#sendSome(sink, batch, open.slice(from, from + SEND_ROWS), version, how);
			if (sent === null) {
				this.#mustFinish = true;
				return;
			}
			messages += sent;
		}
		await insertSent(this.store, batch, { messages, note: '', atMs: Date.now() }, codeVersion);
	}

	/** Sends hits of one survey with their alerts as they were known when they came, as far as everyone may see it. */
	async #sendSome(
		sink: Sink,
		batch: BatchStamp,
		hits: readonly HitRow[],
		{ name, topic }: ActiveVersion,
		how: { readonly again: boolean; readonly signal: AbortSignal },
	): Promise<number | null> {
		const [{ survey: surveyName, origin } = { survey: '', origin: 'real' as const }] = hits;
		const survey = findSurvey(surveyName);
		if (survey === undefined) return 0;
		const ids = hits.map(({ alertId }) => alertId);
		const [stored, known] = await Promise.all([
			readStoredAlerts(this.store, survey, ids, { cutouts: sink.carriesCutouts }),
			readEnrichedAlerts(
				this.store,
				{ origin, grants: [] },
				ids.map((alertId) => ({ survey: surveyName, alertId })),
				(await readCatalogs(this.store)).map((catalog) => catalog.name),
				{ class: 'export' },
			),
		]);
		const asStored = new Map(stored.map((one) => [one.alert.alertId, one]));
		const rowOf = new Map(known.map(({ alert }, row) => [alert.alertId, row]));
		const received = new Map<Alert, number>();
		const enriched = known.map((entry) => {
			const { alert, receivedAtMs } = asStored.get(entry.alert.alertId) ?? { alert: entry.alert, receivedAtMs: 0 };
			received.set(alert, receivedAtMs);
			return { ...entry, alert };
		});
		return sink.send(
			{
				...{ batch, enriched, hitsOnly: true, late: () => false },
				hits: hits.flatMap(({ filterId, version, alertId, annotations }) => {
					const row = rowOf.get(alertId);
					return row === undefined ? [] : [{ filterId, version, name, topic, row, annotations }];
				}),
				receivedAtMs: (alert) => received.get(alert) ?? batch.knownAtMs,
			},
			how,
		);
	}
}
