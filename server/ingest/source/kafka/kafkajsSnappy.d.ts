declare module 'kafkajs-snappy' {
	/** Codec of kafkajs for snappy, with and without Java's framing. */
	export default function snappy(): {
		compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
		decompress(buffer: Buffer): Promise<Buffer>;
	};
}
