// Makes rows like those of training/simulated.ts from real packets, for measuring only, with the scores of other networks beside them.
//
//   node dist/training/real.js --packets FOLDER --out STEM [--models FOLDER]
//
// FOLDER holds .avro packets (training/real_packets.py writes them), --models networks as `nightjar models fetch` puts them down.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { normalise } from '#server/ingest/normalise/index.ts';
import { openModels, readModelFolders, type Subject } from '#server/ml/index.ts';
import { readInputs, Rows } from './rows.ts';
import { Curves, subjectOf } from './subjects.ts';

const { values } = parseArgs({
	options: { packets: { type: 'string' }, out: { type: 'string' }, models: { type: 'string' } },
});
const { packets, out } = values;
if (packets === undefined || out === undefined) throw new Error('Use --packets FOLDER --out STEM.');
mkdirSync(dirname(out), { recursive: true });
const decoder = createDecoder({ cacheFolder: '/nowhere', registryUrl: null });
const subjects: Subject[] = [];
const curves = new Curves();
const alerts = [];
for (const name of readdirSync(packets).filter((file) => file.endsWith('.avro'))) {
	const place = { source: 'training', partition: '0', offset: 0n, member: name, receivedAtMs: 0 };
	for (const decoded of await decoder.decode({ bytes: readFileSync(join(packets, name)), ...place }))
		alerts.push(normalise(decoded, 0));
}
alerts.sort((a, b) => a.mjd - b.mjd);
for (const alert of alerts) subjects.push(subjectOf(alert, curves.add(alert)));

const scores: (readonly { model: string; label: string; score: number }[])[] = [];
if (values.models !== undefined) {
	const { models } = await readModelFolders([values.models]);
	const workerFile = join(process.cwd(), 'dist', 'ml-worker.js');
	const opened = openModels({ models, workerFile, workers: 1, log: console.error });
	scores.push(...(await opened.score(subjects)));
	await opened.close();
}
const inputs = join(process.cwd(), 'training', 'inputs');
const stamps = new Rows(`${out}.stamp_ztf`, readInputs(join(inputs, 'stamp_ztf.json')));
const curveRows = new Rows(`${out}.curve`, readInputs(join(inputs, 'curve.json')));
for (const [i, subject] of subjects.entries()) {
	const { alert, curve } = subject;
	const about = {
		...{ survey: alert.survey, alertId: String(alert.alertId), object: alert.objectId, mjd: alert.mjd },
		...{ snr: alert.snr, mag: alert.mag, starScore: alert.starScore, starSepArcsec: alert.starSepArcsec },
		...{ detections: curve.filter(({ kind }) => kind === 'detection').length, reliability: alert.reliability },
		scores: Object.fromEntries((scores[i] ?? []).map(({ model, label, score }) => [`${model}.${label}`, score])),
	};
	if (alert.survey === 'ztf') await stamps.add(subject, about);
	await curveRows.add(subject, about);
}
await stamps.end();
await curveRows.end();
console.log(`${subjects.length} alerts, ${stamps.count} with stamps, ${curveRows.count} with a light curve`);
