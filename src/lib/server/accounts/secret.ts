import { createHash, randomBytes } from 'node:crypto';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** `bytes` random bytes in lower-case base 32. */
export function randomText(bytes: number): string {
	let bits = 0;
	let held = 0;
	let text = '';
	for (const byte of randomBytes(bytes)) {
		held = (held << 8) | byte;
		bits += 8;
		while (bits >= 5) {
			bits -= 5;
			text += ALPHABET.charAt((held >>> bits) & 31);
		}
		held &= (1 << bits) - 1;
	}
	return bits === 0 ? text : text + ALPHABET.charAt((held << (5 - bits)) & 31);
}

/** A secret of 256 random bits: 52 letters and digits. */
export function randomSecret(): string {
	return randomText(32);
}

/** What is kept of a secret: its SHA-256 in hex. The secrets are random, so a slow hash would add nothing. */
export function hashed(secret: string): string {
	return createHash('sha256').update(secret).digest('hex');
}

/** A new id: a letter for the kind and 80 random bits. */
export function newId(kind: 'u' | 'g' | 't'): string {
	return `${kind}_${randomText(10)}`;
}
