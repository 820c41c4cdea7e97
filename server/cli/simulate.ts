import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { nightFromText, nightText } from '#lib/astro/time.ts';
import type { Config } from '#server/config.ts';
import {
	createSimulation,
	type SimulatedPacket,
	SCHEDULE_COLUMNS,
	scheduleLine,
	type Simulation,
	type SurveyName,
} from '#server/simulate/index.ts';
import { EXIT, UsageError } from './command.ts';
import { usage } from './usage.ts';

const HELP = `nightjar simulate --out FOLDER|NIGHT.tar [OPTIONS]

Writes simulated alert packets of ZTF (schema 4.02) and Rubin (v10.0), named by their ids, and beside the folder or tar
what was really there: PATH.truth.jsonl (one line per packet) and PATH.schedule.csv (one line per exposure), without .tar. The same seed
gives the same packets. Names begin with SIM and ids lie in ranges that no survey uses.

  --out PATH          a folder, or a file that ends in .tar
  --nights N          how many nights (1)
  --from YYYY-MM-DD   the first night (so that the last one was yesterday)
  --per-night N       alerts of an average night, both surveys together (1500)
  --seed S            whole number; another one is another sky (1)
  --survey LIST       ztf, lsst or ztf,lsst (both)
  --rate R            packets a second (as fast as it can)
`;

interface Request {
	readonly out: string;
	readonly nights: number;
	readonly from: number;
	readonly perNight: number;
	readonly seed: number;
	readonly surveys: readonly SurveyName[];
	readonly rate: number | null;
}

function whole(name: string, text: string | undefined, fallback: number, min: number, max: number): number {
	if (text === undefined) return fallback;
	const value = Number(text);
	if (!Number.isSafeInteger(value) || value < min || value > max)
		throw new UsageError(`--${name} must be a whole number from ${min} to ${max}; it is "${text}".`);
	return value;
}

function surveysOf(text: string | undefined): SurveyName[] {
	if (text === undefined) return ['ztf', 'lsst'];
	return text.split(',').map((name) => {
		if (name !== 'ztf' && name !== 'lsst')
			throw new UsageError(`--survey takes ztf and lsst, divided by a comma; it is "${text}".`);
		return name;
	});
}

/** Reads the words after `simulate`; throws a sentence for what makes no sense. */
export function readSimulateRequest(args: readonly string[], todayNight: number): Request {
	const { values } = usage(() =>
		parseArgs({
			args: [...args],
			options: {
				out: { type: 'string' },
				nights: { type: 'string' },
				from: { type: 'string' },
				'per-night': { type: 'string' },
				seed: { type: 'string' },
				survey: { type: 'string' },
				rate: { type: 'string' },
			},
		}),
	);
	if (values.out === undefined)
		throw new UsageError('--out says where to write: a folder, or a file that ends in .tar.');
	const nights = whole('nights', values.nights, 1, 1, 10_000);
	const from = values.from === undefined ? todayNight - nights : nightFromText(values.from);
	if (from === null) throw new UsageError(`--from must be a date such as 2026-11-20; it is "${values.from ?? ''}".`);
	return {
		out: resolve(values.out),
		nights,
		from,
		perNight: whole('per-night', values['per-night'], 1500, 1, 1_000_000),
		seed: whole('seed', values.seed, 1, 0, 4_294_967_295),
		surveys: surveysOf(values.survey),
		rate: values.rate === undefined ? null : whole('rate', values.rate, 1, 1, 100_000),
	};
}

/** Where packets go: a folder of files or one archive. */
interface Sink {
	write(name: string, bytes: Uint8Array, mjd: number): Promise<void>;
	end(): Promise<void>;
}

async function folderSink(folder: string): Promise<Sink> {
	await mkdir(folder, { recursive: true });
	return { write: (name, bytes) => writeFile(join(folder, name), bytes), end: () => Promise.resolve() };
}

/** A file open for writing; rejects where it cannot be, and has `errored` once a later write was refused. */
async function openedFile(path: string): Promise<WriteStream> {
	const file = createWriteStream(path).on('error', () => undefined);
	await once(file, 'open');
	return file;
}

async function tarSink(path: string): Promise<Sink> {
	const archive = pack().on('error', () => undefined);
	const file = await openedFile(path);
	file.on('error', (error) => {
		archive.destroy(error);
	});
	archive.pipe(file);
	return {
		write: (name, bytes, mjd) =>
			new Promise((done, fail) => {
				if (file.errored !== null) {
					fail(file.errored);
					return;
				}
				const date = new Date((mjd - 40_587) * 86_400_000);
				const entry = archive.entry({ name, mtime: date }, Buffer.from(bytes), (error) => {
					if (error) fail(file.errored ?? error);
					else done();
				});
				entry.on('error', fail);
			}),
		end: async () => {
			archive.finalize();
			await finished(file);
		},
	};
}

/** Writes packets, truth and schedule; resolves with the number of packets. */
async function writeNights(simulation: Simulation, request: Request): Promise<number> {
	const toTar = request.out.endsWith('.tar');
	// never among the packets: a folder of packets is read as it is
	const stem = request.out.replace(/\.tar$/, '');
	const beside = (name: string) => `${stem}.${name}`;
	const sink = toTar ? await tarSink(request.out) : await folderSink(request.out);
	const truth = await openedFile(beside('truth.jsonl'));
	const schedule = [SCHEDULE_COLUMNS.join(',')];
	let count = 0;
	const begun = performance.now();
	for (let night = request.from; night < request.from + request.nights; night++) {
		for (const survey of request.surveys)
			for (const visit of simulation.visits(survey, night)) schedule.push(scheduleLine(visit));
		for (const packet of simulation.night(night)) {
			await put(packet, sink, truth);
			count++;
			if (request.rate !== null) await until(begun + (count / request.rate) * 1000);
		}
		console.log(`${nightText(night)}: ${count} packets so far`);
	}
	await sink.end();
	truth.end();
	await finished(truth);
	await writeFile(beside('schedule.csv'), `${schedule.join('\n')}\n`);
	return count;
}

async function put(packet: SimulatedPacket, sink: Sink, truth: WriteStream): Promise<void> {
	if (truth.errored !== null) throw truth.errored;
	await sink.write(`${packet.alertId}.avro`, packet.bytes, packet.mjd);
	if (!truth.write(`${JSON.stringify(packet.truth)}\n`)) await once(truth, 'drain');
}

async function until(moment: number): Promise<void> {
	const wait = moment - performance.now();
	if (wait > 0) await new Promise((done) => setTimeout(done, wait));
}

/** Writes simulated nights to a folder or an archive; resolves with the exit code. */
export async function run(args: readonly string[], _config: Config): Promise<number> {
	if (args.includes('--help') || args.includes('-h')) {
		process.stdout.write(HELP);
		return EXIT.done;
	}
	const request = readSimulateRequest(args, Math.floor(Date.now() / 86_400_000));
	const simulation = createSimulation({
		seed: request.seed,
		alertsPerNight: request.perNight,
		surveys: request.surveys,
	});
	const begun = performance.now();
	const count = await writeNights(simulation, request);
	const seconds = (performance.now() - begun) / 1000;
	console.log(
		`${count} packets of ${request.nights} night${request.nights === 1 ? '' : 's'} in ${seconds.toFixed(1)} s, ${(count / seconds).toFixed(0)} a second: ${request.out}`,
	);
	return EXIT.done;
}
