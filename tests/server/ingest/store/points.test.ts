import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alert } from '#lib/alert/alert.ts';
import { pointKey, valueHash } from '#lib/alert/pointHash.ts';
import {
	choosePoints,
	comparePackets,
	hasLaterAlert,
	type CarriedAlert,
	type KnownPoints,
	type KnownVersion,
} from '#server/ingest/store/points.ts';
import { makeAlert, makePoint } from '../../../support/alerts.ts';

interface Stored {
	readonly versions: Map<number, (KnownVersion & { objectId: string })[]>;
	readonly alerts: (CarriedAlert & { objectId: string })[];
	rows: number;
}

/** What batch.ts does with the store, without the store: alerts of a batch in packet order, known = everything before. */
function ingest(stored: Stored, batch: readonly Alert[]): void {
	const before: CarriedAlert[] = [...stored.alerts];
	const ordered = [...batch].sort((a, b) =>
		comparePackets({ alertMjd: a.mjd, alertId: a.alertId }, { alertMjd: b.mjd, alertId: b.alertId }),
	);
	const known: KnownPoints = new Map([...stored.versions].map(([key, versions]) => [key, [...versions]]));
	const knownBefore: KnownPoints = new Map([...known].map(([key, versions]) => [key, [...versions]]));
	for (const alert of ordered) {
		const packet = { alertMjd: alert.mjd, alertId: alert.alertId };
		const choice = choosePoints(alert, known, hasLaterAlert(knownBefore, packet) ? before : []);
		stored.alerts.push({
			objectId: alert.objectId,
			alertMjd: alert.mjd,
			alertId: alert.alertId,
			carried: new Set(choice.carried),
		});
		stored.rows += choice.points.length + choice.reaffirmed.length;
	}
	stored.versions.clear();
	for (const [key, versions] of known) {
		stored.versions.set(
			key,
			versions.map((version) => ({ ...version, objectId: 'o' })),
		);
	}
}

/** The value shown of every point: the detection's own alert, else the greatest packet. */
function shown(stored: Stored): Map<number, number> {
	const answer = new Map<number, number>();
	for (const [key, versions] of stored.versions) {
		const best = [...versions].sort((a, b) => Number(b.own) - Number(a.own) || comparePackets(b, a))[0];
		if (best !== undefined) answer.set(key, best.value);
	}
	return answer;
}

const empty = (): Stored => ({ versions: new Map(), alerts: [], rows: 0 });

/** Packets of one object: each sees some of five forced points, with one of three values each. */
const packets = fc
	.array(fc.array(fc.option(fc.integer({ min: 0, max: 2 }), { nil: null }), { minLength: 5, maxLength: 5 }), {
		minLength: 1,
		maxLength: 7,
	})
	.map((views) =>
		views.map((view, i) =>
			makeAlert({
				alertId: BigInt(i + 1),
				mjd: 60_000 + Math.floor(i / 2),
				history: view.flatMap((value, j) =>
					value === null
						? []
						: [makePoint({ kind: 'forcedPhotometry', timeReceived: 2_459_990 + j, valueHash: valueHash([value]) })],
				),
			}),
		),
	);

describe('choosePoints', () => {
	it('shows the same values whatever order and batches the packets came in', () => {
		fc.assert(
			fc.property(
				packets.chain((alerts) =>
					fc.tuple(
						fc.constant(alerts),
						fc.shuffledSubarray(alerts, { minLength: alerts.length }),
						fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
					),
				),
				([alerts, shuffled, cuts]) => {
					const mixed = empty();
					let batch: Alert[] = [];
					shuffled.forEach((alert, i) => {
						batch.push(alert);
						if (cuts[i] === true) {
							ingest(mixed, batch);
							batch = [];
						}
					});
					if (batch.length > 0) ingest(mixed, batch);
					// alerts are generated in packet order: the last one that carries a point decides
					const truth = new Map<number, number>();
					for (const alert of alerts) {
						for (const point of [alert.detection, ...alert.history]) truth.set(pointKey(point), point.valueHash);
					}
					const sorted = (map: Map<number, number>) => [...map].sort((a, b) => a[0] - b[0]);
					expect(sorted(shown(mixed))).toEqual(sorted(truth));
				},
			),
			{ numRuns: 3000 },
		);
	});

	it('drops known points with the same values and appends those with other values', () => {
		const stored = empty();
		const point = makePoint({ kind: 'upperLimit', valueHash: valueHash([20.1]) });
		ingest(stored, [makeAlert({ alertId: 1n, mjd: 60_001, history: [point] })]);
		ingest(stored, [makeAlert({ alertId: 2n, mjd: 60_002, history: [point] })]);
		expect(stored.rows).toBe(3); // two own detections, one limit
		ingest(stored, [
			makeAlert({
				alertId: 3n,
				mjd: 60_003,
				history: [makePoint({ kind: 'upperLimit', valueHash: valueHash([20.2]) })],
			}),
		]);
		expect(stored.versions.get(pointKey(point))).toHaveLength(2);
	});

	it("shows a detection's own alert even when a later packet carries other values of it", () => {
		const stored = empty();
		const own = makeAlert({ alertId: 7n, mjd: 60_001 });
		ingest(stored, [
			makeAlert({ alertId: 9n, mjd: 60_005, history: [makePoint({ sourceId: 7n, valueHash: valueHash(['other']) })] }),
		]);
		ingest(stored, [own]);
		const versions = stored.versions.get(pointKey(own.detection)) ?? [];
		expect(versions.filter((version) => version.own)).toHaveLength(1);
		expect(shown(stored).get(pointKey(own.detection))).toBe(versions.find((version) => version.own)?.value);
	});

	it('counts a point that one packet repeats once', () => {
		const stored = empty();
		const point = makePoint({ kind: 'upperLimit' });
		ingest(stored, [makeAlert({ alertId: 1n, history: [point, point] })]);
		expect(stored.rows).toBe(2);
	});
});

describe('pointKey', () => {
	it('tells kinds, source ids, bands and times apart and rounds time to 1e-6 d', () => {
		const base = makePoint({ timeReceived: 2_460_000.123_456_7 });
		expect(pointKey(base)).toBe(pointKey({ ...base, timeReceived: 2_460_000.123_456_8 }));
		for (const other of [
			{ kind: 'upperLimit' as const },
			{ sourceId: 1n },
			{ band: 'g' },
			{ timeReceived: 2_460_000.123_46 },
		]) {
			expect(pointKey({ ...base, ...other })).not.toBe(pointKey(base));
		}
		// with a source id, time and band play no part
		expect(pointKey({ ...base, sourceId: 5n, band: 'g' })).toBe(pointKey({ ...base, sourceId: 5n, timeReceived: 1 }));
	});

	it('does not collide on a million ids and times', () => {
		const keys = new Set<number>();
		for (let i = 0; i < 500_000; i += 1) {
			keys.add(pointKey(makePoint({ sourceId: 2_500_000_000_000_000_000n + BigInt(i) })));
			keys.add(pointKey(makePoint({ timeReceived: 2_460_000 + i * 1e-5 })));
		}
		expect(keys.size).toBe(1_000_000);
	});
});
