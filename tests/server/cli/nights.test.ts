import { describe, expect, it } from 'vitest';
import type { NightState } from '#clickhouse/read/nightStates.ts';
import { UsageError } from '#server/cli/command.ts';
import { nightStateText, readNightsRequest, reasonAgainst } from '#server/cli/nights.ts';

const at = (time: string): number => Date.parse(`2026-11-${time}Z`);
const NIGHT = Math.floor(at('20T00:00') / 86_400_000);
const night = (over: Partial<NightState> = {}): NightState => ({
	...{ survey: 'ztf', origin: 'real', night: NIGHT, alerts: 7, closing: null, newestMs: at('20T11:00') },
	...over,
});

describe('nightjar nights', () => {
	it('reads what is asked for', () => {
		expect(readNightsRequest([])).toMatchObject({ close: null, origin: null, open: false, last: 14 });
		expect(readNightsRequest(['--open', '--survey', 'lsst', '--last', '3'])).toMatchObject({
			...{ close: null, open: true, surveys: ['lsst'], last: 3 },
		});
		expect(
			readNightsRequest(['close', '2026-11-20', '2026-11-19', '2026-11-20', '--origin', 'test', '--early']),
		).toMatchObject({ close: [NIGHT - 1, NIGHT], origin: 'test', early: true });
	});

	it.each([
		[['shut', '2026-11-20'], 'it was told "shut"'],
		[['close'], 'Which night?'],
		[['close', '2026-11-31'], 'A night is a date like 2026-11-20; it is "2026-11-31".'],
		[['close', '20261120'], 'it is "20261120"'],
		[['close', '1066-10-14'], 'it is "1066-10-14"'],
		[['close', '2026-11-20', '--survey', 'hubble'], '--survey is one of ztf, lsst'],
		[['close', '2026-11-20', '--origin', 'unreal'], '--origin is one of real, test, simulated; it is "unreal".'],
		[['close', '2026-11-20', '--open'], 'go with the list'],
		[['--early'], '--early goes with close'],
		[['--last', '0'], '--last must be a whole number from 1'],
		[['--stream', 'ztf'], "Unknown option '--stream'"],
	])('refuses %j as usage, with a sentence', (args, sentence) => {
		const refused = (): unknown => readNightsRequest(args);
		expect(refused).toThrow(UsageError);
		expect(refused).toThrow(sentence);
	});

	it('says how a night stands', () => {
		expect(nightStateText(night(), at('21T00:30'))).toBe('open, newest alert 13 h 30 min ago');
		expect(nightStateText(night(), at('20T23:00'))).toBe('open, over at 2026-11-21 00:00 UTC');
		const closing = { atMs: at('21T02:00'), reason: 'operator', boundary: '{"by":"ana"}' } as const;
		expect(nightStateText(night({ closing }), at('22T00:00'))).toBe('closed 2026-11-21 02:00 UTC, by hand (ana)');
		const idle = { ...closing, reason: 'idle', boundary: '' } as const;
		expect(nightStateText(night({ closing: idle }), at('22T00:00'))).toBe(
			'closed 2026-11-21 02:00 UTC, nothing came any more',
		);
	});

	it('finds reasons against closing: a night that is not over where it is observed, and alerts that still come', () => {
		expect(reasonAgainst(night(), at('21T00:00'))).toBeNull();
		expect(reasonAgainst(night(), at('20T23:59'))).toBe('2026-11-20 of ztf is not over until 2026-11-21 00:00 UTC');
		// the nights of Chile end at noon
		const rubin = night({ survey: 'lsst', origin: 'test' });
		expect(reasonAgainst(rubin, at('21T11:59'))).toBe(
			'2026-11-20 of lsst (test) is not over until 2026-11-21 12:00 UTC',
		);
		expect(reasonAgainst(rubin, at('21T12:00'))).toBeNull();
		const late = night({ newestMs: at('21T00:31') });
		expect(reasonAgainst(late, at('21T01:00'))).toBe('alerts of 2026-11-20 of ztf came 29 min ago');
		expect(reasonAgainst(late, at('21T01:01'))).toBeNull();
	});
});
