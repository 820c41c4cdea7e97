// The published networks (ACAI, braai, BTSbot), which the repository does not carry: run on real alerts and against published scores.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alert, FieldValue } from '#lib/alert/alert.ts';
import type { CurvePoint, ModelScore } from '#lib/alert/enriched.ts';
import { parseManifest } from '#lib/alert/model.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { writeImage } from '#lib/format/fits.ts';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { normalise } from '#server/ingest/normalise/index.ts';
import { archiveSource } from '#server/ingest/source/archive.ts';
import { hashProblem, INPUT_REASON, openModels, type ModelFolder, type Models } from '#server/ml/index.ts';
import { makeAlert, makePoint } from '../../support/alerts.ts';
import { buildMlWorker, subjectOf } from '../../support/models.ts';

const samples = process.env['NIGHTJAR_SAMPLES'] ?? '';
const PUBLISHED = resolve(import.meta.dirname, '../../../models/published');

/** The networks of the samples with the manifests of the repository. */
function publishedModels(): ModelFolder[] {
	const folder = join(samples, 'models');
	const files = readdirSync(folder).filter((file) => file.endsWith('.onnx'));
	return readdirSync(PUBLISHED).map((name) => {
		const manifest = parseManifest(readFileSync(join(PUBLISHED, name, 'model.json'), 'utf8'));
		const file = files.find((entry) => entry.startsWith(name) && entry.includes(manifest.version));
		if (file === undefined) throw new Error(`${name} is not among the samples`);
		const onnx = readFileSync(join(folder, file));
		expect(hashProblem(manifest, onnx).problem).toBeNull();
		return { folder, manifest, onnx, sha256: '', problem: null };
	});
}

/** The numbers of a NumPy file of 32- or 64-bit floats. */
function readNpy(path: string): Float32Array {
	const bytes = readFileSync(path);
	const headerLength = bytes.readUInt16LE(8);
	const header = bytes.toString('latin1', 10, 10 + headerLength);
	const data = bytes.subarray(10 + headerLength);
	if (header.includes("'<f4'"))
		return Float32Array.from({ length: data.length / 4 }, (_, i) => data.readFloatLE(4 * i));
	if (header.includes("'<f8'"))
		return Float32Array.from({ length: data.length / 8 }, (_, i) => data.readDoubleLE(8 * i));
	throw new Error(`unexpected ${header}`);
}

function readCsv(path: string): Record<string, string>[] {
	const [head = '', ...lines] = readFileSync(path, 'utf8').trim().split('\n');
	const names = head.split(',');
	return lines.map((line) => {
		const cells = line.split(',');
		return Object.fromEntries(names.map((name, i) => [name.trim(), (cells[i] ?? '').trim()]));
	});
}

const scoreOf = (scores: readonly ModelScore[] | undefined, model: string): number => {
	const found = scores?.find((score) => score.model === model);
	if (found === undefined) throw new Error(`no score of ${model}`);
	return found.score;
};

describe.skipIf(samples === '')('published networks (NIGHTJAR_SAMPLES)', () => {
	let models: Models;
	beforeAll(async () => {
		const workerFile = await buildMlWorker();
		models = openModels({ models: publishedModels(), workerFile, workers: 1, log: console.error });
	});
	afterAll(() => models.close());

	async function readPackets(path: string): Promise<Alert[]> {
		const decoder = createDecoder({ cacheFolder: '/nowhere', registryUrl: null });
		const alerts: Alert[] = [];
		for await (const packet of archiveSource([join(samples, 'alerts', path)]).packets(new AbortController().signal)) {
			if ('broken' in packet) throw new Error(packet.reason);
			for (const decoded of await decoder.decode(packet)) alerts.push(normalise(decoded, 0));
		}
		return alerts;
	}

	it('see the alert of a variable star that BOOM tests with as one, from its packet', async () => {
		const alerts = await readPackets('ztf/boom/2695378462115010012.avro');
		const [scores] = await models.score(alerts.map((alert) => subjectOf(alert)));
		expect(scoreOf(scores, 'acai_v')).toBeGreaterThan(0.985);
		for (const other of ['acai_h', 'acai_n', 'acai_o', 'acai_b']) expect(scoreOf(scores, other)).toBeLessThan(0.02);
		expect(scores?.every(({ state, version }) => state === 'done' && version !== '')).toBe(true);
	});

	it('score every real packet, edge stamps, holes and missing drb included', async () => {
		const alerts = await readPackets('ztf');
		expect(alerts.length).toBe(38);
		const scores = await models.score(alerts.map((alert) => subjectOf(alert)));
		for (const row of scores) {
			expect(row.map(({ model }) => model)).toEqual([
				...['b', 'h', 'n', 'o', 'v'].map((letter) => `acai_${letter}`),
				'braai',
				'btsbot',
			]);
			for (const { state, score } of row) {
				expect(state).toBe('done');
				expect(score >= 0 && score <= 1).toBe(true);
			}
		}
	});

	it('are not done where a number is missing that has no stand-in', async () => {
		const [alert] = await readPackets('ztf/boom/2695378462115010012.avro');
		const at = findSurvey('ztf')?.fields.findIndex(({ name }) => name === 'chipsf') ?? -1;
		if (alert === undefined) throw new Error('no alert');
		const fields = alert.fields.map((value, i) => (i === at ? Number.NaN : value));
		const [scores] = await models.score([subjectOf({ ...alert, fields })]);
		expect(scores?.find(({ model }) => model === 'acai_h')?.reason).toBe(`${INPUT_REASON}ztf.chipsf is absent`);
		expect(scores?.find(({ model }) => model === 'braai')?.state).toBe('done');
	});

	it('agree with the published scores of ten alerts: 1e-5, BTSbot 1e-3', async () => {
		const rows = readCsv(join(samples, 'models/oracle_candidates.csv'));
		const triplets = readNpy(join(samples, 'models/oracle_triplets.npy'));
		expect([rows.length, triplets.length]).toEqual([10, 10 * 63 * 63 * 3]);
		// BTSbot's example feeds braai's score in the place of drb
		const [plain, withNewDrb] = await Promise.all(
			(['drb', 'new_drb'] as const).map((drb) =>
				models.score(rows.map((row, i) => oracleSubject(row, triplets, i, drb))),
			),
		);
		for (const [i, row] of rows.entries()) {
			for (const model of ['acai_h', 'acai_v', 'acai_o', 'acai_n', 'acai_b']) {
				expect(Math.abs(scoreOf(plain?.[i], model) - Number(row[model]))).toBeLessThan(1e-5);
			}
			expect(Math.abs(scoreOf(plain?.[i], 'braai') - Number(row['new_drb']))).toBeLessThan(1e-5);
			expect(Math.abs(scoreOf(withNewDrb?.[i], 'btsbot') - Number(row['expected_scores']))).toBeLessThan(1e-3);
		}
	});
});

/** An alert whose packet would give this row of the oracle: its triplet as stamps, its ages as a light curve of three points. */
function oracleSubject(row: Record<string, string>, triplets: Float32Array, i: number, drb: 'drb' | 'new_drb') {
	const value = (name: string): number => {
		const text = row[name];
		if (text === undefined || text === '') return Number.NaN;
		return Number(text) === -999 ? Number.NaN : Number(text);
	};
	const image = (channel: number): Buffer => {
		const data = Float32Array.from({ length: 63 * 63 }, (_, p) => triplets[(i * 3969 + p) * 3 + channel] ?? 0);
		return Buffer.from(writeImage({ width: 63, height: 63, data }));
	};
	const fields = (findSurvey('ztf')?.fields ?? []).map(({ name, type }): FieldValue => {
		if (name === 'drb') return value(drb);
		if (name === 'isdiffpos') return row['isdiffpos'] ?? null;
		return type === 'text' || type === 'long' ? null : value(name);
	});
	const mjd = value('jd') - 2_400_000.5;
	const point = (daysBefore: number, mag: number): CurvePoint => {
		const {
			valueHash: _,
			sourceId: _id,
			timeReceived: _t,
			exposureAssumed: _a,
			flags: _f,
			...rest
		} = makePoint({ mag });
		return { ...rest, mjd: mjd - daysBefore };
	};
	const alert = makeAlert({
		alertId: BigInt(i + 1),
		mjd,
		mag: value('magpsf'),
		firstMjd: mjd - value('age'),
		positive: true,
		fields,
		cutouts: { science: image(0), template: image(1), difference: image(2) },
	});
	const days = value('days_since_peak');
	return subjectOf(alert, { curve: [point(days, value('peakmag_so_far')), point(0, value('maxmag_so_far'))] });
}
