import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { kafkaRequired, locateKafka } from '../../scripts/kafka/locate.mjs';
import { freePort } from './freePort.ts';

/** Limit of a hook that starts a broker, milliseconds: a machine that is busy many times over takes minutes. */
export const KAFKA_START_MS = 300_000;
const READY_MS = 240_000;

/** A broker that ended by itself while it started, as it does when another process has taken one of its ports. */
class BrokerEnded extends Error {}

/** The user of the SASL listeners, known to PLAIN and to both SCRAM mechanisms. */
export const SASL_USER = { username: 'nightjar', password: 'night-and-day' } as const;

/** A real Apache Kafka (KRaft, one node) for a test. */
export interface KafkaBroker {
	/** `host:port` of the listener without a login. */
	readonly brokers: string;
	/** `host:port` of the listener that asks for SASL_USER; null unless it was asked for. */
	readonly saslBrokers: string | null;
	/** `host:port` of the listener with TLS and SASL_USER, and the file of the authority that signed it; null unless it was asked for. */
	readonly tlsBrokers: string | null;
	readonly caFile: string | null;
	/** True for a broker that only lends itself (KAFKA_BROKERS): it can be neither killed nor restarted, and has no SASL listener. */
	readonly external: boolean;
	/** Ends it in order; `restart` starts it again on the same data and ports. */
	shutdown(): Promise<void>;
	/** kill -9. */
	kill(): Promise<void>;
	/** Starts it again after `shutdown` or `kill`. */
	restart(): Promise<void>;
	/** CPU seconds that the broker has used since it was (re)started, where /proc tells. */
	cpuSeconds(): Promise<number>;
	/** Ends it and removes its data. */
	stop(): Promise<void>;
}

const place = await locateKafka({ say: console.log });

/** Why no broker can be had here, or null. In continuous integration this is an error, elsewhere the tests are skipped. */
export const kafkaMissing: string | null = place.kind === 'none' ? place.reason : null;
if (kafkaMissing !== null) {
	const sentence = `No real Kafka broker for the tests: ${kafkaMissing}.`;
	if (kafkaRequired()) throw new Error(sentence);
	console.warn(`NOT RUN: ${sentence}`);
}

/** Whether the broker is only lent (KAFKA_BROKERS): tests that kill it or need its SASL listeners are skipped. */
export const kafkaIsExternal = place.kind === 'external';

interface Listener {
	readonly name: string;
	readonly protocol: 'PLAINTEXT' | 'SASL_PLAINTEXT' | 'SASL_SSL';
	readonly port: number;
}

const KEYSTORE_PASSWORD = 'keystore';

function properties(folder: string, listeners: readonly Listener[], controllerPort: number, bind: string): string {
	const { username, password } = SASL_USER;
	const plain = `org.apache.kafka.common.security.plain.PlainLoginModule required user_${username}="${password}";`;
	const lines = [
		'process.roles=broker,controller',
		'node.id=1',
		`controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
		`listeners=${listeners.map(({ name, port }) => `${name}://${bind}:${port}`).join()},CONTROLLER://127.0.0.1:${controllerPort}`,
		`advertised.listeners=${listeners.map(({ name, port }) => `${name}://127.0.0.1:${port}`).join()}`,
		`listener.security.protocol.map=${listeners.map(({ name, protocol }) => `${name}:${protocol}`).join()},CONTROLLER:PLAINTEXT`,
		'inter.broker.listener.name=OPEN',
		'controller.listener.names=CONTROLLER',
		`log.dirs=${join(folder, 'data')}`,
		'offsets.topic.replication.factor=1',
		'offsets.topic.num.partitions=4',
		'transaction.state.log.replication.factor=1',
		'transaction.state.log.min.isr=1',
		'transaction.state.log.num.partitions=2',
		'share.coordinator.state.topic.replication.factor=1',
		'share.coordinator.state.topic.min.isr=1',
		'group.initial.rebalance.delay.ms=0',
		'auto.create.topics.enable=false',
		// after a kill -9 the same broker is let in again only when its old session has ended; a shorter one ends by itself on a busy machine,
		// again and again, and the broker never gets ready
		'broker.session.timeout.ms=9000',
		'broker.heartbeat.interval.ms=500',
		'num.network.threads=2',
		'num.io.threads=2',
		'num.recovery.threads.per.data.dir=1',
		'background.threads=1',
		'message.max.bytes=33554432',
		'log.retention.check.interval.ms=1000',
		'log.initial.task.delay.ms=1000',
		'log.segment.delete.delay.ms=100',
	];
	for (const { name, protocol } of listeners) {
		if (protocol === 'PLAINTEXT') continue;
		const key = `listener.name.${name.toLowerCase()}`;
		lines.push(
			`${key}.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512`,
			`${key}.plain.sasl.jaas.config=${plain}`,
			`${key}.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;`,
			`${key}.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;`,
		);
		if (protocol === 'SASL_SSL') {
			lines.push(
				`${key}.ssl.keystore.location=${join(folder, 'broker.p12')}`,
				`${key}.ssl.keystore.type=PKCS12`,
				`${key}.ssl.keystore.password=${KEYSTORE_PASSWORD}`,
				`${key}.ssl.key.password=${KEYSTORE_PASSWORD}`,
			);
		}
	}
	return `${lines.join('\n')}\n`;
}

/** Runs Kafka's programs: with the Java of this machine, or with that of the image. */
class Launcher {
	readonly #folder: string;
	readonly #ports: readonly number[];

	constructor(folder: string, ports: readonly number[]) {
		this.#folder = folder;
		this.#ports = ports;
	}

	/** Address to listen on: what Docker forwards arrives from outside its own loopback. */
	get bind(): string {
		return place.kind === 'docker' ? '0.0.0.0' : '127.0.0.1';
	}

	/** Words that run Java with Kafka's jars; `container` names the container, where there is one. */
	command(java: readonly string[], container: string): readonly [string, ...string[]] {
		if (place.kind === 'java') return [place.java, '-cp', place.classPath, ...java];
		if (place.kind !== 'docker') throw new Error('There is no Kafka to run here.');
		const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
		const folders = ['-v', `${this.#folder}:${this.#folder}`];
		const ports = this.#ports.flatMap((port) => ['-p', `127.0.0.1:${port}:${port}`]);
		const run = ['docker', 'run', '--rm', '--init', '--name', container, '--user', user] as const;
		return [...run, ...folders, ...ports, '--entrypoint', 'java', place.image, '-cp', '/opt/kafka/libs/*', ...java];
	}

	async run(java: readonly string[]): Promise<void> {
		const [program, ...args] = this.command(java, `nightjar-${randomUUID()}`);
		const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
		let text = '';
		child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
		child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
		const [code] = (await once(child, 'close')) as [number | null];
		if (code !== 0) throw new Error(`${java.join(' ')} ended with ${code}: ${text}`);
	}
}

/** Small and quick to start: the second compiler saves less here than it costs. */
const SMALL_JAVA = ['-Xms64m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'];
const QUIET = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-Dlog4j2.level=OFF'];

class LocalBroker implements KafkaBroker {
	readonly external = false;
	readonly #folder: string;
	readonly #launcher: Launcher;
	readonly #listeners: readonly Listener[];
	#child: ChildProcess | null = null;
	#container = '';
	#output = '';

	constructor(folder: string, launcher: Launcher, listeners: readonly Listener[]) {
		this.#folder = folder;
		this.#launcher = launcher;
		this.#listeners = listeners;
	}

	get brokers(): string {
		return this.#address('PLAINTEXT') ?? '';
	}

	get saslBrokers(): string | null {
		return this.#address('SASL_PLAINTEXT');
	}

	get tlsBrokers(): string | null {
		return this.#address('SASL_SSL');
	}

	get caFile(): string | null {
		return this.tlsBrokers === null ? null : join(this.#folder, 'ca.pem');
	}

	#address(protocol: Listener['protocol']): string | null {
		const found = this.#listeners.find((listener) => listener.protocol === protocol);
		return found === undefined ? null : `127.0.0.1:${found.port}`;
	}

	async restart(): Promise<void> {
		if (this.#child !== null) throw new Error('The broker runs already.');
		this.#container = `nightjar-${randomUUID()}`;
		const java = [...SMALL_JAVA, ...QUIET, 'kafka.Kafka', join(this.#folder, 'server.properties')];
		const [program, ...args] = this.#launcher.command(java, this.#container);
		const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
		const keep = (chunk: Buffer): void => {
			this.#output = `${this.#output}${chunk.toString()}`.slice(-20_000);
		};
		child.stdout.on('data', keep);
		child.stderr.on('data', keep);
		this.#child = child;
		// a test that ran out of time leaves nothing behind
		const atEnd = (): void => {
			child.kill('SIGKILL');
		};
		process.once('exit', atEnd);
		child.once('exit', () => {
			process.off('exit', atEnd);
			if (this.#child === child) this.#child = null;
		});
		await this.#untilReady();
	}

	async #untilReady(): Promise<void> {
		const admin = new Kafka({
			clientId: 'nightjar-test',
			brokers: [this.brokers],
			logLevel: logLevel.NOTHING,
			connectionTimeout: 10_000,
			retry: { retries: 0 },
		}).admin();
		const deadline = Date.now() + READY_MS;
		let why = 'it names no broker';
		while (Date.now() < deadline) {
			try {
				await admin.connect();
				const { brokers } = await admin.describeCluster();
				await admin.disconnect();
				if (brokers.length > 0) return;
			} catch (error) {
				why = error instanceof Error ? error.message : String(error);
			}
			if (this.#child === null) throw new BrokerEnded(`Kafka ended while it started: ${this.#output}`);
			await pause(100);
		}
		await this.kill();
		throw new Error(`Kafka did not start within ${READY_MS / 1000} s (${why}): ${this.#output}`);
	}

	async shutdown(): Promise<void> {
		await this.#end('SIGTERM');
	}

	async kill(): Promise<void> {
		await this.#end('SIGKILL');
	}

	async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
		const child = this.#child;
		if (child === null) return;
		const gone = once(child, 'exit');
		if (place.kind === 'docker') spawn('docker', ['kill', '--signal', signal, this.#container], { stdio: 'ignore' });
		else child.kill(signal);
		await gone;
	}

	async cpuSeconds(): Promise<number> {
		const pid = this.#child?.pid;
		if (pid === undefined || place.kind === 'docker') return Number.NaN;
		const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
		const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
		return (Number(fields[11]) + Number(fields[12])) / 100;
	}

	async stop(): Promise<void> {
		await this.kill();
		await rm(this.#folder, { recursive: true, force: true });
	}
}

async function formatted(folder: string, launcher: Launcher, sasl: boolean): Promise<void> {
	const { username, password } = SASL_USER;
	const users = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
		'--add-scram',
		`${mechanism}=[name=${username},password=${password}]`,
	]);
	const id = randomBytes(16).toString('base64url');
	await launcher.run([
		...SMALL_JAVA,
		...QUIET,
		'kafka.tools.StorageTool',
		'format',
		// in one word: an id may begin with a dash
		`--cluster-id=${id}`,
		'-c',
		join(folder, 'server.properties'),
		...(sasl ? users : []),
	]);
}

/** A key of the broker's own for 127.0.0.1, and its certificate as the authority that clients are given. */
async function certified(folder: string, launcher: Launcher): Promise<void> {
	const keytool = ['-Xshare:auto', '-m', 'java.base/sun.security.tools.keytool.Main'];
	const store = ['-keystore', join(folder, 'broker.p12'), '-storetype', 'PKCS12', '-storepass', KEYSTORE_PASSWORD];
	const subject = ['-dname', 'CN=127.0.0.1', '-ext', 'san=ip:127.0.0.1,dns:localhost'];
	await launcher.run([...keytool, '-genkeypair', '-alias', 'broker', '-keyalg', 'EC', ...subject, ...store]);
	await launcher.run([
		...keytool,
		'-exportcert',
		'-rfc',
		'-alias',
		'broker',
		'-file',
		join(folder, 'ca.pem'),
		...store,
	]);
}

/** Starts a broker with a data folder and ports of its own. */
async function startLocal(sasl: boolean): Promise<KafkaBroker> {
	const folder = await mkdtemp(join(tmpdir(), 'nightjar-kafka-'));
	mkdirSync(join(folder, 'data'));
	const [open, controller, login, secure] = [await freePort(), await freePort(), await freePort(), await freePort()];
	const listeners: Listener[] = [{ name: 'OPEN', protocol: 'PLAINTEXT', port: open }];
	if (sasl) {
		listeners.push({ name: 'LOGIN', protocol: 'SASL_PLAINTEXT', port: login });
		listeners.push({ name: 'SECURE', protocol: 'SASL_SSL', port: secure });
	}
	const launcher = new Launcher(
		folder,
		listeners.map(({ port }) => port),
	);
	await writeFile(join(folder, 'server.properties'), properties(folder, listeners, controller, launcher.bind));
	if (sasl) await certified(folder, launcher);
	await formatted(folder, launcher, sasl);
	const broker = new LocalBroker(folder, launcher, listeners);
	try {
		await broker.restart();
	} catch (error) {
		await broker.stop();
		throw error;
	}
	return broker;
}

/** Starts a broker with a data folder and ports of its own. With `sasl`, it also has a listener with SASL and one with SASL over TLS. */
export async function startKafka(options: { sasl?: boolean } = {}): Promise<KafkaBroker> {
	if (place.kind === 'none') throw new Error(`There is no Kafka to run here: ${place.reason}.`);
	if (place.kind === 'external') {
		const nothing = (): Promise<never> => Promise.reject(new Error('A broker of KAFKA_BROKERS is not ours to end.'));
		return {
			brokers: place.brokers,
			saslBrokers: null,
			tlsBrokers: null,
			caFile: null,
			external: true,
			shutdown: nothing,
			kill: nothing,
			restart: nothing,
			cpuSeconds: () => Promise.resolve(Number.NaN),
			stop: () => Promise.resolve(),
		};
	}
	try {
		return await startLocal(options.sasl === true);
	} catch (error) {
		if (!(error instanceof BrokerEnded)) throw error;
		// another process may have taken one of the ports
		console.warn(`Kafka is started once more: ${error.message}`);
		return startLocal(options.sasl === true);
	}
}
