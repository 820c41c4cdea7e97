// The programs that /streams offers for Kafka, run as pasted against a broker.
import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileNameOf, streamCode, type StreamLanguage } from '#lib/format/streamCode.ts';
import { exampleAlert, readExample } from '#server/ingest/filter/example.ts';
import { KafkaSink } from '#server/ingest/publish/kafkaSink.ts';
import { KAFKA_START_MS, type KafkaBroker, kafkaMissing, startKafka } from '../../../support/kafkaBroker.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const PYTHON = process.env['NIGHTJAR_PYTHON'] ?? 'python3';
/** Folder with the jars of kafka-clients and avro and what they need. */
const JARS = process.env['NIGHTJAR_JARS'];

const CANNOT: Readonly<Record<'Python' | 'JavaScript' | 'Java', string | null>> = {
	JavaScript: null,
	Python:
		spawnSync(PYTHON, ['-c', 'import confluent_kafka, fastavro']).status === 0
			? null
			: `${PYTHON} lacks confluent-kafka or fastavro (NIGHTJAR_PYTHON names another)`,
	Java: JARS === undefined ? 'NIGHTJAR_JARS names no folder with kafka-clients and avro' : null,
};
for (const [language, reason] of Object.entries(CANNOT)) {
	if (reason !== null) console.warn(`NOT RUN: ${language} code for Kafka: ${reason}.`);
}

describe.skipIf(kafkaMissing !== null)('the programs that read a stream from Kafka', () => {
	const ids = ['8000000000000000101', '8000000000000000102', '8000000000000000103'];
	let broker: KafkaBroker;
	let sink: KafkaSink;
	let schemas: Server;
	let folder: string;

	beforeAll(async () => {
		broker = await startKafka();
		// inside the project, so that packages are found
		await mkdir(join(ROOT, 'node_modules/.cache'), { recursive: true });
		folder = await mkdtemp(join(ROOT, 'node_modules/.cache/nightjar-code-'));
		schemas = createServer((request, response) => {
			readFile(join(ROOT, 'static', request.url ?? '')).then(
				(file) => response.end(file),
				() => response.writeHead(404).end(),
			);
		});
		await new Promise<void>((resolve) => schemas.listen(0, '127.0.0.1', resolve));
		sink = new KafkaSink(
			{
				...{ name: 'publish', brokers: broker.brokers.split(','), login: null, tls: null, prefix: 'nightjar' },
				...{ origins: ['simulated'], privateTopics: false, cutouts: false, boom: false },
				...{ partitions: 2, replicas: null, retentionHours: 48, retentionBytes: 3_000_000 },
			},
			() => undefined,
		);
		const enriched = ids.map((alertId) => exampleAlert(readExample(JSON.stringify({ fields: { alertId } }), 'test')));
		const hits = enriched.map((_, row) => ({
			...{ filterId: 'a', version: 1, name: 'All', topic: 'all', row, annotations: [{ name: 'rise', value: 0.25 }] },
		}));
		const batch = { writer: 'test', number: 1n, knownAtMs: 1_795_000_000_000 };
		const sent = await sink.send(
			{ batch, enriched, hits, hitsOnly: false, receivedAtMs: () => batch.knownAtMs, late: () => false },
			{ again: false, signal: new AbortController().signal },
		);
		expect(sent).toBe(6);
	}, KAFKA_START_MS);
	afterAll(async () => {
		await sink.close();
		schemas.close();
		await broker.stop();
		await rm(folder, { recursive: true, force: true });
	});

	const commandOf = (language: StreamLanguage, file: string): [string, string[]] => {
		if (language === 'Java') return ['java', ['-cp', `${JARS ?? ''}/*`, file]];
		return [language === 'Python' ? PYTHON : process.execPath, [file]];
	};

	it.each(['JavaScript', 'Python', 'Java'] as const)(
		'%s',
		async (language) => {
			const file = join(folder, fileNameOf('kafka', language));
			const code = streamCode('kafka', language, {
				...{ server: `http://127.0.0.1:${(schemas.address() as AddressInfo).port}`, survey: null, filterId: 'a' },
				...{ night: '2026-11-20', origin: null, kafkaTopic: 'nightjar.simulated.all', brokers: broker.brokers },
				...{ security: { mechanism: null, tls: false }, schemas: '/schemas' },
			});
			expect(code).toContain('nightjar.simulated.all');
			if (CANNOT[language] !== null) return;
			await writeFile(file, code.replace('my-group', `group-${language}`));
			const [program, words] = commandOf(language, file);
			const child = spawn(program, words, { cwd: folder, env: { ...process.env, PYTHONUNBUFFERED: '1' } });
			let output = '';
			await new Promise<void>((resolve) => {
				const collect = (data: Buffer): void => {
					output += data.toString();
					if (ids.every((id) => output.includes(id))) child.kill('SIGKILL');
				};
				const timer = setTimeout(() => child.kill('SIGKILL'), 250_000);
				child.stdout.on('data', collect);
				child.stderr.on('data', collect);
				child.on('close', () => {
					clearTimeout(timer);
					resolve();
				});
			});
			for (const id of ids) expect(output).toContain(id);
			expect(output).toContain('rise');
		},
		300_000,
	);
});
