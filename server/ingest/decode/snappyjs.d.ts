declare module 'snappyjs' {
	const snappy: {
		/** Throws when the result would be longer than maxLength. */
		uncompress(compressed: Uint8Array, maxLength?: number): Uint8Array;
		compress(plain: Uint8Array): Uint8Array;
	};
	export default snappy;
}
