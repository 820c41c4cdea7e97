// The programs that /streams offers, run as pasted against answers in the form of the API's.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
	fileNameOf,
	STREAM_LANGUAGES,
	STREAM_WAYS,
	streamCode,
	type StreamLanguage,
	type StreamSource,
	type StreamWay,
} from '#lib/format/streamCode.ts';

const FILTER = '2fefcf0e-eb77-5261-95f0-902a27808156';
const IDS = ['170587115523932323', '170587115523932324', '170587115523932325'];
const alertOf = (alertId: string): Record<'alertId' | 'objectId' | 'band', string> & Record<'mjd' | 'mag', number> => ({
	alertId,
	objectId: 'ZTF26aaa',
	mjd: 61_363.25,
	band: 'r',
	mag: 18.5,
});
const hitOf = (alertId: string) => ({ alert: alertOf(alertId), annotations: { rise: 0.25 } });

let server: Server;
let folder: string;
/** Places that readers of the live stream came back with. */
const cameBack: string[] = [];

function answer(url: URL, lastEventId: string | undefined, response: ServerResponse): void {
	const { pathname, searchParams } = url;
	const isFilter = pathname.includes('/filters/') || searchParams.has('filter');
	if (pathname.endsWith('/stream')) {
		response.writeHead(200, { 'content-type': 'text/event-stream' });
		response.write(`retry: 2000\nid: a\nevent: ready\ndata: {"origin":"real"}\n\n: ping\n\n`);
		if (lastEventId !== undefined) cameBack.push(lastEventId);
		const [first = '', ...others] = IDS;
		const told = lastEventId === undefined ? [first] : others;
		const data = isFilter ? { hits: told.map(hitOf) } : { alerts: told.map(alertOf) };
		response.write(`id: ${lastEventId === undefined ? 'b' : 'c'}\nevent: ${isFilter ? 'hits' : 'alerts'}\n`);
		response.write(`data: ${JSON.stringify(data)}\n\n`);
		// the first connection ends; whoever comes back gets the rest
		response.end();
	} else if (pathname.endsWith('/feed')) {
		response.setHeader('content-type', 'application/atom+xml');
		const entries = IDS.map(
			(id) =>
				`<entry><title>ZTF ${id}</title><updated>2026-11-21T00:00:00Z</updated><link rel="alternate" type="text/html" href="http://x/${id}"/></entry>`,
		);
		response.end(`<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">${entries.join('')}</feed>`);
	} else if (searchParams.get('format') === 'csv') {
		const columns = (searchParams.get('fields') ?? '').split(',');
		const rows = IDS.map((id) =>
			columns.map((name) => new Map<string, string | number>(Object.entries(alertOf(id))).get(name) ?? '').join(','),
		);
		response.end([columns.join(','), ...rows].map((line) => `${line}\r\n`).join(''));
	} else {
		const isFirst = !searchParams.has('cursor');
		const some = isFirst ? IDS.slice(0, 2) : IDS.slice(2);
		response.setHeader('content-type', 'application/json');
		response.end(
			JSON.stringify({
				rows: some.map((id) => (isFilter ? hitOf(id) : alertOf(id))),
				nextCursor: isFirst ? 'a+b/c=' : null,
			}),
		);
	}
}

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'nightjar-code-'));
	server = createServer((request, response) => {
		const last = request.headers['last-event-id'];
		answer(new URL(request.url ?? '/', 'http://localhost'), typeof last === 'string' ? last : undefined, response);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
	server.closeAllConnections();
	server.close();
	await rm(folder, { recursive: true, force: true });
});

function sourceOf(survey: string | null): StreamSource {
	return {
		...{ server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, night: '2026-11-20', origin: null },
		...{ survey, filterId: survey === null ? FILTER : null, kafkaTopic: 'nightjar.real.ztf', schemas: '/schemas' },
		...{ brokers: 'localhost:9092', security: { mechanism: null, tls: false } },
	};
}

const PROGRAMS: Readonly<Record<StreamLanguage, string>> = {
	Python: 'python3',
	JavaScript: process.execPath,
	Java: 'java',
	curl: 'bash',
};
const has = (language: StreamLanguage): boolean =>
	spawnSync(language === 'curl' ? 'curl' : PROGRAMS[language], [language === 'Java' ? '-version' : '--version'])
		.status === 0;

/** Runs a program until it ends or has printed all that is expected; answers what it printed. */
async function run(
	way: StreamWay,
	language: StreamLanguage,
	source: StreamSource,
	all: readonly string[],
): Promise<string> {
	const file = join(folder, fileNameOf(way, language));
	await writeFile(file, streamCode(way, language, source));
	const child = spawn(PROGRAMS[language], [file], { cwd: folder });
	let output = '';
	const isDone = () => way === 'live' && all.every((text) => output.includes(text));
	await new Promise<void>((resolve) => {
		const collect = (data: Buffer): void => {
			output += data.toString();
			if (isDone()) child.kill();
		};
		child.stdout.on('data', collect);
		child.stderr.on('data', collect);
		child.on('close', () => {
			resolve();
		});
	});
	return output;
}

const CASES = STREAM_LANGUAGES.flatMap((language) => [
	...(['hits', 'live', 'feed'] as const).map((way) => ({ language, way, survey: null })),
	...(['hits', 'live'] as const).map((way) => ({ language, way, survey: 'ztf' })),
]);

describe('the programs that read a stream', () => {
	it.each(CASES)('$language, $way, survey $survey', async ({ language, way, survey }) => {
		// nothing to run it with here: its text is looked at all the same
		const source = sourceOf(survey);
		const code = streamCode(way, language, source);
		expect(code).toContain(survey === null ? FILTER : 'survey=ztf');
		if (!has(language)) return;
		// curl reads one connection, the others come back
		const expected = way === 'live' && language === 'curl' ? IDS.slice(0, 1) : IDS;
		if (way === 'feed' && language === 'curl') {
			await run(way, language, source, []);
			const { stdout } = spawnSync('cat', [join(folder, 'feed.xml')]);
			for (const id of expected) expect(stdout.toString()).toContain(id);
			return;
		}
		cameBack.length = 0;
		const output = await run(way, language, source, expected);
		for (const id of expected) expect(output).toContain(id);
		if (survey === null && way === 'hits' && language !== 'Java' && language !== 'curl')
			expect(output).toContain('rise');
		if (way === 'live' && language !== 'curl') expect(cameBack[0]).toBe('b');
	});

	it('say nothing that is secret, and take any text as a text', () => {
		const odd = { ...sourceOf(null), security: { mechanism: 'SCRAM-SHA-512', tls: true }, origin: 'it\'s "$(x)"' };
		for (const way of STREAM_WAYS) {
			for (const language of STREAM_LANGUAGES) {
				const code = streamCode(way, language, odd);
				expect(code).not.toMatch(/password\W{1,4}\w+\d/i);
				expect(code).not.toContain('$(x)');
			}
		}
		expect(streamCode('kafka', 'Python', odd)).toContain('os.environ["KAFKA_PASSWORD"]');
	});
});
