import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { holds, isLock, processStart, readLock, takeLock } from '#server/cli/lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'nightjar-lock-'));
afterAll(() => {
	rmSync(folder, { recursive: true, force: true });
});

describe('the lock of a data folder', () => {
	it('is given once and names its holder to the second', () => {
		const file = join(folder, 'once');
		const lock = takeLock(file);
		if (!isLock(lock)) throw new Error('not taken');
		lock.publish('http://127.0.0.1:3000');
		expect(takeLock(file)).toMatchObject({ pid: process.pid, url: 'http://127.0.0.1:3000' });
		lock.release();
		expect(readLock(file)).toBeNull();
	});

	it('of a process that has gone is taken over', async () => {
		const file = join(folder, 'gone');
		const child = spawn(process.execPath, ['-e', '']);
		await new Promise((resolve) => child.once('exit', resolve));
		writeFileSync(file, JSON.stringify({ pid: child.pid, started: null, url: null }));
		expect(isLock(takeLock(file))).toBe(true);
	});

	it('of another process under the same number is taken over', () => {
		const file = join(folder, 'reused');
		writeFileSync(file, JSON.stringify({ pid: process.pid, started: 'another boot/1', url: null }));
		expect(holds({ pid: process.pid, started: 'another boot/1', url: null })).toBe(false);
		expect(isLock(takeLock(file))).toBe(true);
		expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
			pid: process.pid,
			started: processStart(process.pid),
		});
	});

	it('that was cut off while written is taken over', () => {
		const file = join(folder, 'torn');
		writeFileSync(file, '{"pid": 1');
		expect(isLock(takeLock(file))).toBe(true);
	});
});
