// npm run bench -- filters [FILTERS] [ALERTS]: CPU time of many filters on one batch of alerts, unknown values and all; then of 25 filters
// of the size of cats150 and of the filters that come with Nightjar on batches of a worker's size.
import type { EnrichedAlert } from '#lib/alert/enriched.ts';
import { check } from '#lib/filter/check.ts';
import { Pool } from '#lib/filter/core.ts';
import type { CheckedFilter, Environment } from '#lib/filter/index.ts';
import { FilterSet } from '#lib/filter/run.ts';
import { checkSystemFilter, SYSTEM_ENVIRONMENT, SYSTEM_FILTERS } from '#server/ingest/filter/system.ts';
import { makeEnriched, Random } from '../tests/support/enriched.ts';
import { CATS150 } from '../tests/support/peerFilters.ts';
import { cats150Variants } from './cats150.ts';
import { filterText } from './filterTexts.ts';

const ROUNDS = 7;
/** Alerts in a batch of a worker. */
const BATCH = 1000;
const COPIES = 25;

const [filterCount = 1000, alertCount = 10_000] = process.argv.slice(2).map(Number);

function cpuSeconds(work: () => void): number {
	const before = process.cpuUsage();
	work();
	const { user, system } = process.cpuUsage(before);
	return (user + system) / 1e6;
}

function checked(texts: readonly string[], environment?: Environment): CheckedFilter[] {
	const pool = new Pool();
	return texts.map((text) => {
		const { filter, problems } = check(text, environment, pool);
		if (filter === null) throw new Error(problems[0]?.message);
		return filter;
	});
}

function batches(alerts: readonly EnrichedAlert[], size: number): (readonly EnrichedAlert[])[] {
	return Array.from({ length: Math.ceil(alerts.length / size) }, (_, i) => alerts.slice(i * size, (i + 1) * size));
}

/** Runs filters on all alerts again and again: seconds of the first round and the median of the others. */
function measure(filters: readonly CheckedFilter[], alerts: readonly EnrichedAlert[], size = alerts.length) {
	const set = new FilterSet(filters);
	const parts = batches(alerts, size);
	let hits = 0;
	let visited = 0;
	const seconds = Array.from({ length: ROUNDS }, () => {
		hits = 0;
		visited = 0;
		return cpuSeconds(() => {
			for (const part of parts) {
				for (const run of set.run(part)) {
					if (run.error !== null) throw new Error(run.error);
					hits += run.hits.rows.length;
					visited += run.visited;
				}
			}
		});
	});
	const [first = 0, ...later] = seconds;
	return { first, median: later.sort((a, b) => a - b)[later.length >> 1] ?? 0, hits, visited };
}

const random = new Random(5);
const alerts = Array.from({ length: alertCount }, (_, i) => makeEnriched(random, i));
const points = alerts.reduce((sum, alert) => sum + alert.curve.length, 0);
const texts = Array.from({ length: filterCount }, (_, i) => filterText(random, i));
let many: CheckedFilter[] = [];
const checking = cpuSeconds(() => (many = checked(texts)));
console.log(
	`${filterCount} filters on ${alertCount} alerts with ${points} points; every third asks about the light curve`,
);
console.log(`checked in ${checking.toFixed(2)} CPU s`);
const { first, median, hits, visited } = measure(many, alerts);
console.log(`first batch ${first.toFixed(3)} CPU s; later ones ${median.toFixed(3)} (median of ${ROUNDS - 1})`);
console.log(`${hits} hits, ${(visited / 1e6).toFixed(0)} million rows and elements looked at`);

console.log(`\nbatches of ${BATCH}, CPU microseconds an alert, first round and median of ${ROUNDS - 1}:`);
const sets: readonly (readonly [string, readonly CheckedFilter[]])[] = [
	[`cats150, ${COPIES} copies`, checked(Array.from({ length: COPIES }, () => CATS150), SYSTEM_ENVIRONMENT)],
	[`cats150, ${COPIES} variants`, checked(cats150Variants(COPIES), SYSTEM_ENVIRONMENT)],
	[`the ${SYSTEM_FILTERS.length} filters that come with Nightjar`, shipped()],
]; // prettier-ignore

function shipped(): CheckedFilter[] {
	const pool = new Pool();
	return SYSTEM_FILTERS.map((entry) => checkSystemFilter(entry, pool));
}

const micro = (seconds: number): string => ((1e6 * seconds) / alertCount).toFixed(1);
for (const [name, filters] of sets) {
	const result = measure(filters, alerts, BATCH);
	console.log(`${name}: ${micro(result.first)}, ${micro(result.median)}; ${result.hits} hits`);
}
