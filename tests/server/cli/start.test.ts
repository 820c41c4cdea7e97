import { describe, expect, it } from 'vitest';
import { UsageError } from '#server/cli/command.ts';
import { readFeed } from '#server/cli/start.ts';
import { homeProblem } from '#server/cli/home.ts';
import { addressUrl, listenProblem } from '#server/cli/listen.ts';
import { restartDelayMs } from '#server/cli/supervise.ts';
import { systemProblem } from '#server/cli/systemProblem.ts';

const failure = (code: string): Error => Object.assign(new Error(code), { code });

describe('the words after start', () => {
	it('simulate a sky when there are none', () => {
		expect(readFeed([])).toEqual({ kind: 'simulation' });
		expect(readFeed(['--no-simulation'])).toEqual({ kind: 'nothing' });
	});

	it('take paths after --alerts, made absolute', () => {
		expect(readFeed(['--alerts', '/data/a.avro', '/data/b'])).toEqual({
			kind: 'alerts',
			paths: ['/data/a.avro', '/data/b'],
			options: [],
		});
		expect(readFeed(['--alerts', '/x', '--origin', 'test'])).toMatchObject({ options: ['--origin', 'test'] });
	});

	it('are refused with advice', () => {
		expect(() => readFeed(['/data'])).toThrow(
			new UsageError('Write --alerts before the paths to ingest: nightjar start --alerts /data'),
		);
		expect(() => readFeed(['--alerts'])).toThrow(/at least one path/);
		expect(() => readFeed(['--allerts'])).toThrow(/Unknown option '--allerts'.*--help/);
	});
});

describe('what the operator reads when the machine refuses', () => {
	it('names the busy port and another one', () => {
		const text = listenProblem('127.0.0.1', 3000, failure('EADDRINUSE'));
		expect(text).toContain('Port 3000');
		expect(text).toContain('PORT=3001');
	});

	it('says what to do about a port below 1024 and a foreign address', () => {
		expect(listenProblem('127.0.0.1', 80, failure('EACCES'))).toContain('1024');
		expect(listenProblem('10.1.1.1', 80, failure('EADDRNOTAVAIL'))).toContain('HOST=10.1.1.1');
	});

	it.each([
		['EACCES', 'may not be written'],
		['EROFS', 'read-only'],
		['ENOSPC', 'no space left'],
		['ENOTDIR', 'is a file'],
	])('says what %s means for the data folder', (code, words) => {
		const text = homeProblem('/x', failure(code));
		expect(text).toContain(words);
		expect(text).toContain('NIGHTJAR_HOME');
	});

	it('says what to do about a file that the system refuses, and keeps the stack of our own mistakes', () => {
		const refused = (code: string, more: object): Error => Object.assign(failure(code), more);
		expect(systemProblem(refused('EACCES', { syscall: 'mkdir', path: '/x/y' }))).toBe(
			'/x/y cannot be used: this user has no right to it. Change its owner or rights, or name another place.',
		);
		expect(systemProblem(refused('ENOSPC', { syscall: 'write' }))).toMatch(
			/^A file cannot be written: the disk is full\./,
		);
		expect(systemProblem(refused('ENOENT', { syscall: 'spawn' }))).toBeNull();
		expect(systemProblem(refused('ERR_INVALID_ARG_TYPE', { path: '/x' }))).toBeNull();
		expect(systemProblem(new TypeError('x is not a function'))).toBeNull();
	});

	it('prints an address that a browser understands', () => {
		expect(addressUrl('0.0.0.0', 3000)).toBe('http://localhost:3000');
		expect(addressUrl('::1', 3000)).toBe('http://[::1]:3000');
	});
});

describe('restarts', () => {
	it('wait longer each time, up to ten seconds', () => {
		expect([1, 2, 3, 4, 5, 6, 7, 20].map(restartDelayMs)).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
	});
});
