import { type ByteReader, Unreadable } from './byteReader.ts';

const BLOCK = 512;
const MAX_NAME_RECORD = 1024 * 1024;
/** Plain files: ustar, v7, contiguous. */
const FILE_TYPES: ReadonlySet<string> = new Set(['0', '\0', '7']);
const NAME_TYPES: ReadonlySet<string> = new Set(['x', 'g', 'L', 'K']);

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
	for (let at = 0; at < record.length;) {
		const space = record.indexOf(0x20, at);
		const length = space < 0 ? Number.NaN : Number(record.subarray(at, space).toString('latin1'));
		if (!Number.isSafeInteger(length) || length <= 0) break;
		const [key = '', ...value] = record
			.subarray(space + 1, at + length - 1)
			.toString('utf8')
			.split('=');
		if (key === 'path') out.path = value.join('=');
		if (key === 'size') out.size = Number(value.join('='));
		at += length;
	}
	return out;
}

function refusal(type: string, name: string): string | null {
	if (type === '1' || type === '2') return 'The archive member is a link: links are never followed.';
	if (!FILE_TYPES.has(type)) return `The archive member is not a file (type ${JSON.stringify(type)}).`;
	if (/^([/\\]|[A-Za-z]:)/.test(name)) return 'The archive member has an absolute name: refused.';
	if (name.split(/[/\\]/).includes('..')) return 'The archive member has ".." in its name: refused.';
	return null;
}

/** Type 1 is a hard link, 2 a symbolic one: they have no bytes, whatever size they state. */
const isLink = (type: string): boolean => type === '1' || type === '2';

/** What name records before a header say about the member that it starts. */
interface Extras {
	readonly path?: string;
	readonly size?: number;
}

function memberOf(header: Buffer, type: string, index: number, size: number, extras: Extras): TarMember {
	const prefix = header.subarray(257, 263).toString('latin1') === 'ustar\0' ? text(header, 345, 500) : '';
	const short = text(header, 0, 100);
	const name = extras.path ?? (prefix === '' ? short : `${prefix}/${short}`);
	const isFile = type !== '5' && (isLink(type) || !name.endsWith('/'));
	return { index, name, size: isLink(type) ? 0 : size, isFile, refused: isFile ? refusal(type, name) : null };
}

/** Reads a name record (GNU L and K, pax x and g) of `size` bytes; what concerns the next member alone is returned. */
async function extrasOf(reader: ByteReader, type: string, size: number, before: Extras): Promise<Extras> {
	if (size > MAX_NAME_RECORD) {
		throw new Unreadable('refused', `The archive has a name record of ${size} bytes: refused.`);
	}
	const record = await reader.take(size);
	if (type === 'x') return { ...before, ...paxValues(record) };
	return type === 'L' ? { ...before, path: text(record, 0, record.length) } : before;
}

const TOO_EARLY = 'The archive ends too early; fetch it again.';

/**
 * Walks a tar archive (v7, ustar, GNU, pax). After each member the caller may take up to `size` bytes from the reader;
 * what it leaves is skipped. Throws Unreadable where the archive is damaged or ends too early.
 */
export async function* tarMembers(reader: ByteReader): AsyncGenerator<TarMember> {
	let extras: Extras = {};
	let index = 0;
	for (;;) {
		const header = await reader.take(BLOCK);
		if (header.length === 0 || header.every((byte) => byte === 0)) return;
		if (header.length < BLOCK) throw new Unreadable('unreadable', TOO_EARLY);
		if (!isTar(header)) throw new Unreadable('unreadable', 'The archive is damaged: a header in it is not one.');
		const type = String.fromCharCode(header[156] ?? 0);
		const size = NAME_TYPES.has(type) ? number(header, 124, 136) : (extras.size ?? number(header, 124, 136));
		if (!Number.isSafeInteger(size) || size < 0) {
			throw new Unreadable('unreadable', 'The archive is damaged: a member has an impossible size.');
		}
		const end = reader.position + (isLink(type) ? 0 : Math.ceil(size / BLOCK) * BLOCK);
		if (NAME_TYPES.has(type)) extras = await extrasOf(reader, type, size, extras);
		else {
			yield memberOf(header, type, index, size, extras);
			extras = {};
			index++;
		}
		const left = end - reader.position;
		if ((await reader.skip(left)) < left) throw new Unreadable('unreadable', TOO_EARLY);
	}
}
