// Tensors and metadata of published networks against numpy (scripts/golden/model_inputs.py): made-up stamps, and real packets by projections.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Alert } from '#lib/alert/alert.ts';
import { parseManifest, type ImagesInput, type NumbersInput } from '#lib/alert/model.ts';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { normalise } from '#server/ingest/normalise/index.ts';
import { archiveSource } from '#server/ingest/source/archive.ts';
import { writeImages } from '#server/ml/inputs/images.ts';
import { numbersWriter } from '#server/ml/inputs/numbers.ts';
import golden from '../../../fixtures/golden/model_inputs.json' with { type: 'json' };
import { subjectOf, TRIPLET } from '../../../support/models.ts';

const samples = process.env['NIGHTJAR_SAMPLES'];

function projections(values: ArrayLike<number>, count: number): number[] {
	return Array.from({ length: count }, (_, k) => {
		let sum = 0;
		for (let i = 0; i < values.length; i += 1) sum += (values[i] ?? 0) * Math.sin((i + 1) * (k + 1) * 0.7390851);
		return sum;
	});
}

function expectClose(actual: readonly number[], expected: readonly number[], relative: number): void {
	for (const [i, value] of expected.entries()) {
		expect(Math.abs((actual[i] ?? Number.NaN) - value)).toBeLessThanOrEqual(relative * Math.max(1, Math.abs(value)));
	}
	expect(actual.length).toBe(expected.length);
}

describe('made-up stamps', () => {
	it.each(golden.synthetic)('$name: agrees with numpy to 1e-6', ({ stamps, values, projections: expected }) => {
		const [science = null, template = null, difference = null] = stamps.map((stamp) => Buffer.from(stamp, 'base64'));
		const out = new Float32Array(63 * 63 * 3).fill(7);
		writeImages(TRIPLET, { science, template, difference }, false, out, 0);
		expectClose(
			[...out].filter((_, i) => i % 11 === 0),
			values,
			1e-6,
		);
		expectClose(projections(out, 8), expected, 1e-5);
	});
});

function publishedInput(name: string, kind: 'images' | 'numbers'): ImagesInput | NumbersInput {
	const path = join(import.meta.dirname, '../../../../models/published', name, 'model.json');
	const input = parseManifest(readFileSync(path, 'utf8')).inputs.find((entry) => entry.kind === kind);
	if (input === undefined || input.kind === 'sequence') throw new Error(`${name} has no ${kind}`);
	return input;
}

async function readAlerts(): Promise<Map<string, Alert>> {
	const decoder = createDecoder({ cacheFolder: '/nowhere', registryUrl: null });
	const alerts = new Map<string, Alert>();
	for await (const packet of archiveSource([join(samples ?? '', 'alerts/ztf')]).packets(new AbortController().signal)) {
		if ('broken' in packet) throw new Error(packet.reason);
		for (const decoded of await decoder.decode(packet)) {
			const alert = normalise(decoded, 0);
			alerts.set(`${alert.alertId}`, alert);
		}
	}
	return alerts;
}

describe.skipIf(samples === undefined)('real packets (NIGHTJAR_SAMPLES)', () => {
	it('gives the same triplets and metadata as numpy', async () => {
		const alerts = await readAlerts();
		expect([...alerts.keys()].sort()).toEqual(Object.keys(golden.real).sort());
		const images = publishedInput('acai_h', 'images');
		const writers = (['acai', 'btsbot'] as const).map((name) => {
			const input = publishedInput(name === 'acai' ? 'acai_h' : 'btsbot', 'numbers');
			if (input.kind !== 'numbers') throw new Error('no numbers');
			return [name, numbersWriter(input)] as const;
		});
		if (images.kind !== 'images') throw new Error('no images');
		for (const [id, expected] of Object.entries(golden.real)) {
			const alert = alerts.get(id);
			if (alert === undefined) throw new Error(id);
			const out = new Float32Array(63 * 63 * 3);
			writeImages(images, alert.cutouts, alert.positive === false, out, 0);
			expectClose(projections(out, 8), expected.triplet, 1e-5);
			for (const [name, write] of writers) {
				const row = new Float32Array(25);
				expect(write(subjectOf(alert), row, 0)).toBeNull();
				expectClose(projections(row.map(Math.asinh), 8), expected[name], 1e-6);
			}
		}
	});
});
