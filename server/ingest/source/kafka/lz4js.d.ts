declare module 'lz4js' {
	const lz4: {
		/** Throws for what is no LZ4 frame. */
		decompress(frame: Uint8Array): Uint8Array;
		compress(plain: Uint8Array): Uint8Array;
	};
	export default lz4;
}
