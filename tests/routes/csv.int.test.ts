import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GET as alertsRoute } from '../../src/routes/api/v1/alerts/+server.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../support/embeddedStore.ts';
import { publish } from '../support/alertRows.ts';
import { ask, testLocals } from '../support/route.ts';

/** More than three blocks of the store; NIGHTJAR_CSV_ROWS=1000000 runs it at full size. */
const ROWS = Number(process.env['NIGHTJAR_CSV_ROWS'] ?? 200_000);
const FIRST_ID = 170587115523932323n;

let embedded: EmbeddedStore;

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	const columns =
		'survey, alert_id, object_id, programme, origin, schema_version, night, mjd, time_received, ra, dec, hpx29, galactic_lat, ecliptic_lat, band, mag, sso_name, source, writer, number, received_at, known_at';
	// an eighth at a time, in few pixels of the sky: the summaries of a night stay small
	for (let from = 0; from < ROWS; from += ROWS / 8) {
		await embedded.store.command(
			`INSERT INTO alerts (${columns}) SELECT 'ztf', toUInt64({first:UInt64}) + number, concat('ZTF26', toString(intDiv(number, 10))),
				'public', 'real', '4.02', toDate('2026-11-01') + intDiv(number, {night:UInt64}), 61345.25 + intDiv(number, {night:UInt64}), 0,
				(number * 7919 % 3600000) / 10000, 2, bitShiftLeft(number % 50, 46) + intHash32(number), 0, 0, 'r',
				if(number % 10 = 0, nan, toFloat32(15 + number % 60 / 10)),
				if(number % 1000 = 0, concat('=HYPERLINK("', toString(number), '",\n2)'), NULL), 'generated', 'worker-1', 1, now64(3), now64(3)
			FROM numbers({from:UInt64}, {rows:UInt64})`,
			{ first: FIRST_ID, from, rows: ROWS / 8, night: ROWS / 8 },
		);
	}
	await publish(embedded.store, 'worker-1', 1);
}, 300_000);

afterAll(async () => {
	await embedded.stop();
});

// counts what an independent reader makes of the file, without holding it
const READER = `
import csv, json, sys
sys.stdin.reconfigure(encoding='utf-8', newline='')
rows = csv.reader(sys.stdin, strict=True)
names = next(rows)
at = {name: place for place, name in enumerate(names)}
count = 0; total = 0; empty = 0; guarded = 0; widths = set(); headers = 0; seen = set()
for row in rows:
    count += 1
    widths.add(len(row))
    headers += row == names
    total += int(row[at['alertId']])
    seen.add(row[at['alertId']])
    empty += row[at['mag']] == ''
    guarded += row[at['ssoName']].startswith("'=HYPERLINK(\\"")
print(json.dumps({'names': len(names), 'count': count, 'total': str(total), 'distinct': len(seen), 'empty': empty, 'guarded': guarded, 'widths': sorted(widths), 'headers': headers}))
`;

describe('a CSV of very many alerts', () => {
	it('is exact by an independent reader, with one header, and streams with flat memory', async () => {
		const locals = testLocals(embedded.store, { origin: 'real', grants: [] });
		const before = process.memoryUsage().rss;
		const response = await ask(alertsRoute, '/?format=csv', locals);
		expect(response.headers.get('x-total-count')).toBe(String(ROWS));
		const python = spawn('python3', ['-c', READER], { stdio: ['pipe', 'pipe', 'inherit'] });
		const closed = once(python, 'close');
		let output = '';
		python.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
		let peak = before;
		const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
		await pipeline(Readable.fromWeb(response.body as WebStream<Uint8Array>), python.stdin);
		await closed;
		clearInterval(watch);
		const first = FIRST_ID * BigInt(ROWS) + (BigInt(ROWS) * BigInt(ROWS - 1)) / 2n;
		expect(JSON.parse(output)).toEqual({
			names: 28,
			count: ROWS,
			total: String(first),
			distinct: ROWS,
			empty: ROWS / 10,
			guarded: ROWS / 1000,
			widths: [28],
			headers: 0,
		});
		expect((peak - before) / 1e6).toBeLessThan(150);
	}, 300_000);

	it('stops in the store when the reader goes away', async () => {
		const locals = testLocals(embedded.store, { origin: 'real', grants: [] });
		const response = await ask(alertsRoute, '/?format=csv&sort=mag', locals);
		const reader = response.body?.getReader();
		await reader?.read();
		await reader?.cancel();
		let running = 1;
		for (const deadline = Date.now() + 60_000; running > 0 && Date.now() < deadline;) {
			await pause(50);
			const sql =
				"SELECT count() AS running FROM system.processes WHERE query LIKE '%TSVRaw%' AND query NOT LIKE '%system.processes%'";
			running = Number((await embedded.store.query<{ running: string }>(sql))[0]?.running);
		}
		expect(running).toBe(0);
	});
});
