/** The polynomial of CRC-64-AVRO, the fingerprint of an empty text. */
const EMPTY = 0xc15d213aa4d7a795n;

const TABLE = Array.from({ length: 256 }, (_, byte) => {
	let value = BigInt(byte);
	for (let bit = 0; bit < 8; bit += 1) value = (value >> 1n) ^ ((value & 1n) === 1n ? EMPTY : 0n);
	return value;
});

/** CRC-64-AVRO of bytes, as in the specification of Avro ("Schema Fingerprints"). */
export function crc64Avro(bytes: Uint8Array): bigint {
	let value = EMPTY;
	for (const byte of bytes) value = (value >> 8n) ^ (TABLE[Number((value ^ BigInt(byte)) & 0xffn)] ?? 0n);
	return value;
}
