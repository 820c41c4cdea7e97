import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeFor } from '#lib/format/code.ts';

let server: Server;
let address = '';
const asked: string[] = [];

beforeAll(async () => {
	server = createServer((request, answer) => {
		asked.push(request.url ?? '');
		const format = new URL(request.url ?? '/', 'http://x').searchParams.get('format');
		const id = '170587115523932323';
		answer.end(
			format === 'csv' ? `objectId,lastAlertId\r\n"a,\nb",${id}\r\nc,${id}\r\n` : `{"id":"${id}"}\n{"id":"${id}"}\n`,
		);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/objects?class=star&objectId=it's%20%22"`;
});
afterAll(() => {
	server.close();
});

const run = (command: string, args: string[], cwd: string): Promise<string> =>
	new Promise((resolve, reject) => {
		const child = spawn(command, args, { cwd, env: { PATH: process.env['PATH'] ?? '' } });
		let out = '';
		child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
		child.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()));
		child.on('error', reject);
		child.on('close', () => {
			resolve(out.trim());
		});
	});
const has = (command: string): boolean => spawnSync(command, ['--version']).status === 0;

describe('code to copy', () => {
	it.skipIf(!has('python3'))('in Python runs as pasted', async () => {
		expect(await run('python3', ['-c', codeFor('Python', address)], tmpdir())).toBe('2 rows');
	});

	it('in JavaScript runs as pasted', async () => {
		expect(await run(process.execPath, ['-e', codeFor('JavaScript', address)], tmpdir())).toBe('2 rows');
	});

	it.skipIf(!has('curl'))('for the shell runs as pasted', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'nightjar-code-'));
		try {
			expect(await run('sh', ['-c', codeFor('curl', address)], folder)).toBe('');
			expect(readFileSync(join(folder, 'nightjar.csv'), 'utf8')).toContain('170587115523932323');
		} finally {
			rmSync(folder, { recursive: true });
		}
	});

	it('asks for what the page shows, whatever it holds', () => {
		expect(new Set(asked.map((url) => new URL(url, 'http://x').searchParams.get('objectId')))).toEqual(
			new Set(['it\'s ""']),
		);
	});
});
