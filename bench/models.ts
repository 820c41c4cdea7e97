// `npm run bench -- models --models FOLDER [--alerts 1024] [--threads 1]`: CPU (user and system, all threads) per alert of each
// model in a folder at batch 64 and of all together, from the bytes of simulated ZTF cutouts to scores. What networks share (unpacking,
// the tensor) is in each alone and once in all. Wall time stands beside it.
import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { normalise } from '#server/ingest/normalise/index.ts';
import { FEATURES } from '#lib/alert/features.ts';
import type { CurvePoint } from '#lib/alert/enriched.ts';
import { modelKey, openModels, readModelFolders, type ModelFolder, type Subject } from '#server/ml/index.ts';
import { simulatedPackets } from './simulatedPackets.ts';

const { values } = parseArgs({
	options: {
		models: { type: 'string' },
		alerts: { type: 'string', default: '1024' },
		threads: { type: 'string', default: '1' },
	},
});
if (values.models === undefined) {
	console.error('Name a folder of models with --models, such as .nightjar/models.');
	process.exit(2);
}

const { models, unreadable } = await readModelFolders([values.models, join(values.models, 'shipped')]);
for (const { folder, problem } of unreadable) console.error(`${folder}: ${problem}`);
const decoder = createDecoder({ cacheFolder: '/nowhere', registryUrl: null });
const subjects: Subject[] = [];
for (const [i, bytes] of (await simulatedPackets(Number(values.alerts))).entries()) {
	const place = { source: 'bench', partition: 'memory', offset: BigInt(i), member: '', receivedAtMs: 0 };
	for (const decoded of await decoder.decode({ bytes, ...place })) {
		const alert = normalise(decoded, 0);
		const curve: CurvePoint[] = [...alert.history, alert.detection].sort((a, b) => a.mjd - b.mjd);
		const features = new Float64Array(FEATURES.length).fill(0);
		const none = { featureVersion: '', featureReason: '', matches: [], runs: [], associations: [] };
		subjects.push({ alert, curve, features, ...none });
	}
}

async function measure(name: string, chosen: readonly ModelFolder[]): Promise<void> {
	const opened = openModels({
		models: chosen,
		workerFile: join(process.cwd(), 'dist', 'ml-worker.js'),
		workers: Number(values.threads),
		log: console.error,
	});
	// sessions are made and buffers grown before the clock starts
	await opened.score(subjects.slice(0, 64 * Number(values.threads)));
	const cpu = process.cpuUsage();
	const started = performance.now();
	const scores = await opened.score(subjects);
	const wallMs = performance.now() - started;
	const { user, system } = process.cpuUsage(cpu);
	const done = scores.flat().filter(({ state }) => state === 'done').length;
	const perAlert = (ms: number): string => (ms / subjects.length).toFixed(3).padStart(8);
	console.log(
		`${name.padEnd(28)} ${perAlert((user + system) / 1000)} ms CPU ${perAlert(wallMs)} ms wall an alert, ${done} of ${scores.flat().length} scores`,
	);
	await opened.close();
}

console.log(`${subjects.length} simulated ZTF alerts, batches of 64, ${values.threads} thread(s)`);
for (const model of models) await measure(modelKey(model.manifest), [model]);
const peers = models.filter(({ manifest }) => manifest.name.startsWith('acai_') || manifest.name === 'btsbot');
if (peers.length === 6) await measure('ACAI x 5 and BTSbot', peers);
if (models.length > 1) await measure('all', models);
