import { join } from 'node:path';
import { readClosedNights, readSlot, readWatermark } from '#clickhouse/read/ingest.ts';
import { readSimulatedOffsets, readSimulatedTotals } from '#clickhouse/read/simulation.ts';
import type { Store } from '#clickhouse/store.ts';
import { insertNights } from '#clickhouse/write/batch.ts';
import { insertTruth } from '#clickhouse/write/truth.ts';
import { nightText } from '#lib/astro/time.ts';
import type { Config } from '#server/config.ts';
import { type IngestOptions, runIngest } from '#server/ingest/pipeline.ts';
import { ensureSimulated } from '#server/catalog/builtIn.ts';
import { keepSimulationWithinBudget } from '#server/ingest/store/simulationBudget.ts';
import { takeSlot } from '#server/ingest/store/slot.ts';
import { createSimulation, type Simulation, type SurveyName } from '#server/simulate/index.ts';
import {
	recentNights,
	simulationPartition,
	SimulationSource,
	type SimulationSourceOptions,
} from '#server/simulate/source.ts';

/** Which sky is simulated, and when it is looked at. */
export interface SimulatedSky {
	readonly seed: number;
	readonly alertsPerNight: number;
	/** Nights with the current one; the budget never drops the newest 14. */
	readonly nights: number;
	/** Cloudy weeks are made up for by older nights, until the sky has so many alerts. */
	readonly leastAlerts: number;
	/** Simulated packets come minutes after their exposure anyway: larger batches cost much less each. */
	readonly batchRows: number;
	/** Milliseconds since 1970; tests set their own clock. */
	readonly now: () => number;
	/** Waits; ends early when aborted. */
	readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The sky that everyone sees first. */
const FIRST_SKY: SimulatedSky = {
	seed: 1,
	alertsPerNight: 1250,
	nights: 14,
	leastAlerts: 20_000,
	batchRows: 1000,
	now: Date.now,
	pause,
};
const MOST_NIGHTS = 21;
/** The current nights of both surveys: what arrives now, or arrived lately. */
const CURRENT_NIGHTS = 2;
const LIVE_BATCH_MS = 2000;
const PAST_BATCH_MS = 20_000;
const KEEP_EVERY_MS = 5 * 60_000;

/** What every ingest of this process shares: see ingestOptions in ingest.ts. */
type Shared = Omit<IngestOptions, 'source' | 'closeNights'>;
type Log = (line: string) => void;

interface Feed {
	readonly shared: Shared;
	readonly sky: SimulatedSky;
	readonly simulation: Simulation;
	readonly store: Store;
	readonly log: Log;
}

/** A night that is over and not closed yet for some surveys. */
interface OpenNight {
	readonly night: number;
	readonly surveys: readonly SurveyName[];
}

/** Nights of the window that are over and not closed yet for some survey, newest first. */
async function openNights({ store, simulation, sky }: Feed): Promise<OpenNight[]> {
	const closed = await readClosedNights(store, await readWatermark(store));
	return recentNights(sky.now(), MOST_NIGHTS)
		.slice(CURRENT_NIGHTS)
		.map((night) => ({
			night,
			surveys: simulation.surveys.filter((survey) => !closed.has(`${survey} simulated ${night}`)),
		}))
		.filter(({ surveys }) => surveys.length > 0);
}

/** Keeps what simulated alerts really were beside them, for the efficiency of filters and models. */
function truthInto(store: Store): NonNullable<SimulationSourceOptions['recordTruth']> {
	return (truths, group) =>
		insertTruth(
			store,
			truths.map(({ object, bogus, trueFlux, trueSnr, alertId, ...rest }) => ({
				...rest,
				alertId: BigInt(alertId),
				class: object.class,
				group: object.group,
				flux: trueFlux,
				snr: trueSnr,
				parameters: JSON.stringify({ z: object.z, t0: object.t0, bogus, ...object.parameters }),
			})),
			`truth:${group}:${truths.length}`,
		);
}

/** Brings in what is missing of some past nights in their order, and closes each when its last packets can be seen. */
async function fillNights(feed: Feed, slot: string, nights: readonly OpenNight[], signal: AbortSignal): Promise<void> {
	const { shared, sky, simulation, store, log } = feed;
	const done = await readSimulatedOffsets(store);
	const seen = new Map(done);
	const open = [...nights];
	const source = new SimulationSource(simulation, {
		nights: nights.map(({ night }) => night),
		done,
		recordTruth: truthInto(store),
	});
	const packetsOf = (night: number): number =>
		simulation.surveys.reduce((sum, survey) => sum + simulation.times(survey, night).length, 0);
	const isSeen = ({ night }: OpenNight): boolean =>
		simulation.surveys.every(
			(survey) =>
				(seen.get(simulationPartition(simulation.seed, night, survey)) ?? 0) >= simulation.times(survey, night).length,
		);
	const closeFirst = async ({ night, surveys }: OpenNight): Promise<void> => {
		const { number } = await readSlot(store, slot);
		const watermark = await readWatermark(store);
		await insertNights(
			store,
			{ writer: slot, number, knownAtMs: Date.now() },
			surveys.map((survey) => ({ survey, origin: 'simulated', night, reason: 'sourceEnded', watermark })),
		);
		open.shift();
		log(`simulated night ${nightText(night)}: ${packetsOf(night)} alerts`);
	};
	await runIngest({
		...shared,
		config: { ...shared.config, batchRows: sky.batchRows, batchMs: PAST_BATCH_MS },
		slot,
		source,
		closeNights: false,
		signal,
		onPublished: async ({ prepared }) => {
			for (const { partition, last } of prepared.ranges) seen.set(partition, Number(last) + 1);
			for (let first = open[0]; first !== undefined && isSeen(first); first = open[0]) await closeFirst(first);
		},
	});
	// nights without packets, or whose packets an earlier run had brought in
	for (const night of [...open]) if (!signal.aborted) await closeFirst(night);
}

/** Brings in what is missing of the past nights, newest first. */
async function fillPast(feed: Feed, slot: string, signal: AbortSignal): Promise<void> {
	const { store, sky, log } = feed;
	const open = await openNights(feed);
	const oldest = Math.floor(sky.now() / 86_400_000) - sky.nights + 1;
	const window = open.filter(({ night }) => night >= oldest);
	let filled = window.length;
	// in one run: nothing waits while the last batch of a night is being written
	if (filled > 0) await fillNights(feed, slot, window, signal);
	for (const older of open.filter(({ night }) => night < oldest)) {
		if (isAborted(signal) || (await readSimulatedTotals(store)).alerts >= sky.leastAlerts) break;
		await fillNights(feed, slot, [older], signal);
		filled += 1;
	}
	if (filled === 0) return;
	if (isAborted(signal)) return;
	const { alerts, nights } = await readSimulatedTotals(store);
	log(`The simulated sky has ${alerts} alerts of ${nights} nights; the current night goes on arriving.`);
}

function isAborted(signal: AbortSignal): boolean {
	return signal.aborted;
}

/** Keeps to the budget and fills in nights that have passed, now and then, until aborted. */
async function keepUp(feed: Feed, slot: string, budgetBytes: number, signal: AbortSignal): Promise<void> {
	while (!signal.aborted) {
		await fillPast(feed, slot, signal);
		if (isAborted(signal)) return;
		await ensureSimulated(feed.store, feed.simulation, feed.sky.now());
		const dropped = await keepSimulationWithinBudget(feed.store, budgetBytes);
		if (dropped > 0) feed.log(`The simulation keeps to its budget: ${dropped} of its oldest nights were dropped.`);
		await feed.sky.pause(KEEP_EVERY_MS, signal);
	}
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const timer = setTimeout(end, ms);
		signal.addEventListener('abort', end, { once: true });
		if (signal.aborted) end();
		function end(): void {
			clearTimeout(timer);
			signal.removeEventListener('abort', end);
			resolve();
		}
	});
}

/**
 * Simulates until aborted: the current nights first and on as their packets fall due, beside them the past two weeks,
 * newest first. What was brought in before is not made again.
 */
export async function feedSimulation(
	shared: Shared,
	config: Pick<Config, 'home' | 'simulationBudgetBytes'>,
	log: Log,
	sky: SimulatedSky = FIRST_SKY,
): Promise<void> {
	const pastSlot = `${shared.slot}-past`;
	const release = takeSlot(join(config.home, 'slots'), pastSlot);
	const stop = new AbortController();
	const signal = AbortSignal.any([shared.signal, stop.signal]);
	const simulation = createSimulation(sky);
	// what is simulated can always be made again: a batch that another version began is no loss
	const feed: Feed = { shared: { ...shared, abandon: true }, sky, simulation, store: shared.store, log };
	try {
		// first: alerts are matched as they come
		await ensureSimulated(feed.store, simulation, sky.now());
		let caughtUp: () => void = () => undefined;
		const current = new Promise<void>((resolve) => (caughtUp = resolve));
		const source = new SimulationSource(simulation, {
			nights: recentNights(sky.now(), CURRENT_NIGHTS),
			live: true,
			now: sky.now,
			done: await readSimulatedOffsets(shared.store),
			recordTruth: truthInto(shared.store),
			sleep: (ms, aborted) => {
				caughtUp();
				return sky.pause(ms, aborted);
			},
		});
		const live = runIngest({
			...feed.shared,
			config: { ...shared.config, batchRows: sky.batchRows, batchMs: LIVE_BATCH_MS },
			source,
			closeNights: false,
			signal,
		});
		const past = Promise.race([current, live]).then(() => keepUp(feed, pastSlot, config.simulationBudgetBytes, signal));
		const both = [live, past].map((one: Promise<unknown>) =>
			one.catch((error: unknown) => {
				stop.abort();
				throw error;
			}),
		);
		// where one failed, the other ends its batch before the slot is given back
		await Promise.allSettled(both);
		await Promise.all(both);
	} finally {
		stop.abort();
		release();
	}
}
