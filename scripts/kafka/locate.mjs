// Where tests get a real Kafka broker from: Java and Kafka's own jars, pinned by hash, or Docker. Dependency-free.
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { JARS, KAFKA_VERSION } from './jars.mjs';

const MAVEN_CENTRAL = 'https://repo1.maven.org/maven2';
const LEAST_JAVA = 17;
const DOWNLOADS_AT_ONCE = 4;
const TRIES = 3;

/**
 * How a broker can be had.
 * @typedef {{ readonly kind: 'external', readonly brokers: string }
 *   | { readonly kind: 'java', readonly java: string, readonly classPath: string }
 *   | { readonly kind: 'docker', readonly image: string }
 *   | { readonly kind: 'none', readonly reason: string }} KafkaPlace
 */

/**
 * Runs a program and resolves with its exit code and all that it printed; a program that cannot be started gives 127.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Record<string, string>} env
 * @returns {Promise<{ code: number, output: string }>}
 */
function run(command, args, env = {}) {
	return new Promise((resolve) => {
		const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
		/** @type {Buffer[]} */
		const chunks = [];
		child.stdout.on('data', (chunk) => chunks.push(chunk));
		child.stderr.on('data', (chunk) => chunks.push(chunk));
		child.on('error', (error) => {
			resolve({ code: 127, output: error.message });
		});
		child.on('close', (code) => {
			resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString('utf8') });
		});
	});
}

/** Path of a Java that is new enough, or null. */
async function findJava() {
	const home = process.env.JAVA_HOME;
	for (const java of [...(home ? [join(home, 'bin', 'java')] : []), 'java']) {
		const { code, output } = await run(java, ['-version']);
		const major = Number(/version "(\d+)/.exec(output)?.[1] ?? 0);
		if (code === 0 && major >= LEAST_JAVA) return java;
	}
	return null;
}

/** @param {(line: string) => void} say */
async function installJava(say) {
	if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
	say('Installing Java from Debian for the tests with a real Kafka broker ...');
	const env = { DEBIAN_FRONTEND: 'noninteractive' };
	const install = () => run('apt-get', ['install', '-y', '--no-install-recommends', 'default-jre-headless'], env);
	if ((await install()).code === 0) return;
	await run('apt-get', ['update'], env);
	const { code, output } = await install();
	if (code !== 0) say(output.trim().split('\n').slice(-5).join('\n'));
}

/** Folder that keeps the jars; NIGHTJAR_TEST_CACHE moves it. */
function cacheFolder() {
	const base =
		process.env.NIGHTJAR_TEST_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'nightjar');
	return join(base, `kafka-${KAFKA_VERSION}`);
}

/** @param {Uint8Array} bytes */
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/**
 * @param {{ path: string, sha256: string }} jar
 * @param {string} file
 */
async function download(jar, file) {
	const url = `${process.env.MAVEN_CENTRAL ?? MAVEN_CENTRAL}/${jar.path}`;
	let trouble = '';
	for (let attempt = 0; attempt < TRIES; attempt++) {
		if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, 500 * 4 ** (attempt - 1)));
		try {
			const answer = await fetch(url, { signal: AbortSignal.timeout(120_000) });
			if (!answer.ok) {
				trouble = `it answers ${answer.status}`;
				continue;
			}
			const bytes = new Uint8Array(await answer.arrayBuffer());
			if (sha256(bytes) !== jar.sha256) {
				trouble = 'the bytes are not the pinned ones';
				continue;
			}
			const part = `${file}.${randomUUID()}`;
			writeFileSync(part, bytes);
			renameSync(part, file);
			return;
		} catch (error) {
			trouble =
				error instanceof Error
					? `${error.message}${error.cause instanceof Error ? `: ${error.cause.message}` : ''}`
					: String(error);
		}
	}
	throw new Error(`${url} could not be fetched: ${trouble}`);
}

/**
 * All jars in the cache; those that are missing are fetched. Throws where one cannot be.
 * @param {(line: string) => void} say
 */
async function fetchJars(say) {
	const folder = cacheFolder();
	mkdirSync(folder, { recursive: true });
	const complete = join(folder, 'complete');
	const stamp = sha256(Buffer.from(JSON.stringify(JARS)));
	const files = JARS.map((jar) => ({ ...jar, file: join(folder, basename(jar.path)) }));
	if (existsSync(complete) && readFileSync(complete, 'utf8') === stamp && files.every(({ file }) => existsSync(file))) {
		return join(folder, '*');
	}
	const missing = files.filter(({ file, sha256: want }) => {
		if (!existsSync(file)) return true;
		if (sha256(readFileSync(file)) === want) return false;
		rmSync(file, { force: true });
		return true;
	});
	const megabytes = missing.reduce((sum, { size }) => sum + size, 0) / 1e6;
	if (missing.length > 0)
		say(`Fetching Apache Kafka ${KAFKA_VERSION} (${missing.length} jars, ${megabytes.toFixed(0)} MB) ...`);
	const queue = [...missing];
	await Promise.all(
		Array.from({ length: DOWNLOADS_AT_ONCE }, async () => {
			for (let jar = queue.shift(); jar; jar = queue.shift()) await download(jar, jar.file);
		}),
	);
	writeFileSync(complete, stamp);
	return join(folder, '*');
}

async function dockerRuns() {
	return (await run('docker', ['info', '--format', '{{.ServerVersion}}'])).code === 0;
}

/**
 * Finds or fetches a real Kafka: KAFKA_BROKERS, else Java and the pinned jars, else Docker.
 * @param {{ install?: boolean, say?: (line: string) => void }} options `install`: may Java be installed.
 * @returns {Promise<KafkaPlace>}
 */
export async function locateKafka({ install = false, say = () => undefined } = {}) {
	const brokers = process.env.KAFKA_BROKERS;
	if (brokers) return { kind: 'external', brokers };
	let java = await findJava();
	if (java === null && install) {
		await installJava(say);
		java = await findJava();
	}
	let reason = `neither Java ${LEAST_JAVA} or newer nor a running Docker was found`;
	if (java !== null) {
		try {
			return { kind: 'java', java, classPath: await fetchJars(say) };
		} catch (error) {
			reason = error instanceof Error ? error.message : String(error);
		}
	}
	if (await dockerRuns()) return { kind: 'docker', image: `apache/kafka:${KAFKA_VERSION}` };
	return { kind: 'none', reason };
}

/** Whether a run without a broker counts as failed: in continuous integration. */
export const kafkaRequired = () => Boolean(process.env.CI) || Boolean(process.env.NIGHTJAR_REQUIRE_KAFKA);
