import { type ByteReader, Unreadable } from './byteReader.ts';

const BLOCK = 512;
const MAX_NAME_RECORD = 1024 * 1024;

/** A member of a tar archive. `index` counts all members from 0, whatever they are; `refused` says why it is not read. */
export interface TarMember {
	readonly index: number;
	readonly name: string;
	readonly size: number;
	readonly isFile: boolean;
	readonly refused: string | null;
}

function text(header: Buffer, from: number, to: number): string {
	const field = header.subarray(from, to);
	const end = field.indexOf(0);
	return field.subarray(0, end < 0 ? field.length : end).toString('utf8');
}

/** A number as tar writes it: octal text, or base 256 with the first bit set. */
function number(header: Buffer, from: number, to: number): number {
	const first = header[from] ?? 0;
	if (first & 0x80) {
		let value = first & 0x7f;
		for (let i = from + 1; i < to; i++) value = value * 256 + (header[i] ?? 0);
		return value;
	}
	const digits = text(header, from, to).trim();
	return digits === '' ? 0 : /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : Number.NaN;
}

/** Whether the bytes begin like a tar archive of any dialect: the checksum of its first header is right. */
export function isTar(header: Buffer): boolean {
	if (header.length < BLOCK || header[0] === 0) return false;
	let sum = 8 * 32;
	for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += header[i] ?? 0;
	return number(header, 148, 156) === sum;
}

/** `path` and `size` of a pax header record. */
function paxValues(record: Buffer): { path?: string; size?: number } {
	const out: { path?: string; size?: number } = {};
	for (let at = 0; at < record.length; ) {
		const space = record.indexOf(0x20, at);
		const length = space < 0 ? Number.NaN : Number(record.subarray(at, space).toString('latin1'));
		if (!Number.isSafeInteger(length) || length <= 0) break;
		const [key = '', ...value] = record.subarray(space + 1, at + length - 1).toString('utf8').split('=');
		if (key === 'path') out.path = value.join('=');
		if (key === 'size') out.size = Number(value.join('='));
		at += length;
	}
	return out;
}

function refusal(type: string, name: string): string | null {
	if (type === '1' || type === '2') return 'The archive member is a link: links are never followed.';
	if (!/^[0\x007]$/.test(type)) return `The archive member is not a file (type ${JSON.stringify(type)}).`;
	if (/^([/\\]|[A-Za-z]:)/.test(name)) return 'The archive member has an absolute name: refused.';
	if (name.split(/[/\\]/).includes('..')) return 'The archive member has ".." in its name: refused.';
	return null;
}

/**
 * Walks a tar archive (v7, ustar, GNU, pax). After each member the caller may take up to `size` bytes from the reader;
 * what it leaves is skipped. Throws Unreadable where the archive is damaged or ends too early.
 */
export async function* tarMembers(reader: ByteReader): AsyncGenerator<TarMember> {
	let pax: { path?: string; size?: number } = {};
	for (let index = 0; ; ) {
		const header = await reader.take(BLOCK);
		if (header.length === 0 || header.every((byte) => byte === 0)) return;
		if (!isTar(header)) {
			throw new Unreadable('unreadable', header.length < BLOCK ? 'The archive ends too early; fetch it again.' : 'The archive is damaged: a header in it is not one.');
		}
		const type = String.fromCharCode(header[156] ?? 0);
		const size = pax.size ?? number(header, 124, 136);
		if (!Number.isSafeInteger(size) || size < 0) throw new Unreadable('unreadable', 'The archive is damaged: a member has an impossible size.');
		const end = reader.position + Math.ceil(size / BLOCK) * BLOCK;
		if (type === 'x' || type === 'L' || type === 'g' || type === 'K') {
			if (size > MAX_NAME_RECORD) throw new Unreadable('refused', `The archive has a name record of ${size} bytes: refused.`);
			const record = await reader.take(size);
			if (type === 'x') pax = { ...pax, ...paxValues(record) };
			if (type === 'L') pax = { ...pax, path: text(record, 0, record.length) };
		} else {
			const prefix = header.subarray(257, 263).toString('latin1') === 'ustar\0' ? text(header, 345, 500) : '';
			const name = pax.path ?? (prefix === '' ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`);
			pax = {};
			const isFile = type !== '5' && !(type !== '1' && type !== '2' && name.endsWith('/'));
			yield { index, name, size: type === '1' || type === '2' ? 0 : size, isFile, refused: isFile ? refusal(type, name) : null };
			index++;
		}
		const left = end - reader.position;
		// links have no bytes whatever size they state
		if (type !== '1' && type !== '2' && (await reader.skip(left)) < left) {
			throw new Unreadable('unreadable', 'The archive ends too early; fetch it again.');
		}
	}
}
