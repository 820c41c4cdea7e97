import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const KEY_BYTES = 32;

function isCode(error: unknown, code: string): boolean {
	return error instanceof Error && 'code' in error && error.code === code;
}

/** A random key of 32 bytes kept in a file of the state folder (mode 0600), made on first use. */
export function keyFromHome(home: string, name: string): Buffer {
	const folder = join(home, 'secrets');
	const file = join(folder, `${name}.key`);
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	try {
		// wx: of two portals that start together only one writes, and both read what it wrote
		writeFileSync(file, randomBytes(KEY_BYTES).toString('hex'), { mode: 0o600, flag: 'wx' });
	} catch (error) {
		if (!isCode(error, 'EEXIST')) throw error;
	}
	const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'hex');
	if (key.length !== KEY_BYTES) {
		throw new Error(`The key file ${name}.key in the state folder is damaged: delete it and a new one is made.`);
	}
	return key;
}
