import { existsSync } from 'node:fs';
import { readFile, readdir, rm, stat } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectStore } from '#clickhouse/connect.ts';
import { StoreError } from '#clickhouse/store.ts';
import { spawnStore, startEmbeddedStore, type EmbeddedStore } from '../../support/embeddedStore.ts';

const today = (): string => new Date().toISOString().slice(0, 10);
/** Day on which the store began to write its log. */
const began = today();

let embedded: EmbeddedStore;
beforeAll(async () => {
	embedded = await startEmbeddedStore({ migrate: false });
});
afterAll(async () => {
	expect(await embedded.stop()).toBe(0);
});

const post = (sql: string, query = '', headers: Record<string, string> = {}) =>
	fetch(`${embedded.url}/?${query}`, {
		method: 'POST',
		body: sql,
		headers: { 'x-clickhouse-key': embedded.key, ...headers },
	});

const running = async () =>
	(
		await embedded.store.query<{ n: string }>(
			"SELECT count() AS n FROM system.processes WHERE query LIKE '%numbers(2000%' AND query NOT LIKE '%processes%'",
		)
	)[0]?.n;

test('answers only those who have the key', async () => {
	expect((await fetch(`${embedded.url}/ping`)).status).toBe(200);
	for (const headers of [{}, { 'x-clickhouse-key': 'wrong' }, { authorization: `Basic ${btoa('default:wrong')}` }]) {
		const answer = await fetch(`${embedded.url}/`, { method: 'POST', body: 'SELECT 1', headers });
		expect(answer.status).toBe(403);
		expect(answer.headers.get('x-clickhouse-exception-code')).toBe('516');
	}
	const basic = { authorization: `Basic ${btoa(`default:${embedded.key}`)}` };
	expect(await (await fetch(`${embedded.url}/`, { method: 'POST', body: 'SELECT 1', headers: basic })).text()).toBe(
		'1\n',
	);
	const stranger = connectStore({ url: embedded.url, password: 'wrong' });
	await expect(stranger.query('SELECT 1')).rejects.toThrow('The store refuses the key.');
	await stranger.close();
});

test('the endpoint is written for its owner alone', async () => {
	const path = join(embedded.home, 'store/endpoint.json');
	expect((await stat(path)).mode & 0o777).toBe(0o600);
	const endpoint = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
	expect(endpoint).toMatchObject({ url: embedded.url, key: embedded.key, pid: embedded.pid });
	expect(Object.keys(endpoint).sort()).toEqual(['handoff', 'key', 'pid', 'url']);
});

test('large bodies are handed over in memory, one after the other in the same file; other files are not to be had that way', async () => {
	const { handoff } = JSON.parse(await readFile(join(embedded.home, 'store/endpoint.json'), 'utf8')) as {
		handoff: string;
	};
	expect((await stat(handoff)).mode & 0o777).toBe(0o700);
	await embedded.store.command('CREATE TABLE handed (n UInt64, text String) ENGINE = MergeTree ORDER BY n');
	const piecesOf = (from: number, to: number): Uint8Array[] => {
		const pieces: Uint8Array[] = [];
		for (let n = from; n < to; n++) {
			const row = Buffer.alloc(8 + 2 + 300, 0x0a);
			row.writeBigUInt64LE(BigInt(n), 0);
			row.writeUInt8(0xac, 8);
			row.writeUInt8(0x02, 9);
			pieces.push(row.subarray(0, 10), row.subarray(10));
		}
		return pieces;
	};
	const ours = connectStore({ url: embedded.url, password: embedded.key, handoff });
	await ours.insert('handed', ['n', 'text'], piecesOf(0, 2000), 'handed:1');
	const first = await readdir(handoff);
	// a shorter body over a longer one, and a longer one over that
	await ours.insert('handed', ['n', 'text'], piecesOf(2000, 3500), 'handed:2');
	await ours.insert('handed', ['n', 'text'], piecesOf(3500, 6000), 'handed:3');
	const [row] = await ours.query<{ rows: string; n: string; bytes: string }>(
		'SELECT count() AS rows, sum(n) AS n, sum(length(text)) AS bytes FROM handed',
	);
	expect(row).toEqual({ rows: '6000', n: String((5999 * 6000) / 2), bytes: '1800000' });
	expect(first).toHaveLength(1);
	expect(await readdir(handoff)).toEqual(first);
	// what the sweep took away is made anew; what was refused is not kept
	await rm(join(handoff, first[0] ?? ''));
	await ours.insert('handed', ['n', 'text'], piecesOf(6000, 8000), 'handed:4');
	await expect(ours.insert('handed', ['n', 'nothing'], piecesOf(0, 2000), 'handed:5')).rejects.toThrow();
	expect(await ours.query('SELECT count() AS rows FROM handed')).toEqual([{ rows: '8000' }]);
	expect(await readdir(handoff)).toEqual([]);
	await ours.insert('handed', ['n', 'text'], piecesOf(0, 2000), 'handed:6');
	expect(await readdir(handoff)).toHaveLength(1);
	await ours.close();
	expect(await readdir(handoff)).toEqual([]);
	for (const name of ['../../../etc/passwd', '/etc/passwd', '', 'x.body', `${crypto.randomUUID()}.body`]) {
		const answer = await post('', `query=${encodeURIComponent('INSERT INTO handed FORMAT TSV')}`, {
			'x-nightjar-handoff': name || ' ',
		});
		expect(answer.status).toBe(400);
	}
});

test('errors carry ClickHouse codes', async () => {
	const missing = await post('SELECT * FROM nowhere');
	expect([missing.status, missing.headers.get('x-clickhouse-exception-code')]).toEqual([404, '60']);
	expect(await missing.text()).toMatch(/^Code: 60\. DB::Exception: Unknown table/);
	expect((await post('nonsense')).status).toBe(400);
	expect((await post('SELECT 1; DROP TABLE x')).status).toBe(400);
	expect((await post('')).status).toBe(400);
	expect((await post('SELECT 1', 'no%20setting=1')).status).toBe(400);
	const error = await embedded.store.query('SELECT nothing').catch((cause: unknown) => cause);
	expect(error).toBeInstanceOf(StoreError);
	expect(error).toMatchObject({ code: 47, retriable: false });
});

test('a read-only request reads no files, writes none and kills nothing', async () => {
	const target = join(embedded.home, 'stolen');
	const attempts = [
		"SELECT file('/etc/passwd')",
		"SELECT * FROM file('/etc/passwd', 'LineAsString')",
		'SELECT * FROM "/etc/passwd"',
		"SELECT * FROM '/etc/passwd'",
		'SELECT * FROM default."/etc/passwd"',
		`SELECT 1 INTO OUTFILE '${target}'`,
		"SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a String')",
		'KILL QUERY WHERE 1',
		'CREATE TABLE t (a UInt8) ENGINE = Memory',
		'SELECT 1 SETTINGS readonly = 0',
		"INSERT INTO FUNCTION file('x', 'CSV') SELECT 1",
	];
	for (const sql of attempts) {
		const answer = await post(sql, 'readonly=1');
		const text = await answer.text();
		expect(answer.ok, sql).toBe(false);
		expect(text, sql).not.toContain('root:');
		await expect(embedded.store.query(sql)).rejects.toThrow(StoreError);
		await expect(embedded.store.stream(sql, 'Parquet')).rejects.toThrow(StoreError);
	}
	expect(existsSync(target)).toBe(false);
	// GET never writes
	const get = await fetch(`${embedded.url}/?query=${encodeURIComponent('CREATE TABLE t (a UInt8) ENGINE = Memory')}`, {
		headers: { 'x-clickhouse-key': embedded.key },
	});
	expect(get.status).toBe(403);
});

test('gzip both ways', async () => {
	await embedded.store.command('CREATE TABLE zipped (a String) ENGINE = MergeTree ORDER BY a');
	const inserted = await fetch(`${embedded.url}/?query=${encodeURIComponent('INSERT INTO zipped FORMAT TSV')}`, {
		method: 'POST',
		body: gzipSync('x\n\ny\n'),
		headers: { 'x-clickhouse-key': embedded.key, 'content-encoding': 'gzip' },
	});
	expect(inserted.status).toBe(200);
	const zipped = await new Promise<Buffer>((resolve, reject) => {
		const request = httpRequest(
			`${embedded.url}/?enable_http_compression=1`,
			{ method: 'POST', headers: { 'x-clickhouse-key': embedded.key, 'accept-encoding': 'gzip' } },
			(response) => {
				const chunks: Buffer[] = [];
				response.on('data', (chunk: Buffer) => chunks.push(chunk));
				response.on('end', () => {
					expect(response.headers['content-encoding']).toBe('gzip');
					resolve(Buffer.concat(chunks));
				});
			},
		);
		request.on('error', reject);
		request.end('SELECT a FROM zipped ORDER BY a FORMAT TSV');
	});
	expect(gunzipSync(zipped).toString()).toBe('\nx\ny\n');
});

test('an insert in the body of the request, with text that looks like SQL after a blank line', async () => {
	await embedded.store.command('CREATE TABLE inline (a String, b UInt8) ENGINE = MergeTree ORDER BY b');
	expect((await post('INSERT INTO inline FORMAT CSV\n"x\n\nDROP TABLE inline;\n\n",1\n"é",2\n')).status).toBe(200);
	expect((await post("INSERT INTO inline VALUES ('v;', 3), ('w', 4)")).status).toBe(200);
	expect((await post('INSERT INTO inline SELECT toString(number), number + 5 FROM numbers(2)')).status).toBe(200);
	expect(await embedded.store.query('SELECT a, b FROM inline ORDER BY b')).toEqual([
		{ a: 'x\n\nDROP TABLE inline;\n\n', b: 1 },
		{ a: 'é', b: 2 },
		{ a: 'v;', b: 3 },
		{ a: 'w', b: 4 },
		{ a: '0', b: 5 },
		{ a: '1', b: 6 },
	]);
	const bad = await post('INSERT INTO inline FORMAT CSV\nx,notanumber\n');
	expect(bad.ok).toBe(false);
	const readonly = await post("INSERT INTO inline VALUES ('v', 3)", 'readonly=1');
	expect(readonly.status).toBe(403);
});

test('1,000 inserts with blank lines in their bytes lose nothing', async () => {
	await embedded.store.command(
		'CREATE TABLE blank (id UInt32, body String) ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 10000, parts_to_throw_insert = 5000',
	);
	const ids = Array.from({ length: 1000 }, (_, i) => i);
	const worker = async () => {
		for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
			const row = Buffer.alloc(4 + 1 + 10, 0x0a);
			row.writeUInt32LE(id, 0);
			row[4] = 10;
			await embedded.store.insert('blank', ['id', 'body'], row, `blank:${id}`);
		}
	};
	await Promise.all([worker(), worker(), worker(), worker()]);
	const [sums] = await embedded.store.query(
		"SELECT count() AS n, uniqExact(id) AS ids, countIf(body = repeat('\\n', 10)) AS whole FROM blank",
	);
	expect(sums).toEqual({ n: '1000', ids: '1000', whole: '1000' });
});

test('a reader who leaves ends the query', async () => {
	const slow = 'SELECT sum(sipHash64(number)) AS s FROM numbers(20000000000)';
	const until = async (wanted: string): Promise<void> => {
		const deadline = Date.now() + 60_000;
		while ((await running()) !== wanted && Date.now() < deadline) await pause(20);
		expect(await running()).toBe(wanted);
	};
	for (const run of [
		// of a class whose own limit of time does not end them first
		(signal: AbortSignal) => embedded.store.query(slow, {}, { class: 'ingest', signal }),
		(signal: AbortSignal) =>
			embedded.store.stream(
				'SELECT number FROM numbers(20000000000) WHERE sipHash64(number) = 1',
				'CSV',
				{},
				{ signal },
			),
	]) {
		const controller = new AbortController();
		const answers = Array.from({ length: 3 }, () => run(controller.signal).catch((error: unknown) => error));
		await until('3');
		controller.abort();
		for (const answer of answers) expect(await answer).toMatchObject({ code: 394 });
		await until('0');
	}
}, 300_000);

test('limits of a page: time and rows', async () => {
	const answer = await post(
		'SELECT sum(sipHash64(number)) FROM numbers(20000000000)',
		'readonly=1&max_execution_time=1',
	);
	expect(answer.headers.get('x-clickhouse-exception-code')).toBe('159');
	await expect(embedded.store.query('SELECT number FROM numbers(2000000)')).rejects.toMatchObject({ code: 396 });
});

test('the log tells what ran, without values', async () => {
	await embedded.store.query("SELECT 'hidden' AS x, {p:String} AS p", { p: 'secret' });
	const log = await (await fetch(`${embedded.url}/log?n=5`, { headers: { 'x-clickhouse-key': embedded.key } })).text();
	expect(log).toContain('SELECT ? AS x, {p:String} AS p');
	expect(log).not.toMatch(/hidden|secret/);
	// written a moment later, into a file for the day
	const folder = join(embedded.home, 'store/log');
	let written = '';
	for (const deadline = Date.now() + 60_000; !written.includes('{p:String} AS p') && Date.now() < deadline;) {
		await pause(50);
		const files = (await readdir(folder)).sort();
		const days = [began, today()].map((day) => `${day}.jsonl`);
		expect(files.filter((name) => !days.includes(name))).toEqual([]);
		written = (await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))).join('');
	}
	expect(written).toContain('SELECT ? AS x, {p:String} AS p');
	expect(written).not.toMatch(/hidden|secret/);
});

test('a second process on the folder is refused with a sentence', async () => {
	const { child, output } = await spawnStore(embedded.home);
	const code = await new Promise((resolve) => child.once('close', resolve));
	expect(code).toBe(1);
	expect(output()).toContain(`is in use by the store process ${embedded.pid}. Stop it, or choose another folder`);
	expect(await embedded.store.ping()).toBe(true);
	expect(existsSync(join(embedded.home, 'store/endpoint.json'))).toBe(true);
});
