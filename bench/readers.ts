// `npm run bench -- readers --url http://127.0.0.1:3000 [--readers 200] [--seconds 60] [--pause 10]`: readers of a running portal at the same
// time, each at an address of its own (127.0.1.x, so that each has its own limit), with a live stream open, who look at pages and ask the
// API with pauses (seconds, on average). Prints how long each kind of answer took, and ends with 1 on any error.
import { setMaxListeners } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { percentile } from './cpu.ts';

const { values } = parseArgs({
	options: {
		url: { type: 'string' },
		readers: { type: 'string', default: '200' },
		seconds: { type: 'string', default: '60' },
		pause: { type: 'string', default: '10' },
	},
});
if (values.url === undefined) throw new Error('--url says where the portal listens, such as http://127.0.0.1:3000.');
const base = new URL(values.url);
const readers = Number(values.readers);
const seconds = Number(values.seconds);
const pauseMs = Number(values.pause) * 1000;

interface Kind {
	readonly waits: number[];
	bytes: number;
}
const kinds = new Map<string, Kind>();
const errors = new Map<string, number>();
const streams = { open: 0, events: 0, ended: 0 };

function fail(what: string): void {
	errors.set(what, (errors.get(what) ?? 0) + 1);
}

function ask(path: string, agent: Agent, localAddress: string): Promise<IncomingMessage> {
	return new Promise((resolve, reject) => {
		const request = get(
			new URL(path, base),
			{ agent, localAddress, headers: { accept: 'text/html, application/json' } },
			resolve,
		);
		request.setTimeout(60_000, () => request.destroy(new Error('no answer within 60 s')));
		request.on('error', reject);
	});
}

/** Asks once, reads the answer to its end, and keeps how long it took. */
async function read(kind: string, path: string, agent: Agent, localAddress: string): Promise<void> {
	const start = performance.now();
	try {
		const answer = await ask(path, agent, localAddress);
		let bytes = 0;
		for await (const part of answer as AsyncIterable<Buffer>) bytes += part.length;
		if (answer.statusCode !== 200 && answer.statusCode !== 204) fail(`${answer.statusCode ?? '?'} ${kind}`);
		const known = kinds.get(kind) ?? { waits: [], bytes: 0 };
		known.waits.push(performance.now() - start);
		known.bytes += bytes;
		kinds.set(kind, known);
	} catch (error) {
		fail(`${kind}: ${error instanceof Error ? error.message : String(error)}`);
	}
}

async function listen(agent: Agent, localAddress: string, ending: AbortSignal): Promise<void> {
	try {
		const answer = await ask('/api/v1/stream', agent, localAddress);
		if (answer.statusCode !== 200) {
			fail(`${answer.statusCode ?? '?'} stream`);
			answer.destroy();
			return;
		}
		streams.open += 1;
		answer.socket.setTimeout(0);
		ending.addEventListener('abort', () => answer.destroy());
		for await (const part of answer as AsyncIterable<Buffer>)
			streams.events += part.toString().split('event:').length - 1;
		if (!ending.aborted) streams.ended += 1;
	} catch (error) {
		if (!ending.aborted) fail(`stream: ${error instanceof Error ? error.message : String(error)}`);
	}
}

interface Known {
	readonly survey: string;
	readonly objectId: string;
	readonly lastAlertId: string;
	readonly ra: number;
	readonly dec: number;
}
const listed = await fetch(new URL('/api/v1/objects?limit=500', base));
if (!listed.ok) throw new Error(`The portal answers ${listed.status} for its objects.`);
const { rows } = (await listed.json()) as { rows: readonly Known[] };
if (rows.length === 0) throw new Error('The portal has no object: let it take in some alerts first.');

/** What a reader may do next; `n` chooses. */
function steps(n: number): readonly [string, string] {
	const one = rows[(n * 7919) % rows.length];
	if (one === undefined) throw new Error('no object');
	const object = `${one.survey}/${encodeURIComponent(one.objectId)}`;
	const list: readonly (readonly [string, string])[] = [
		['page: tonight', '/'],
		['page: object', `/objects/${object}`],
		['page: search', `/search?magMax=${17 + (n % 8) / 2}`],
		['page: alert', `/alerts/${one.survey}/${one.lastAlertId}`],
		['page: status', '/status'],
		['API: object', `/api/v1/objects/${object}`],
		['API: photometry', `/api/v1/objects/${object}/photometry`],
		['API: cone', `/api/v1/cone?ra=${one.ra}&dec=${one.dec}&radius=60`],
		['API: facets', `/api/v1/facets?magMax=${17 + (n % 8) / 2}`],
		['API: cutout', `/api/v1/alerts/${one.survey}/${one.lastAlertId}/cutouts/science.png?missing=204`],
	];
	return list[n % list.length] ?? ['page: tonight', '/'];
}

const ending = new AbortController();
setMaxListeners(0, ending.signal);
const end = performance.now() + seconds * 1000;
async function reader(n: number): Promise<void> {
	const localAddress = `127.0.1.${1 + (n % 250)}`;
	const agent = new Agent({ keepAlive: true });
	// they do not come in the same moment
	await pause((n / readers) * Math.min(pauseMs, seconds * 500));
	const listening = listen(new Agent(), localAddress, ending.signal);
	for (let step = n; performance.now() < end; step += 1) {
		const [kind, path] = steps(step);
		await read(kind, path, agent, localAddress);
		await pause(Math.max(0, Math.min(pauseMs * (0.5 + Math.random()), end - performance.now())));
	}
	ending.abort();
	await listening;
	agent.destroy();
}

await Promise.all(Array.from({ length: readers }, (_, n) => reader(n)));
const ms = (value: number): string => `${value.toFixed(0)} ms`;
console.table(
	Object.fromEntries(
		[...kinds]
			.sort(([a], [b]) => a.localeCompare(b))
			.map(([kind, { waits, bytes }]) => [
				kind,
				{
					answers: waits.length,
					p50: ms(percentile(waits, 0.5)),
					p95: ms(percentile(waits, 0.95)),
					longest: ms(Math.max(...waits)),
					'kB each': Math.round(bytes / waits.length / 1000),
				},
			]),
	),
);
const answers = [...kinds.values()].reduce((sum, { waits }) => sum + waits.length, 0);
console.log(
	`${readers} readers for ${seconds} s: ${answers} answers, ${(answers / seconds).toFixed(1)} a second; ${streams.open} live streams with ${streams.events} events, ${streams.ended} of them ended early.`,
);
if (streams.open < readers || streams.ended > 0) fail('a live stream was not kept open');
for (const [what, times] of errors) console.log(`ERROR ${what}: ${times} times`);
process.exitCode = errors.size === 0 ? 0 : 1;
