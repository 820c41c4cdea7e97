// Makes the training rows from simulated nights: the tensors of every network to be, with the truth of each row.
//
//   node dist/training/simulated.js --out FOLDER --seed 11 --from 2026-03-01 --nights 40 --per-night 600 [--surveys ztf,lsst] [--groups SN,OTHER]
//
// Every seed is another sky, with other objects: a seed is either trained on, validated on or tested on, never two of them. With --groups only alerts
// of such objects are made: more examples of what is rare.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nightFromText } from '#lib/astro/time.ts';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { normalise } from '#server/ingest/normalise/index.ts';
import { Calendar } from '#server/simulate/calendar.ts';
import type { SurveyName } from '#server/simulate/index.ts';
import { detectionsOf, packetOf, type World } from '#server/simulate/night.ts';
import { Sky } from '#server/simulate/sky.ts';
import { readInputs, Rows } from './rows.ts';
import { Curves, subjectOf } from './subjects.ts';

const { values } = parseArgs({
	options: {
		out: { type: 'string' },
		seed: { type: 'string', default: '11' },
		from: { type: 'string', default: '2026-03-01' },
		nights: { type: 'string', default: '40' },
		'per-night': { type: 'string', default: '600' },
		surveys: { type: 'string', default: 'ztf' },
		groups: { type: 'string', default: 'SN,AGN,VS,SSO,BOGUS,OTHER' },
	},
});
const { out } = values;
const from = nightFromText(values.from);
if (out === undefined || from === null) throw new Error('Use --out FOLDER --seed S --from YYYY-MM-DD --nights N.');
mkdirSync(out, { recursive: true });
const seed = Number(values.seed);
const surveys = values.surveys.split(',') as SurveyName[];

/** Share of the alerts of a group whose stamps are kept: enough of the frequent ones, all of the others. */
const KEPT: Readonly<Record<string, number>> = { VS: 0.25, SSO: 0.3, BOGUS: 0.7 };

const inputs = join(process.cwd(), 'training', 'inputs');
const stamps = new Map(
	surveys.map((survey) => [
		survey as string,
		new Rows(join(out, `stamp_${survey}.${seed}`), readInputs(join(inputs, `stamp_${survey}.json`))),
	]),
);
const curveRows = new Rows(join(out, `curve.${seed}`), readInputs(join(inputs, 'curve.json')));
const decoder = createDecoder({ cacheFolder: join(out, 'schemas'), registryUrl: null });
const perNight = { ztf: (Number(values['per-night']) * 2) / 3, lsst: Number(values['per-night']) / 3 };
const world: World = { seed, perNight, sky: new Sky(seed, perNight), calendar: new Calendar(seed) };
const groups = new Set(values.groups.split(','));
const curves = new Curves();
const rowsOfObject = new Map<string, number>();
let packets = 0;

for (let night = from; night < from + Number(values.nights); night += 1) {
	const found = surveys.flatMap((survey) => detectionsOf(world, survey, night));
	for (const detection of found.filter(({ placed }) => groups.has(placed.object.group))) {
		const { bytes, truth } = packetOf(world, detection);
		packets += 1;
		const place = { source: 'training', partition: String(seed), offset: BigInt(packets), member: '', receivedAtMs: 0 };
		for (const decoded of await decoder.decode({ bytes, ...place })) {
			const alert = normalise(decoded, 0);
			const { class: kind, group } = truth.object;
			const curve = curves.add(alert);
			const detections = curve.filter((point) => point.kind === 'detection').length;
			const about = {
				seed,
				...{ survey: alert.survey, alertId: truth.alertId, object: alert.objectId, simId: truth.simId, kind, group },
				...{ bogus: truth.bogus, snr: alert.snr, mag: alert.mag, mjd: alert.mjd, detections, z: truth.object.z },
				...{ starScore: alert.starScore, starSepArcsec: alert.starSepArcsec, reliability: alert.reliability },
			};
			const draw = Number(BigInt(truth.alertId) % 997n) / 997;
			const taken = rowsOfObject.get(truth.simId) ?? 0;
			const wantsStamp = draw < (KEPT[group] ?? 1) && taken < 6;
			if (!wantsStamp && detections < 2) continue;
			const subject = subjectOf(alert, curve);
			if (wantsStamp && (await stamps.get(alert.survey)?.add(subject, about)) === true)
				rowsOfObject.set(truth.simId, taken + 1);
			if (detections >= 2 && (group === 'SN' || group === 'AGN' || draw < 0.4)) await curveRows.add(subject, about);
		}
	}
	console.log(
		`night ${night - from + 1}: ${packets} packets, stamps ${[...stamps.values()].map(({ count }) => count).join(' + ')}, curves ${curveRows.count}`,
	);
}
for (const rows of [...stamps.values(), curveRows]) await rows.end();
