// Measures the microlensing test (server/ml/microlensing.ts) and writes its manifest with the figures.
//
//   node dist/training/microlensing.js [--packets FOLDER]
//
// Everything but lenses comes from the hold-out sky of the networks (seed 15), lenses from a sky of their own (seed 25) over the same nights, in
// which they are a hundred times as frequent; where the mix of the simulator counts, each has the weight of a hundredth. One row an object: its newest
// alert. --packets: real alerts (training/real_packets.py), of which none is known to be a lens.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Alert } from '#lib/alert/alert.ts';
import type { CurvePoint } from '#lib/alert/enriched.ts';
import { parseManifest } from '#lib/alert/model.ts';
import { nightFromText } from '#lib/astro/time.ts';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { normalise } from '#server/ingest/normalise/index.ts';
import { microlensing } from '#server/ml/microlensing.ts';
import { Calendar } from '#server/simulate/calendar.ts';
import { detectionsOf, packetOf, type World } from '#server/simulate/night.ts';
import { Sky } from '#server/simulate/sky.ts';
import { auc, calibration, interval, recallAt, type Scored, weightedShare } from './figures.ts';
import { Curves } from './subjects.ts';

const { values } = parseArgs({ options: { packets: { type: 'string' } } });
const decoder = createDecoder({ cacheFolder: '/nowhere', registryUrl: null });
const origin = { source: 'training', partition: '0', offset: 0n, member: '', receivedAtMs: 0 };

const FIRST = nightFromText('2026-10-01') ?? 0;
const NIGHTS = 20;
const PER_NIGHT = 700;
/** How much more frequent lenses are in their own sky. */
const MORE = 100;
/** Rows that a bin of the calibration has at least. */
const LEAST = 20;

interface Row extends Scored {
	/** Name in the simulation: what both surveys saw is one object. */
	readonly object: string;
	readonly detections: number;
	/** Greatest range of a band's detections, mag. */
	readonly amplitude: number;
	/** A star at the place and nothing below the template: what the test asks before it fits. */
	readonly possible: boolean;
}

/** What a rule without a fit would look at. */
function looksOf(alert: Alert, curve: readonly CurvePoint[]): Pick<Row, 'detections' | 'amplitude' | 'possible'> {
	const detections = curve.filter(({ kind }) => kind === 'detection');
	const ranges = [...new Set(detections.map(({ band }) => band))].map((band) => {
		const mags = detections.filter((point) => point.band === band).map(({ mag }) => mag);
		return Math.max(...mags) - Math.min(...mags);
	});
	const below = alert.positive === false || detections.some(({ positive }) => positive === false);
	return {
		detections: detections.length,
		amplitude: Math.max(0, ...ranges.filter(Number.isFinite)),
		// numbers that are absent do not speak against a star, as in the test
		possible: !below && !(alert.starScore < 0.5) && !(alert.starSepArcsec > 1.5),
	};
}

/** Rows of a simulated sky: the newest alert of each object that the test has enough points for. */
async function simulated(seed: number, each: number, kinds: ReadonlySet<string> | null): Promise<Row[]> {
	const perNight = { ztf: (each * 2) / 3, lsst: each / 3 };
	const alone = { ztf: 0, lsst: 0 };
	const sky = new Sky(seed, perNight, kinds);
	const world: World = { seed, perNight: kinds === null ? perNight : alone, sky, calendar: new Calendar(seed) };
	const curves = new Curves();
	const newest = new Map<string, Row>();
	for (let night = FIRST; night < FIRST + NIGHTS; night += 1) {
		for (const survey of ['ztf', 'lsst'] as const) {
			for (const detection of detectionsOf(world, survey, night)) {
				const { object } = detection.placed;
				if (object.group === 'SSO') continue;
				const { bytes, truth } = packetOf(world, detection);
				for (const decoded of await decoder.decode({ bytes, ...origin })) {
					const alert = normalise(decoded, 0);
					const curve = curves.add(alert);
					const score = microlensing({ alert, curve });
					if (typeof score === 'string') continue;
					const row = { truth: object.kind === 'ULENS', score, object: truth.simId };
					newest.set(`${survey} ${truth.simId}`, { ...row, ...looksOf(alert, curve) });
				}
			}
		}
		console.log(`night ${night - FIRST + 1} of seed ${seed}: ${newest.size} objects`);
	}
	return [...newest.values()];
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

interface Measure {
	readonly metric: string;
	readonly of: (rows: readonly Row[]) => number;
	/** The same of a rule without a fit. */
	readonly rule?: {
		readonly name: string;
		readonly of: (rows: readonly Row[]) => number;
		readonly better: 'more' | 'less';
	};
	readonly note?: string;
	/** Without limits where rows do not stand for themselves. */
	readonly plain?: boolean;
}

/** A row of the card: with 5 and 95 % limits by object, and told where it is no better than the rule. */
function figure(
	set: string,
	where: 'simulated' | 'real',
	rows: readonly Row[],
	measure: Measure,
): Record<string, unknown> {
	const { metric, of, rule } = measure;
	const value = round(of(rows));
	const limits = measure.plain === true ? null : (interval(rows, ({ object }) => object, of)?.map(round) ?? null);
	const baseline = rule === undefined ? null : { name: rule.name, value: round(rule.of(rows)) };
	const within =
		baseline !== null && limits !== null && baseline.value >= (limits[0] ?? 0) && baseline.value <= (limits[1] ?? 0);
	const no = baseline !== null && (rule?.better === 'less' ? value >= baseline.value : value <= baseline.value);
	const said = no
		? 'no better than the rule beside it'
		: within
			? 'the rule beside it lies within the limits'
			: undefined;
	const note = [measure.note, said].filter((one) => one !== undefined);
	return {
		...{ set, origin: where, metric, value },
		...(limits === null ? {} : { interval: limits }),
		rows: rows.length,
		...(baseline === null ? {} : { baseline }),
		...(note.length === 0 ? {} : { note: note.join('; ') }),
	};
}

const LENS = new Set(['ULENS']);
const lenses = (await simulated(25, PER_NIGHT * MORE, LENS)).filter(({ truth }) => truth);
const others = (await simulated(15, PER_NIGHT, null)).filter(({ truth }) => !truth);
const all = [...lenses, ...others];
const objectsIn = (rows: readonly Row[]): number => new Set(rows.map(({ object }) => object)).size;
const set = `simulated hold-out (${objectsIn(lenses)} lenses, ${objectsIn(others)} other objects)`;
const mixed = `${set}, in the simulator's mix`;

const weight = ({ truth }: Row): number => (truth ? 1 / MORE : 1);
/** The rules beside the test, as scores. */
const byRange = ({ truth, possible, amplitude }: Row): Scored => ({ truth, score: possible ? amplitude : -1 });
const byRangeAlone = ({ truth, amplitude }: Row): Scored => ({ truth, score: amplitude });
const RANGE = 'range of the magnitudes, where a star stands and nothing is below the template';
const STAR = 'a star at the place and nothing below the template';
const above = ({ score }: Row): boolean => score > 0.5;
const recall = (rows: readonly Scored[]): number => recallAt(rows, 0.01);
const precision = (rows: readonly Row[]): number => weightedShare(rows.filter(above), weight, ({ truth }) => truth);
const rich = all.filter(({ truth, detections }) => !truth || detections >= 10);
const tenths = calibration(all, weight, LEAST)
	.bins.map(({ said, found, count }) => `${said.toFixed(2)} ${found.toFixed(3)} ${count}`)
	.join(', ');

const metrics = [
	figure(set, 'simulated', all, {
		metric: 'recall of lenses at 1 % false positives',
		of: recall,
		rule: { name: RANGE, of: (rows) => recall(rows.map(byRange)), better: 'more' },
		note: `range of the magnitudes alone ${recall(all.map(byRangeAlone)).toFixed(3)}, guessing 0.010`,
	}),
	figure(set, 'simulated', rich, {
		metric: 'the same, lenses with 10 or more detections',
		of: recall,
		rule: { name: RANGE, of: (rows) => recall(rows.map(byRange)), better: 'more' },
		note: `${objectsIn(rich.filter(({ truth }) => truth))} lenses`,
	}),
	figure(set, 'simulated', all, {
		metric: 'AUC of lenses against all others',
		of: auc,
		rule: { name: RANGE, of: (rows) => auc(rows.map(byRange)), better: 'more' },
		note: `range of the magnitudes alone ${auc(all.map(byRangeAlone)).toFixed(3)}, guessing 0.500`,
	}),
	figure(set, 'simulated', others, {
		metric: 'share of the others above 0.5',
		of: (rows) => rows.filter(above).length / rows.length,
		rule: { name: STAR, of: (rows) => rows.filter(({ possible }) => possible).length / rows.length, better: 'less' },
	}),
	figure(mixed, 'simulated', all, {
		metric: 'share right, a lens above 0.5',
		of: (rows) => weightedShare(rows, weight, (row) => row.truth === above(row)),
		rule: { name: 'never a lens', of: (rows) => weightedShare(rows, weight, ({ truth }) => !truth), better: 'more' },
	}),
	figure(mixed, 'simulated', all, {
		metric: 'share of lenses among what is above 0.5',
		of: precision,
		rule: { name: 'any object', of: (rows) => weightedShare(rows, weight, ({ truth }) => truth), better: 'more' },
		note: `${all.filter(above).length} alerts above 0.5, ${lenses.filter(above).length} of them of lenses`,
	}),
	figure(mixed, 'simulated', all, {
		metric: 'calibration error, were the score a probability',
		of: (rows) => calibration(rows, weight, LEAST).error,
		plain: true,
		note: `said, lenses, alerts, in tenths put together to ${LEAST} alerts or more: ${tenths}`,
	}),
];

if (values.packets !== undefined) {
	const folder = values.packets;
	const curves = new Curves();
	const alerts = [];
	for (const name of readdirSync(folder).filter((file) => file.endsWith('.avro')))
		for (const decoded of await decoder.decode({ bytes: readFileSync(join(folder, name)), ...origin }))
			alerts.push(normalise(decoded, 0));
	alerts.sort((a, b) => a.mjd - b.mjd);
	const real = alerts.flatMap((alert): Row[] => {
		const curve = curves.add(alert);
		const score = microlensing({ alert, curve });
		return typeof score === 'string' ? [] : [{ truth: false, score, object: alert.objectId, ...looksOf(alert, curve) }];
	});
	metrics.push(
		figure('real ZTF alerts with enough points, none a known lens', 'real', real, {
			metric: 'share above 0.5',
			of: (rows) => rows.filter(above).length / rows.length,
			rule: { name: STAR, of: (rows) => rows.filter(({ possible }) => possible).length / rows.length, better: 'less' },
			plain: true,
		}),
	);
}

const manifest = {
	format: 1,
	name: 'microlensing',
	version: '1',
	title: 'Microlensing test',
	surveys: ['ztf', 'lsst'],
	program: 'microlensing',
	files: [],
	inputs: [],
	outputs: [{ name: 'score', labels: ['microlensing'], activation: 'none' }],
	licence: 'GPL-3.0-or-later',
	card: {
		summary:
			'How well a light curve is that of one star magnified by a point lens over a stable baseline: one shape in all bands, fitted to detections, forced photometry and upper limits. No network.',
		authors: 'Nightjar',
		source: 'server/ml/microlensing.ts; Paczynski 1986, ApJ 304, 1',
		trainedOn:
			'nothing: a fit. Measured on simulated skies of seeds 15 and 25, the newest alert of each object in each survey',
		limits: [
			'From 4 detections and 8 points on; 0 at once without a star at the place or with a detection below the template.',
			'No parallax, no binary lens, no finite source. A lens that is still rising fits many shapes.',
			'One outburst of a dwarf nova or a flare can fit as well.',
			`No probability: lenses are rare, and of what scores above 0.5 in the simulator's mix ${percent(precision(all))} are lenses. Use it to order candidates, beside other conditions.`,
		],
		metrics,
	},
};
const text = `${JSON.stringify(manifest, null, '\t')}\n`;
parseManifest(text);
const out = join(process.cwd(), 'models', 'shipped', 'microlensing');
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'model.json'), text);
for (const { metric, value, baseline, note } of metrics) console.log(metric, value, baseline ?? '', note ?? '');
