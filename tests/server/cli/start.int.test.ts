import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHome, nightjar, removeHome, type Running, startNightjar } from '../../support/nightjar.ts';

const home = makeHome();
let running: Running;

beforeAll(async () => {
	running = await startNightjar(['--no-simulation'], home);
});

afterAll(async () => {
	await running.stop();
	removeHome(home);
});

/** The process of the store that its folder names; null while it names none, as when a store has just begun to start. */
function storePid(): number | null {
	try {
		const text = readFileSync(join(home, 'store', 'endpoint.json'), 'utf8');
		return (JSON.parse(text) as { pid: number }).pid;
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
		throw error;
	}
}

function alive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

async function until(met: () => boolean | Promise<boolean>, ms = 120_000): Promise<void> {
	const end = Date.now() + ms;
	while (!(await met())) {
		if (Date.now() > end) throw new Error(`it did not happen within ${ms} ms`);
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

/** Whether the portal answers with a page; a connection that broke meanwhile is none. */
async function portalAnswers(): Promise<boolean> {
	try {
		return (await fetch(running.url)).status === 200;
	} catch {
		return false;
	}
}

/** This process and all that descend from it. */
function family(pid: number): number[] {
	const parents = new Map<number, number>();
	for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
		try {
			const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
			parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
		} catch {
			// it ended meanwhile
		}
	}
	const members = [pid];
	for (const member of members) {
		for (const [child, parent] of parents) if (parent === member) members.push(child);
	}
	return members;
}

/** What `look` finds of each process of the family; one that ended since it was listed holds nothing any more and is left out. */
function ofEach<T>(pid: number, look: (pid: number) => T): { pid: number; found: T }[] {
	const answers = family(pid).flatMap((member) => {
		try {
			return [{ pid: member, found: look(member) }];
		} catch (error) {
			const gone = error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH');
			if (gone && member !== pid) return [];
			throw error;
		}
	});
	// the supervisor, the store and the portal at least
	expect(answers.length).toBeGreaterThanOrEqual(3);
	return answers;
}

/** Remote ends of the TCP connections of a process, as hex addresses without port. */
function remoteAddresses(pid: number): string[] {
	const inodes = new Set(
		readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
			try {
				const found = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`));
				return found?.[1] === undefined ? [] : [found[1]];
			} catch {
				return [];
			}
		}),
	);
	return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((table) =>
		readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
			.split('\n')
			.slice(1)
			.map((line) => line.trim().split(/\s+/))
			.filter((fields) => inodes.has(fields[9] ?? ''))
			.map((fields) => fields[2]?.split(':')[0] ?? ''),
	);
}

describe('nightjar start', () => {
	it('serves the portal on the loopback address', async () => {
		expect(running.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
		const answer = await fetch(running.url);
		expect(answer.status).toBe(200);
		// longer than proxies keep an idle connection: they close it, not the portal under a request on its way
		expect(answer.headers.get('keep-alive')).toBe('timeout=75');
	});

	it('is refused a second time on the same folder, with pid and address of the first', async () => {
		const second = await nightjar(['start'], { NIGHTJAR_HOME: home, PORT: '0' });
		expect(second.code).toBe(1);
		expect(second.output).toContain(`already running as pid ${running.pid} on ${running.url}`);
	});

	it('says which port is busy and how to choose another', async () => {
		const server = createServer();
		const port = await new Promise<number>((resolve) => {
			server.listen(0, '127.0.0.1', () => {
				const address = server.address();
				resolve(typeof address === 'object' && address !== null ? address.port : 0);
			});
		});
		const other = makeHome();
		const { code, output } = await nightjar(['start'], { NIGHTJAR_HOME: other, PORT: String(port) });
		server.close();
		removeHome(other);
		expect(code).toBe(1);
		expect(output).toContain(`Port ${port} on 127.0.0.1 is in use`);
		expect(output).toContain('PORT=');
		expect(output.trim().split('\n')).toHaveLength(1);
	});

	it('says what to do when the data folder is a file or a setting makes no sense', async () => {
		const file = join(home, 'file');
		writeFileSync(file, '');
		const onFile = await nightjar(['start'], { NIGHTJAR_HOME: join(file, 'home'), PORT: '0' });
		expect(onFile).toMatchObject({ code: 1 });
		expect(onFile.output).toMatch(/data folder .* a part of its path is a file\. Set NIGHTJAR_HOME/);
		const badPort = await nightjar(['start'], { NIGHTJAR_HOME: home, PORT: 'eighty' });
		expect([badPort.code, badPort.output]).toEqual([
			1,
			'PORT must be a whole number from 0 to 65535; it is "eighty".\n',
		]);
	});

	it('says the same for the portal alone, and where a simulation has no room, without a stack', async () => {
		const file = join(home, 'file');
		writeFileSync(file, '');
		const portal = await nightjar(['portal'], { NIGHTJAR_HOME: join(file, 'home'), PORT: '0' });
		expect([portal.code, portal.output]).toEqual([
			1,
			expect.stringMatching(/^The data folder .*Set NIGHTJAR_HOME.*\n$/),
		]);
		const simulate = (out: string) =>
			nightjar(['simulate', '--per-night', '20', '--out', out], { NIGHTJAR_HOME: home });
		for (const out of [join(file, 'packets'), join(file, 'night.tar')]) {
			const { code, output } = await simulate(out);
			expect([code, output]).toEqual([1, expect.stringMatching(/cannot be used: a part of its path is a file.*\n$/)]);
			expect(output).not.toContain('    at ');
		}
		const full = join(home, 'full.tar');
		symlinkSync('/dev/full', full);
		const { code, output } = await simulate(full);
		expect([code, output]).toEqual([1, expect.stringContaining('A file cannot be written: the disk is full.')]);
		expect(output).not.toContain('    at ');
	});

	it('refuses paths that are not there, as a mistake on the command line', async () => {
		const { code, output } = await nightjar(['start', '--alerts', '/nowhere/at/all'], { NIGHTJAR_HOME: home });
		expect(code).toBe(2);
		expect(output).toContain('/nowhere/at/all');
	});

	it('brings the store back after kill -9, and the portal with it', async () => {
		const before = storePid();
		if (before === null) throw new Error('no store process');
		process.kill(before, 'SIGKILL');
		await until(() => ![null, before].includes(storePid()));
		await until(portalAnswers);
		expect(running.output()).toContain('store ended (signal SIGKILL)');
	});

	it('brings the portal back after kill -9, under the same address', async () => {
		const portal = ofEach(running.pid, (pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).find(({ found }) =>
			found.includes('\0portal\0'),
		)?.pid;
		if (portal === undefined) throw new Error('no portal process');
		process.kill(portal, 'SIGKILL');
		await until(portalAnswers);
	});

	it('speaks to no other machine, and listens on the loopback address alone', () => {
		const loopback = /^(0100007F|0{31}1|0000000000000000FFFF00000100007F|0{8}|0{32})$/;
		for (const { found } of ofEach(running.pid, remoteAddresses)) {
			for (const address of found) expect(address).toMatch(loopback);
		}
		const listening = readFileSync('/proc/net/tcp', 'utf8')
			.split('\n')
			.map((line) => line.trim().split(/\s+/))
			.filter((fields) => fields[3] === '0A');
		const port = Number(new URL(running.url).port).toString(16).toUpperCase().padStart(4, '0');
		expect(listening.map((fields) => fields[1]).filter((local) => local?.endsWith(`:${port}`))).toEqual([
			`0100007F:${port}`,
		]);
	});

	it('opens files for writing only in its folder and in memory', () => {
		const own = [`${home}/`, '/dev/', '/proc/', 'pipe:', 'socket:', 'anon_inode:', '/memfd:'];
		for (const { pid, found } of ofEach(running.pid, (member) => readdirSync(`/proc/${member}/fd`))) {
			for (const fd of found) {
				let target: string;
				let flags: string;
				try {
					target = readlinkSync(`/proc/${pid}/fd/${fd}`);
					flags = /flags:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0';
				} catch {
					continue;
				}
				const writes = (parseInt(flags, 8) & 3) !== 0;
				if (writes)
					expect(
						own.some((prefix) => target.startsWith(prefix)),
						`${pid} writes ${target}`,
					).toBe(true);
			}
		}
	});

	it('leaves its folder readable by its owner alone', async () => {
		const { statSync } = await import('node:fs');
		for (const path of ['store', 'store/key', 'store/endpoint.json', 'start.json']) {
			expect(statSync(join(home, path)).mode & 0o077, path).toBe(0);
		}
	});

	it('passes the doctor', async () => {
		const { code, output } = await nightjar(['doctor'], { NIGHTJAR_HOME: home });
		expect(output).toContain(`Nightjar runs as pid ${running.pid}`);
		expect(output).not.toContain('PROBLEM');
		expect(code).toBe(0);
	});
});

describe('the end of nightjar start', () => {
	it('comes within seconds, takes all processes along and leaves nothing outside the folder', async () => {
		const other = makeHome();
		const temporary = (): string[] => readdirSync(tmpdir()).filter((name) => /nightjar|chdb|clickhouse/i.test(name));
		const before = temporary();
		const one = await startNightjar(['--no-simulation'], other);
		const members = family(one.pid);
		expect(members.length).toBeGreaterThanOrEqual(3);
		const since = Date.now();
		expect(await one.stop()).toBe(0);
		expect(Date.now() - since).toBeLessThan(30_000);
		expect(members.filter(alive)).toEqual([]);
		expect(existsSync(join(other, 'start.json'))).toBe(false);
		expect(temporary().filter((name) => !before.includes(name))).toEqual([]);
		const again = Date.now();
		const two = await startNightjar(['--no-simulation'], other);
		expect(Date.now() - again).toBeLessThan(30_000);
		await two.stop();
		removeHome(other);
	});

	it('also comes when the supervisor is killed', async () => {
		const other = makeHome();
		const one = await startNightjar(['--no-simulation'], other);
		const members = family(one.pid);
		process.kill(one.pid, 'SIGKILL');
		await until(() => members.every((pid) => !alive(pid)));
		const two = await startNightjar(['--no-simulation'], other);
		expect((await fetch(two.url)).status).toBe(200);
		await two.stop();
		removeHome(other);
	});
});

describe('the command', () => {
	it('prints its help in a tenth of a second', () => {
		const command = join(import.meta.dirname, '../../../bin/nightjar.mjs');
		// CPU time, which a busy machine stretches less than the clock, and the least of some: the measured time is 0.07 s
		const timed = 'TIMEFORMAT="%U %S"; time "$1" "$2" --help > /dev/null';
		const seconds = Array.from({ length: 5 }, () => {
			const { stderr } = spawnSync('bash', ['-c', timed, 'bash', process.execPath, command], { encoding: 'utf8' });
			const [user, system] = stderr.trim().split('\n').at(-1)?.split(' ').map(Number) ?? [];
			return (user ?? NaN) + (system ?? NaN);
		});
		expect(Math.min(...seconds)).toBeLessThan(0.4);
	});

	it.each(['bin/nightjar.mjs', 'scripts/start.mjs', 'scripts/test.mjs', 'scripts/build.mjs', 'scripts/dev.mjs'])(
		'says in a sentence that Node is too old: %s',
		(file) => {
			const old = join(home, 'old.cjs');
			writeFileSync(
				old,
				"Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.19.0' } });",
			);
			const script = join(import.meta.dirname, '../../..', file);
			const { status, stdout, stderr } = spawnSync(process.execPath, ['-r', old, script], { encoding: 'utf8' });
			expect([status, stdout, stderr]).toEqual([
				1,
				'',
				expect.stringMatching(/^Nightjar needs Node 20\.11 or newer; this is 18\.19\.0\. Install Node 20 .*\n$/),
			]);
		},
	);

	it('suggests what was meant', async () => {
		const { code, output } = await nightjar(['docter']);
		expect(code).toBe(2);
		expect(output).toContain('Did you mean "doctor"?');
	});
});
