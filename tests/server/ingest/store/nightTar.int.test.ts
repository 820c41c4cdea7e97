import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nightFromText } from '#lib/astro/time.ts';
import { listNightArchives, NightTars } from '#server/ingest/store/nightTar.ts';
import type { ReadAlert } from '#server/ingest/store/prepared.ts';
import { makeAlert } from '../../../support/alerts.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'nightjar-tar-'));
});
afterEach(() => {
	rmSync(folder, { recursive: true, force: true });
});

const bytesOf = (id: number): Buffer => Buffer.alloc(300 + 37 * id, id);

function entry(id: number, over: { night?: string; programme?: string } = {}): ReadAlert {
	const { night = '2026-11-20', programme = 'public' } = over;
	return {
		alert: {
			...makeAlert({ alertId: BigInt(id) }),
			survey: 'ztf',
			origin: 'real',
			programme,
			night: nightFromText(night) ?? 0,
		},
		place: {
			source: 'kafka',
			partition: 'c/t/0',
			offset: BigInt(id),
			member: 't',
			receivedAtMs: Date.UTC(2026, 10, 21),
		},
		bytes: bytesOf(id),
	};
}

const NAME = 'ztf_public_2026-11-20_w';

/** What tar itself finds in an archive. */
function unpacked(): Record<string, Buffer> {
	const target = mkdtempSync(join(folder, 'out-'));
	execFileSync('tar', ['-xf', join(folder, `${NAME}.tar`), '-C', target]);
	return Object.fromEntries(readdirSync(target).map((name) => [name, readFileSync(join(target, name))]));
}

it('holds the packets as they came, apart by programme, each once, with their hashes', () => {
	const tars = new NightTars(folder, 1e9, 'w');
	tars.keep([entry(1), entry(2), entry(3, { programme: 'partnership' })]);
	// a batch that is finished after a crash is kept again
	tars.keep([entry(2), entry(4)]);
	tars.close();
	expect(unpacked()).toEqual({ '1.avro': bytesOf(1), '2.avro': bytesOf(2), '4.avro': bytesOf(4) });
	const lines = [1, 2, 4].map((id) => `${createHash('sha256').update(bytesOf(id)).digest('hex')}  ${id}.avro\n`);
	expect(readFileSync(join(folder, `${NAME}.sha256`), 'utf8')).toBe(lines.join(''));
	expect(listNightArchives(folder).map(({ survey, night, origin }) => [survey, night, origin])).toEqual([
		['ztf', '2026-11-20', 'real'],
		['ztf', '2026-11-20', 'real'],
	]);
});

it('goes on after a crash in the middle of a member, and mends the list', () => {
	const tars = new NightTars(folder, 1e9, 'w');
	tars.keep([entry(1), entry(2)]);
	tars.keep([entry(3)]);
	tars.close();
	const path = join(folder, `${NAME}.tar`);
	truncateSync(path, statSync(path).size - 600);
	writeFileSync(join(folder, `${NAME}.sha256`), `${createHash('sha256').update(bytesOf(1)).digest('hex')}  1.avro\n`);
	const again = new NightTars(folder, 1e9, 'w');
	again.keep([entry(2), entry(3), entry(4)]);
	again.close();
	expect(Object.keys(unpacked()).sort()).toEqual(['1.avro', '2.avro', '3.avro', '4.avro']);
	expect(unpacked()['3.avro']).toEqual(bytesOf(3));
	const list = readFileSync(join(folder, `${NAME}.sha256`), 'utf8')
		.trim()
		.split('\n');
	expect(list).toEqual(
		[1, 2, 3, 4].map((id) => `${createHash('sha256').update(bytesOf(id)).digest('hex')}  ${id}.avro`),
	);
});

it('removes the oldest nights beyond its bytes, never the newest', () => {
	const tars = new NightTars(folder, 5_000, 'w');
	for (const [i, night] of ['2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20'].entries()) {
		tars.keep([entry(20 + i, { night }), entry(30 + i, { night })]);
	}
	tars.close();
	const left = listNightArchives(folder);
	expect(left.map(({ night }) => night)).toEqual(['2026-11-20']);
	expect(left.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(5_000);
});
