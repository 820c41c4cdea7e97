import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { separationArcsec } from '#lib/astro/sphere.ts';
import { VotableReader } from '#lib/format/votable.ts';
import { GET as apiCone } from '../../src/routes/api/v1/cone/+server.ts';
import { GET as scs } from '../../src/routes/scs/[kind]/+server.ts';
import { publish, TEST_MJD, writeAlerts } from '../support/alertRows.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../support/embeddedStore.ts';
import { ask, testLocals } from '../support/route.ts';

const hasStilts = spawnSync('stilts', ['-version']).status === 0;
if (!hasStilts) console.warn('NOT RUN: the cone search asked by STILTS: there is no command stilts.');
const python = process.env['NIGHTJAR_PYTHON'] ?? 'python3';
const hasPyvo = spawnSync(python, ['-c', 'import pyvo']).status === 0;
if (!hasPyvo) {
	console.warn(`NOT RUN: the cone search asked by pyvo: ${python} lacks pyvo (NIGHTJAR_PYTHON names another).`);
}

const KINDS = ['objects', 'alerts'] as const;
type Kind = (typeof KINDS)[number];

let embedded: EmbeddedStore;
let locals: App.Locals;

/** Sixty objects in a spiral around (0, 40), two alerts each, over RA 0 and out to half a degree. */
const PLACES = Array.from({ length: 60 }, (_, i) => ({
	objectId: `ZTF26${'abcdefghij'.charAt(i % 10)}${'abcdef'.charAt(Math.floor(i / 10))}aaaaa`,
	ra: (360 + (i / 90) * Math.cos(i)) % 360,
	dec: 40 + (i / 120) * Math.sin(i),
}));

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	const { store } = embedded;
	await writeAlerts(store, [
		...PLACES.flatMap((place, i) => [
			{ ...place, alertId: 170587115523932000n + BigInt(i) },
			{ ...place, alertId: 170587115523933000n + BigInt(i), mjd: TEST_MJD + 1, dec: place.dec + 0.0001 },
		]),
		{ objectId: 'ZTF26private', alertId: 300n, ra: 0, dec: 40, programme: 'caltech' },
	]);
	await publish(store, 'worker-1', 1);
	locals = testLocals(store, { origin: 'real', grants: [] });
});
afterAll(() => embedded.stop());

let server: Server;
let base: string;
beforeAll(async () => {
	server = createServer((request, response) => {
		const [, kind = ''] = /^\/scs\/(\w+)/.exec(request.url ?? '') ?? [];
		void ask(scs, request.url ?? '', locals, { params: { kind } }).then(async (answer) => {
			response.writeHead(answer.status, Object.fromEntries(answer.headers));
			response.end(Buffer.from(await answer.arrayBuffer()));
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/scs`;
});
afterAll(() => {
	server.close();
});

/** Runs a program of others beside the server that it asks. */
async function beside(program: string, args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
	const child = spawn(program, args);
	const [out, err, [code]] = await Promise.all([
		text(child.stdout),
		text(child.stderr),
		once(child, 'close') as Promise<[number]>,
	]);
	return { code, out, err };
}

const get = (kind: string, query: string): Promise<Response> =>
	ask(scs, `/scs/${kind}?${query}`, locals, { params: { kind } });

interface Table {
	readonly columns: readonly { readonly name: string; readonly ucd: string }[];
	readonly rows: readonly Readonly<Record<string, string | number | bigint | null>>[];
	readonly document: string;
}
async function read(kind: Kind, query: string): Promise<Table> {
	const answer = await get(kind, query);
	expect(answer.status).toBe(200);
	expect(answer.headers.get('content-type')).toBe('application/x-votable+xml');
	const document = await answer.text();
	const reader = new VotableReader();
	const cells = [...reader.push(document), ...reader.end()];
	const columns = reader.columns ?? [];
	return {
		columns,
		rows: cells.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i] ?? null]))),
		document,
	};
}
const idOf = (kind: Kind): string => (kind === 'objects' ? 'objectId' : 'alertId');

describe.each(KINDS)('a cone search of %s', (kind) => {
	it('gives its columns alone for SR=0, those of its rows', async () => {
		const empty = await read(kind, 'RA=0&DEC=40&SR=0');
		expect(empty.rows).toEqual([]);
		expect(empty.document).not.toContain('<TR>');
		const full = await read(kind, 'RA=0&DEC=40&SR=0.1');
		expect(empty.columns).toEqual(full.columns);
		expect(empty.columns.length).toBeGreaterThan(10);
	});

	it('has one main id of characters and one main position in doubles', async () => {
		const { document, columns } = await read(kind, 'RA=0&DEC=40&SR=0');
		const fieldOf = (ucd: string): string[] => document.match(new RegExp(`<FIELD [^>]*ucd="${ucd}"[^>]*>`, 'g')) ?? [];
		expect(fieldOf('ID_MAIN')).toEqual([
			expect.stringMatching(new RegExp(`name="${idOf(kind)}" datatype="char" arraysize="\\*"`)),
		]);
		expect(fieldOf('POS_EQ_RA_MAIN')).toEqual([
			expect.stringMatching(/name="ra" datatype="double" unit="deg".* ref="icrs"/),
		]);
		expect(fieldOf('POS_EQ_DEC_MAIN')).toEqual([
			expect.stringMatching(/name="dec" datatype="double" unit="deg".* ref="icrs"/),
		]);
		// in newer words nothing else is called main
		expect(columns.filter(({ ucd }) => ucd.includes('meta.main'))).toEqual([]);
		expect(document).toContain('<COOSYS ID="icrs" system="ICRS"/>');
	});

	it.each(['0.05', '0.2', '.5'])(
		'finds within %s degrees what the cone of the API finds, nearest first',
		async (sr) => {
			const { rows } = await read(kind, `RA=0.01&DEC=40.02&SR=${sr}`);
			const path = `/api/v1/cone?ra=0.01&dec=40.02&radius=${Number(sr) * 3600}&kind=${kind}&limit=1000`;
			const answer = (await (await ask(apiCone, path, locals)).json()) as { rows: Record<string, string>[] };
			expect(rows.length).toBeGreaterThan(3);
			expect(rows.length).toBeLessThan(kind === 'objects' ? 61 : 121);
			expect(rows.map((row) => String(row[idOf(kind)])).sort()).toEqual(
				answer.rows.map((row) => row[idOf(kind)]).sort(),
			);
			const far = rows.map((row) => separationArcsec(0.01, 40.02, Number(row['ra']), Number(row['dec'])));
			expect(Math.max(...far)).toBeLessThanOrEqual(Number(sr) * 3600);
			expect(far).toEqual([...far].sort((a, b) => a - b));
			rows.forEach((row, i) => {
				expect(row['sepArcsec']).toBeCloseTo(far[i] ?? Number.NaN, 6);
			});
		},
	);

	it('keeps ids exact and what is private to itself', async () => {
		const { document } = await read(kind, 'RA=0&DEC=40&SR=1');
		expect(document).toContain('170587115523933001');
		expect(document).not.toContain('ZTF26private');
	});

	it('takes the names of its parameters in any case, exponents, turns of the circle, and others that it does not know', async () => {
		const { rows } = await read(kind, 'RA=0&DEC=40&SR=0.1');
		for (const query of ['ra=0&dec=40&sr=0.1', 'Ra=360&Dec=+40.0&sR=1e-1&VERB=3', 'RA=-360&DEC=4e1&SR=.1&RUNID=x'])
			expect((await read(kind, query)).rows, query).toEqual(rows);
		expect(rows.length).toBeGreaterThan(0);
	});

	it.each([
		['DEC=40&SR=0.1', /RA, DEC and SR are needed/],
		['RA=0&SR=0.1', /RA, DEC and SR are needed/],
		['RA=0&DEC=40', /RA, DEC and SR are needed/],
		['RA=as3f&DEC=40&SR=0.1', /RA, DEC and SR are needed/],
		['RA=NaN&DEC=40&SR=0.1', /RA, DEC and SR are needed/],
		['RA=0&DEC=40&SR=', /RA, DEC and SR are needed/],
		['RA=0&ra=1&DEC=40&SR=0.1', /each once/],
		['RA=1000&DEC=40&SR=0.1', /RA must be an angle in degrees; it is 1000/],
		['RA=0&DEC=90.1&SR=0.1', /DEC must lie between -90 and 90 degrees; it is 90.1/],
		['RA=0&DEC=40&SR=-1', /SR must lie between 0 and 10 degrees; it is -1/],
		['RA=0&DEC=40&SR=10.1', /SR must lie between 0 and 10 degrees; it is 10.1/],
		['RA=%3Cscript%3E&DEC=%22%3E&SR=%27', /RA, DEC and SR are needed/],
	])('tells what is wrong with %s as the standard wants', async (query, sentence) => {
		const answer = await get(kind, query);
		expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-votable+xml']);
		const document = await answer.text();
		const errors = [...document.matchAll(/<INFO [^>]*name="Error" value="([^"]*)"/g)];
		expect(errors.map(([, value]) => value)).toEqual([expect.stringMatching(sentence)]);
		// of the VOTABLE itself, as its erratum 3 has it, beside the word of DALI
		expect(document.indexOf('name="Error"')).toBeLessThan(document.indexOf('<RESOURCE'));
		expect(document).toContain('<INFO name="QUERY_STATUS" value="ERROR">');
		expect(document).not.toMatch(/<TABLE|<script/);
	});
});

it('is there for objects and alerts alone', async () => {
	expect((await get('cutouts', 'RA=0&DEC=40&SR=0.1')).status).toBe(404);
});

describe.skipIf(!hasStilts)('STILTS', () => {
	const stilts = (...args: string[]): ReturnType<typeof beside> => beside('stilts', args);

	it.each(KINDS)('asks for %s and gets every row', async (kind) => {
		const args = [`serviceurl=${base}/${kind}`, 'lon=0.01', 'lat=40.02', 'radius=0.2', 'ofmt=csv'];
		const { code, out, err } = await stilts('cone', 'servicetype=cone', ...args);
		expect([code, err]).toEqual([0, '']);
		const [header = '', ...lines] = out.trim().split('\n');
		const { rows } = await read(kind, 'RA=0.01&DEC=40.02&SR=0.2');
		const at = header.split(',').indexOf(idOf(kind));
		expect(lines.map((line) => line.split(',')[at])).toEqual(rows.map((row) => String(row[idOf(kind)])));
	});

	it('is told in our words what is wrong', async () => {
		const args = [`serviceurl=${base}/objects`, 'lon=0', 'lat=40', 'radius=11', 'ofmt=csv'];
		const { code, err } = await stilts('cone', 'servicetype=cone', ...args);
		expect(code).not.toBe(0);
		expect(err).toContain('SR must lie between 0 and 10 degrees; it is 11');
	});

	it.each(KINDS)('finds nothing to say of the document of %s, with rows, without and with a fault', async (kind) => {
		const folder = mkdtempSync(join(tmpdir(), 'nightjar-scs-'));
		try {
			for (const query of ['RA=0&DEC=40&SR=0.2', 'RA=0&DEC=40&SR=0', 'RA=0&DEC=95&SR=1']) {
				const path = join(folder, 'answer.vot');
				writeFileSync(path, await (await get(kind, query)).text());
				const { out, err } = await stilts('votlint', path);
				expect([query, out.trim(), err.trim()]).toEqual([query, '', '']);
			}
		} finally {
			rmSync(folder, { recursive: true });
		}
	});
});

describe.skipIf(!hasPyvo)('pyvo', () => {
	/** What a script prints as JSON, with pyvo, the address and the centre of the cone in its names; warnings are errors. */
	async function pyvo(kind: Kind, lines: readonly string[]): Promise<unknown> {
		const script = [
			'import json, sys, warnings',
			'import pyvo, astropy.units as u',
			'from astropy.coordinates import SkyCoord',
			'address, centre = sys.argv[1], SkyCoord(0.01, 40.02, unit="deg")',
			'warnings.simplefilter("error")',
			...lines,
		].join('\n');
		const { code, out, err } = await beside(python, ['-c', script, `${base}/${kind}`]);
		expect([code, err]).toEqual([0, '']);
		return JSON.parse(out);
	}

	it.each(KINDS)('asks for %s unmodified and gets every row with its id, place and units', async (kind) => {
		const { rows } = await read(kind, 'RA=0.01&DEC=40.02&SR=0.2');
		const found = await pyvo(kind, [
			'found = pyvo.dal.SCSService(address).search(pos=centre, radius=0.2*u.deg)',
			'table = found.to_table()',
			'print(json.dumps({"status": found.status[0], "units": [str(table["ra"].unit), str(table["dec"].unit)],',
			' "rows": [[str(row.id), float(row.pos.ra.deg), float(row.pos.dec.deg)] for row in found]}))',
		]);
		expect(rows.length).toBeGreaterThan(3);
		expect(found).toEqual({
			status: 'OK',
			units: ['deg', 'deg'],
			rows: rows.map((row) => [
				String(row[idOf(kind)]),
				expect.closeTo(Number(row['ra']), 9) as number,
				expect.closeTo(Number(row['dec']), 9) as number,
			]),
		});
	});

	it('asks by its short form in radians of another frame, and gets columns alone for a radius of nothing', async () => {
		const { rows } = await read('objects', 'RA=0.01&DEC=40.02&SR=0.1');
		const found = await pyvo('objects', [
			'found = pyvo.conesearch(address, pos=centre.galactic.icrs, radius=(0.1*u.deg).to(u.rad))',
			'columns = pyvo.conesearch(address, pos=centre, radius=0)',
			'print(json.dumps([[str(row.id) for row in found], len(columns), sorted(columns.fieldnames) == sorted(found.fieldnames)]))',
		]);
		expect(found).toEqual([rows.map((row) => row['objectId']), 0, true]);
	});

	it('raises our words where something is wrong', async () => {
		const said = await pyvo('objects', [
			'try:',
			'    pyvo.conesearch(address, pos=centre, radius=11)',
			'    print(json.dumps("nothing was wrong"))',
			'except pyvo.DALQueryError as error:',
			'    print(json.dumps(str(error)))',
		]);
		expect(said).toContain('SR must lie between 0 and 10 degrees; it is 11');
	});
});
