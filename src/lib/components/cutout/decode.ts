import { FitsError, isGzip, readImage, type FitsHeader, type FitsImage } from '#lib/format/fits.ts';

/** What the bytes of a cutout turned out to be. */
export type Picture =
	| { readonly kind: 'image'; readonly image: FitsImage }
	| { readonly kind: 'jpeg'; readonly blob: Blob }
	| { readonly kind: 'missing'; readonly reason: string }
	| { readonly kind: 'unreadable'; readonly reason: string };

/** A cutout of 4096 pixels a side is 16 times what any survey sends. */
const MAX_UNPACKED_BYTES = 80_000_000;

async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
	const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
	const chunks: Uint8Array[] = [];
	let size = 0;
	for (;;) {
		const { done, value } = await reader.read();
		if (done) break;
		size += value.length;
		if (size > MAX_UNPACKED_BYTES) {
			await reader.cancel();
			throw new FitsError('It unpacks to more than 80 MB: no cutout is that large.');
		}
		chunks.push(value);
	}
	const out = new Uint8Array(size);
	let at = 0;
	for (const chunk of chunks) {
		out.set(chunk, at);
		at += chunk.length;
	}
	return out;
}

/** Reads cutout bytes as they came: gzip'd FITS, plain FITS or JPEG. Never throws. */
export async function decodeCutout(bytes: Uint8Array<ArrayBuffer>): Promise<Picture> {
	try {
		if (bytes[0] === 0xff && bytes[1] === 0xd8) {
			return { kind: 'jpeg', blob: new Blob([bytes], { type: 'image/jpeg' }) };
		}
		const plain = isGzip(bytes) ? await gunzip(bytes) : bytes;
		return { kind: 'image', image: readImage(plain, { maskHuge: true }) };
	} catch (error) {
		const reason = error instanceof FitsError ? error.message : 'The bytes are neither FITS nor JPEG.';
		return { kind: 'unreadable', reason };
	}
}

/** Size of a pixel on the sky in arcsec by the header's matrix; null when it has none. */
export function headerPixelArcsec(header: FitsHeader): number | null {
	const number = (key: string): number | null => {
		const value = header.get(key);
		return typeof value === 'number' ? value : null;
	};
	const step = (axis: 1 | 2): number => number(`CDELT${axis}`) ?? 1;
	const of = (prefix: string): number | null => {
		const [a, b, c, d] = [
			number(`${prefix}1_1`),
			number(`${prefix}1_2`),
			number(`${prefix}2_1`),
			number(`${prefix}2_2`),
		];
		if (a === null && d === null) return null;
		return Math.abs((a ?? 0) * (d ?? 0) - (b ?? 0) * (c ?? 0));
	};
	const area =
		of('CD') ??
		((): number | null => {
			const turn = of('PC');
			if (turn !== null) return turn * Math.abs(step(1) * step(2));
			return number('CDELT1') === null || number('CDELT2') === null ? null : Math.abs(step(1) * step(2));
		})();
	return area === null || area <= 0 ? null : Math.sqrt(area) * 3600;
}
