import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FEATURES } from '#lib/alert/features.ts';
import { nightFromText } from '#lib/astro/time.ts';
import { ContainerFile } from '#server/convert/containerFile.ts';
import { AlertEncoder } from '#server/ingest/publish/alertEncoder.ts';
import { AlertReader, NEWEST_SCHEMA, singleObjectHeader } from '#server/ingest/publish/singleObject.ts';
import { createSimulation } from '#server/simulate/index.ts';
import { makeEnriched, Random } from '../../support/enriched.ts';
import { nightjar } from '../../support/nightjar.ts';

const COUNT = 40;
const PYTHON = process.env['NIGHTJAR_PYTHON'] ?? 'python3';
function pythonHas(modules: string): boolean {
	try {
		execFileSync(PYTHON, ['-c', `import ${modules}`], { stdio: 'pipe' });
		return true;
	} catch {
		console.warn(
			`NOT RUN: files read by an independent program: ${PYTHON} lacks ${modules} (NIGHTJAR_PYTHON names another).`,
		);
		return false;
	}
}
const hasPyarrow = pythonHas('pyarrow, fastavro');

let folder: string;
let alerts: Readonly<Record<string, unknown>>[];
let avro: string;
const env = (): Record<string, string> => ({ NIGHTJAR_HOME: join(folder, 'home') });
const convert = (...args: string[]): ReturnType<typeof nightjar> => nightjar(['convert', ...args], env());

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'nightjar-test-'));
	avro = join(folder, 'alerts.avro');
	const encoder = new AlertEncoder(NEWEST_SCHEMA);
	const reader = new AlertReader();
	const file = new ContainerFile(NEWEST_SCHEMA);
	const random = new Random(77);
	const parts: Buffer[] = [file.head()];
	alerts = [];
	for (let i = 0; i < COUNT; i += 1) {
		const entry = makeEnriched(random, i, i % 2 === 0 ? 'plain' : 'nasty');
		const named = { ...entry, alert: { ...entry.alert, ssoName: i === 3 ? '=cmd|"x", é\n' : entry.alert.ssoName } };
		const envelope = {
			writer: 'w',
			number: 1n,
			knownAtMs: 1_800_000_000_000,
			receivedAtMs: 1_800_000_000_000,
			late: false,
		};
		const body = Buffer.concat([encoder.encode(named, envelope, { cutouts: true }), encoder.encodeHits([])]);
		alerts.push(reader.read(Buffer.concat([singleObjectHeader(NEWEST_SCHEMA), body])).alert);
		parts.push(file.add(body) ?? Buffer.alloc(0));
	}
	parts.push(file.flush() ?? Buffer.alloc(0));
	writeFileSync(avro, Buffer.concat(parts));
});
afterAll(() => {
	rmSync(folder, { recursive: true, force: true });
});

/** RFC 4180, the plain way. */
function parseCsv(text: string): string[][] {
	const rows: string[][] = [[]];
	for (const [, cell = '', end = ''] of text.matchAll(/("(?:[^"]|"")*"|[^,\r\n]*)(,|\r\n)/g)) {
		rows.at(-1)?.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
		if (end === '\r\n') rows.push([]);
	}
	return rows.slice(0, -1);
}

describe('nightjar convert', () => {
	it('gives every record as a line of JSON', async () => {
		const out = join(folder, 'all.json');
		const { code, output } = await convert(avro, '--to', 'json', '--out', out);
		expect([code, output.trim()]).toEqual([0, `${COUNT} records in ${out}.`]);
		const lines = readFileSync(out, 'utf8').trimEnd().split('\n');
		const plain = (value: unknown): unknown =>
			JSON.parse(
				JSON.stringify(value, (_, one: unknown) => {
					const bytes = one as { type?: string; data?: number[] } | null;
					return bytes?.type === 'Buffer' ? Buffer.from(bytes.data ?? []).toString('base64') : one;
				}),
			);
		expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(alerts.map(plain));
	});

	it('gives a table as CSV under the names of every table of ours', async () => {
		const out = join(folder, 'all.csv');
		expect((await convert(avro, '--to', 'csv', '--out', out)).code).toBe(0);
		const [head = [], ...rows] = parseCsv(readFileSync(out, 'utf8'));
		expect(rows).toHaveLength(COUNT);
		expect(new Set(head).size).toBe(head.length);
		expect(head).toEqual(
			expect.arrayContaining(['alertId', 'mjd', 'ztf_drb', 'photometry', ...FEATURES.map(({ column }) => column)]),
		);
		expect(head.join()).not.toContain('cutouts');
		rows.forEach((row, i) => {
			const alert = alerts[i] ?? {};
			const cell = (name: string): string => row[head.indexOf(name)] ?? 'none';
			expect(row).toHaveLength(head.length);
			expect([cell('alertId'), cell('objectId'), Number(cell('mjd'))]).toEqual([
				alert['alertId'],
				alert['objectId'],
				alert['mjd'],
			]);
			const mag = alert['mag'] as number | null;
			expect(cell('mag')).toBe(mag === null ? '' : String(mag));
			expect(JSON.parse(cell('photometry'))).toHaveLength((alert['photometry'] as unknown[]).length);
			const features = alert['features'] as { riseRate?: number; bands: { band: string; riseRate: number | null }[] };
			const g = features.bands.find(({ band }) => band === 'g')?.riseRate ?? null;
			expect(cell('g_rise_rate')).toBe(g === null ? '' : String(g));
			const own = (alert['ztf'] as { drb: number | null } | null)?.drb ?? null;
			expect(cell('ztf_drb')).toBe(own === null ? '' : String(own));
		});
		// what a spreadsheet would run is text
		expect(rows[3]?.[head.indexOf('ssoName')]).toBe(`'=cmd|"x", é\n`);
		const few = await convert(avro, '--to', 'csv', '--columns', 'mjd,alertId');
		expect(few.output.split('\r\n')[1]).toBe(`${String(alerts[0]?.['mjd'])},${String(alerts[0]?.['alertId'])}`);
	});

	it.skipIf(!hasPyarrow)('gives Parquet that pyarrow reads, lists as lists, absent values as null', async () => {
		const out = join(folder, 'all.parquet');
		const { code, output } = await convert(avro, '--to', 'parquet', '--out', out);
		expect([code, output]).toEqual([0, `${COUNT} records in ${out}.\n`]);
		const program = `import json, sys, base64
import pyarrow.parquet as pq
t = pq.read_table(sys.argv[1])
rows = t.select(['alertId', 'mjd', 'mag', 'positive', 'nDetections', 'tags', 'g_rise_rate', 'ztf_drb', 'cutouts_science', 'photometry', 'ssoName']).to_pylist()
for r in rows:
    c = r['cutouts_science']
    r['cutouts_science'] = None if c is None else base64.b64encode(c if isinstance(c, bytes) else c.encode('latin1')).decode()
    print(json.dumps(r))
print(json.dumps({f.name: str(f.type) for f in t.schema if f.name in ('mjd', 'mag', 'positive', 'nDetections', 'tags')}))`;
		const lines = execFileSync(PYTHON, ['-c', program, out], { encoding: 'utf8', maxBuffer: 1e9 }).trim().split('\n');
		const types: unknown = JSON.parse(lines.pop() ?? '');
		expect(types).toMatchObject({ mjd: 'double', mag: 'float', positive: 'bool', nDetections: 'int32' });
		expect(lines).toHaveLength(COUNT);
		lines.forEach((line, i) => {
			const row = JSON.parse(line) as Record<string, unknown> & { photometry: { mjd: number; mag: number | null }[] };
			const alert = alerts[i] ?? {};
			for (const name of ['alertId', 'mjd', 'mag', 'positive', 'nDetections', 'tags', 'ssoName'])
				expect([name, row[name]]).toEqual([
					name,
					Object.is(alert[name], Number.NEGATIVE_INFINITY) ? null : alert[name],
				]);
			const points = alert['photometry'] as { mjd: number; mag: number | null }[];
			// infinities become null on the way, and -0 is 0
			const finite = (mag: number | null): number | null => (mag === null || !Number.isFinite(mag) ? null : mag + 0);
			expect(row.photometry.map(({ mjd, mag }) => [mjd, mag])).toEqual(
				points.map(({ mjd, mag }) => [mjd, finite(mag)]),
			);
			const science = (alert['cutouts'] as { science: Buffer | null } | null)?.science ?? null;
			expect(row['cutouts_science']).toBe(science === null ? null : science.toString('base64'));
		});
		// nothing is left behind
		expect(readdirSync(join(folder, 'home')).filter((name) => name.startsWith('convert-'))).toEqual([]);
	});

	it('reads packets of surveys whole, from folders, and passes over what is none', async () => {
		const packets = join(folder, 'packets');
		execFileSync('mkdir', [packets]);
		const simulation = createSimulation({ seed: 7, alertsPerNight: 200 });
		// always the same: every night brings other alerts, and few where the weather is bad
		const night = nightFromText('2026-11-10') ?? 0;
		const sent = [...simulation.from('ztf', night, 0)].slice(0, 12);
		expect(sent).toHaveLength(12);
		for (const { alertId, bytes } of sent) writeFileSync(join(packets, `${alertId}.avro`), bytes);
		const broken = sent[0]?.bytes.subarray(0, 9000) ?? Buffer.alloc(0);
		writeFileSync(join(packets, 'zz.avro'), broken);
		const out = join(folder, 'packets.json');
		const { code, output } = await convert(packets, '--to', 'json', '--out', out);
		expect(code).toBe(3);
		expect(output).toMatch(/zz\.avro: .*\n12 records in /);
		const records = readFileSync(out, 'utf8')
			.trimEnd()
			.split('\n')
			.map((line) => JSON.parse(line) as { candid: string; prv_candidates: { pdiffimfilename?: string }[] | null });
		expect(records.map(({ candid }) => candid).sort()).toEqual(sent.map(({ alertId }) => String(alertId)).sort());
		// fields that the adapters of surveys leave out
		const csv = await convert(packets, '--to', 'csv', '--columns', 'objectId,candid,candidate_jd,candidate_magpsf');
		expect(csv.output.split('\r\n')[0]).toContain('objectId,candid,candidate_jd,candidate_magpsf');
		expect(csv.output.split('\r\n').length).toBeGreaterThan(12);
	});

	it.skipIf(!hasPyarrow)('agrees with fastavro on every field of a packet', async () => {
		const packets = join(folder, 'packets');
		const out = join(folder, 'one.json');
		const [name = ''] = readdirSync(packets).filter((file) => !file.startsWith('zz'));
		expect((await convert(join(packets, name), '--to', 'json', '--out', out)).code).toBe(0);
		const program = `import base64, json, math, sys, fastavro
def plain(v):
    if isinstance(v, bytes): return base64.b64encode(v).decode()
    if isinstance(v, dict): return {k: plain(x) for k, x in v.items()}
    if isinstance(v, list): return [plain(x) for x in v]
    if isinstance(v, float) and not math.isfinite(v): return None
    return v
print(json.dumps([plain(r) for r in fastavro.reader(open(sys.argv[1], 'rb'))]))`;
		const text = execFileSync(PYTHON, ['-c', program, join(packets, name)], { encoding: 'utf8', maxBuffer: 1e9 });
		// 64-bit integers are text in ours
		const strict = (value: unknown): unknown =>
			JSON.parse(
				JSON.stringify(value, (_, one: unknown) =>
					typeof one === 'number'
						? Math.fround(one)
						: typeof one === 'string' && /^\d{1,19}$/.test(one)
							? Math.fround(Number(one))
							: one,
				),
			);
		expect([strict(JSON.parse(readFileSync(out, 'utf8')))]).toEqual(strict(JSON.parse(text)));
	});

	it.each([
		[['nowhere.avro', '--to', 'csv'], /There is nothing at nowhere.avro/],
		[['AVRO'], /Say to what: --to csv/],
		[['AVRO', '--to', 'xml'], /--to takes csv, parquet, json; not "xml"/],
		[['AVRO', '--to', 'parquet'], /needs a name: --out/],
		[['AVRO', '--to', 'csv', '--out', 'AVRO'], /exists already/],
		[['AVRO', '--to', 'csv', '--columns', 'mjdd'], /There is no column "mjdd". Did you mean "mjd"/],
	])('refuses %j with a sentence', async (args, sentence) => {
		const { code, output } = await convert(...args.map((word) => (word === 'AVRO' ? avro : word)));
		expect(code).toBe(2);
		expect(output).toMatch(sentence);
		expect(output).not.toContain('    at ');
	});
});
