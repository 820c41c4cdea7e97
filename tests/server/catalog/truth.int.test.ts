// What the alerts of ELAsTiCC really were, in the form in which it is given out.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClassEfficiency } from '#lib/filter/index.ts';
import { POST as efficiency } from '../../../src/routes/api/v1/filters/efficiency/+server.ts';
import { LABELLED_SURVEYS, loadTruth } from '#server/catalog/truth.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../../support/embeddedStore.ts';
import { nightjar } from '../../support/nightjar.ts';
import { elasticcPacket } from '../../support/packets.ts';
import { ask, testLocals } from '../../support/route.ts';

let embedded: EmbeddedStore;
let folder: string;
const [survey] = LABELLED_SURVEYS;
if (survey === undefined) throw new Error('no survey has a truth');

// two things of three alerts each; each alert twice as bright as the one before
const MJD = 59_614.2;
const ALERTS = [1177, 1178].flatMap((diaObjectId) =>
	[0, 1, 2].map((i) => ({
		diaSourceId: diaObjectId * 2000 + i,
		diaObjectId,
		midPointTai: MJD + i,
		psFlux: 100 * 2 ** i,
		ra: diaObjectId === 1177 ? 157.3 : 140.1,
	})),
);
// as SNANA writes it: spaces around names, 99 for no light, measurements that made no alert
const TRUTH = [
	'SourceID, SNID, MJD, DETECT, TRUE_GENTYPE, TRUE_GENMAG',
	...ALERTS.map(
		({ diaSourceId, diaObjectId, midPointTai }) =>
			`${diaSourceId}, ${diaObjectId}, ${midPointTai}, 1, ${diaObjectId === 1177 ? 10 : 91}, ${diaObjectId === 1177 ? 20 : 99}`,
	),
	'9998, 1177, 59600.1, 0, 10, 99',
	'nobody, 1177, 59600.1, 1, 10, 21',
].join('\n');

function file(name: string, content: string | Buffer): string {
	const path = join(folder, name);
	writeFileSync(path, content);
	return path;
}

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	folder = mkdtempSync(join(tmpdir(), 'nightjar-test-'));
	const packets = ALERTS.map((source) => file(`${source.diaSourceId}.avro`, elasticcPacket(source)));
	const { code, output } = await nightjar(['ingest', ...packets], { NIGHTJAR_HOME: embedded.home });
	expect([code, output]).toEqual([0, expect.stringMatching(/total +6 +6 +0/)]);
});
afterAll(async () => {
	await embedded.stop();
	rmSync(folder, { recursive: true, force: true });
});

const efficiencyOf = async (origin: 'real' | 'test'): Promise<ClassEfficiency[]> => {
	const locals = testLocals(embedded.store, { origin, grants: [] });
	const body = { text: 'elasticc.psFlux > 150', nightFrom: '2022-02-01', nightTo: '2022-02-10' };
	const answer = await ask(efficiency, '/', locals, { method: 'POST', body });
	return ((await answer.json()) as { classes: ClassEfficiency[] }).classes;
};

describe('the truth of a test stream', () => {
	it('is loaded by name and number of its classes, and tells what a filter finds of each', async () => {
		expect(await efficiencyOf('test')).toEqual([]);
		const path = file('truth.csv.gz', gzipSync(TRUTH));
		const classes = file('classes.csv', 'gentype,name\n10,SNIa-SALT3\n11,SNIa-91bg\n');
		const { code, output } = await nightjar(['truth', path, '--classes', classes], { NIGHTJAR_HOME: embedded.home });
		expect([code, output]).toEqual([3, expect.stringMatching(/line 9: it has no id of an alert\n/)]);
		expect(output).toContain(
			'6 alerts of ELAsTiCC have a truth now: SNIa-SALT3 3, type 91 3; 0 had one, 1 rows are of no alert, 1 cannot be used.',
		);
		const found = (await efficiencyOf('test')).filter(({ mag }) => mag === null);
		// the first alert of each is too faint, the second comes a day later
		expect(found).toEqual([
			expect.objectContaining({ class: 'SNIa-SALT3', alerts: 3, passes: 2, objects: 1, found: 1 }),
			expect.objectContaining({ class: 'type 91', alerts: 3, passes: 2, objects: 1, found: 1 }),
		]);
		for (const { days } of found) expect(days).toBeCloseTo(1, 6);
		expect(await efficiencyOf('real')).toEqual([]);
	});

	it('is of the test stream alone, and stands once however often it is loaded', async () => {
		const path = file('again.csv', TRUTH.replaceAll(', 91, ', ', 10, '));
		expect(await loadTruth(embedded.store, { path, survey, classes: null })).toMatchObject({
			...{ stored: 0, known: 6, undetected: 1, bad: 1, byClass: [] },
		});
		const rows = await embedded.store.query(
			`SELECT toString(origin) AS origin, count() AS n, countIf(isNaN(flux)) AS dark, maxIf(round(flux), isFinite(flux)) AS peak FROM truth GROUP BY origin`,
		);
		// magnitude 20 is 36,308 nJy
		expect(rows).toEqual([{ origin: 'test', n: '6', dark: '3', peak: 36_308 }]);
	});

	it('needs id, object, class and time of each alert', async () => {
		const path = file('few.csv', 'SourceID,SNID,MJD\n1,2,59000\n3,4,59001\n');
		await expect(loadTruth(embedded.store, { path, survey, classes: null })).rejects.toThrow(
			/No column looks like TRUE_GENTYPE.*It has: SourceID, SNID, MJD\./,
		);
	});
});
