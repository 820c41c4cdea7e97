import { describe, expect, it } from 'vitest';
import type { AlertRow, Tonight } from '#lib/alert/views.ts';
import { Live } from '../../src/routes/live.svelte.ts';

const NIGHT = '2026-11-19';

function row(alertId: string, night = NIGHT, survey = 'ztf'): AlertRow {
	return { survey, alertId, night } as AlertRow;
}
function tonight(newest: readonly AlertRow[]): Tonight {
	const counts = [{ survey: 'ztf', night: NIGHT, alerts: 10, closed: false }];
	return { night: NIGHT, newest, counts } as unknown as Tonight;
}
const idsOf = (rows: readonly AlertRow[]): string[] => rows.map(({ alertId }) => alertId);

describe('what arrives on Tonight', () => {
	it('is counted and drawn once, however often it comes', () => {
		const live = new Live(tonight([row('9')]));
		live.take([row('11'), row('12')], 1000);
		live.take([row('12'), row('11', NIGHT, 'lsst'), row('12')], 2000);
		expect(live.counts).toEqual({ ztf: 12, lsst: 1 });
		expect(live.total).toBe(13);
		expect(live.pending.map(({ survey, alertId }) => `${survey} ${alertId}`)).toEqual(['ztf 11', 'ztf 12', 'lsst 11']);
		expect(live.rates['ztf']).toBeCloseTo(2 * (live.rates['lsst'] ?? 0), 12);
		expect(idsOf(live.newest)).toEqual(['11', '12', '11', '9']);
	});
	it('is counted also where the list of the page has it already, and stands there once', () => {
		const live = new Live(tonight([row('9')]));
		live.take([row('9')], 1000);
		expect(live.total).toBe(11);
		expect(idsOf(live.newest)).toEqual(['9']);
	});
	it('of another night is not counted under this date, and a later one ends the night', () => {
		const live = new Live(tonight([]));
		live.take([row('11'), row('12', '2026-11-18')], 1000);
		expect([live.total, live.isOver]).toEqual([11, false]);
		live.take([row('13', '2026-11-20')], 2000);
		expect([live.total, live.isOver]).toEqual([11, true]);
		expect(idsOf(live.pending)).toEqual(['11']);
	});
	it('is known again after many others', () => {
		const live = new Live(tonight([]));
		const many = Array.from({ length: 60_000 }, (_, i) => row(String(i)));
		live.take(many, 1000);
		live.take(many, 2000);
		expect(live.total).toBe(60_010);
	});
});
