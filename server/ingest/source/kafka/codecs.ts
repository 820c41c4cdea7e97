import { decompress as unzstd } from 'fzstd';
import kafkajs from 'kafkajs';
import snappy from 'kafkajs-snappy';
import lz4 from 'lz4js';

const { CompressionCodecs, CompressionTypes } = kafkajs;

/** What kafkajs asks of a codec. */
interface Codec {
	compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
	decompress(buffer: Buffer): Promise<Buffer>;
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const lz4Codec: Codec = {
	compress: ({ buffer }) => Promise.resolve(asBuffer(lz4.compress(buffer))),
	decompress: (buffer) => Promise.resolve(asBuffer(lz4.decompress(buffer))),
};

const zstdCodec: Codec = {
	compress: () => Promise.reject(new Error('Zstandard is only read here; use gzip, snappy or lz4 to write.')),
	decompress: (buffer) => Promise.resolve(asBuffer(unzstd(buffer))),
};

/** Teaches kafkajs the codecs that it lacks (it knows gzip), all of them plain JavaScript; an unknown codec would end its consumer. */
export function registerCodecs(): void {
	CompressionCodecs[CompressionTypes.Snappy] = snappy;
	CompressionCodecs[CompressionTypes.LZ4] = () => lz4Codec;
	CompressionCodecs[CompressionTypes.ZSTD] = () => zstdCodec;
}
