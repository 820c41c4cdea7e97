// FITS images (FITS standard 4.0): reader for cutouts from anywhere, writer for simple images.

const BLOCK = 2880;
const CARD = 80;
const CARDS_PER_BLOCK = BLOCK / CARD;
/** HDUs beyond this are not looked at: a cutout has three. */
const MAX_HDUS = 64;
/** Values beyond this are masks of the survey's own making (-3.4e38 occurs), not light. */
const MASK_LIMIT = 1e30;

/** Value of a header card; a whole number beyond 2^53 stays text. */
export type FitsValue = string | number | boolean;
export type FitsHeader = ReadonlyMap<string, FitsValue>;

/** An image extension beside the first image. */
export interface FitsExtension {
	/** EXTNAME, '' where there is none. */
	readonly name: string;
	readonly width: number;
	readonly height: number;
	/** Row 0 is the bottom one; BLANK pixels are NaN. */
	readonly data: Float32Array;
	readonly header: FitsHeader;
}

/** The first image of a FITS file and the images that follow it. */
export interface FitsImage extends FitsExtension {
	readonly extensions: readonly FitsExtension[];
}

/** The bytes are no FITS image that can be read; the message says why. */
export class FitsError extends Error {
	override readonly name = 'FitsError';
}

/** Whether bytes begin like a gzip stream. */
export function isGzip(bytes: Uint8Array): boolean {
	return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

const ascii = new TextDecoder('latin1');

interface Hdu {
	readonly header: FitsHeader;
	readonly bitpix: number;
	readonly axes: readonly number[];
	readonly dataStart: number;
	/** Bytes of data without padding. */
	readonly dataBytes: number;
	readonly image: boolean;
}

/** The quoted text at the start of a value field, quotes undoubled and trailing blanks off. */
function textValue(field: string): string {
	const match = /^'((?:[^']|'')*)'/.exec(field);
	return (match?.[1] ?? field.slice(1)).replaceAll("''", "'").trimEnd();
}

function cardValue(field: string): FitsValue | undefined {
	if (field.startsWith("'")) return textValue(field);
	const text = field.replace(/\/.*$/, '').trim();
	if (text === 'T' || text === 'F') return text === 'T';
	if (!/^[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?$/.test(text)) return text === '' ? undefined : text;
	const number = Number(text.replace(/[dD]/, 'e'));
	return /^[+-]?\d+$/.test(text) && !Number.isSafeInteger(number) ? text : number;
}

/** Cards from `start` to END and the offset where the data begin. */
export function readHeader(bytes: Uint8Array, start: number): { header: Map<string, FitsValue>; dataStart: number } {
	const header = new Map<string, FitsValue>();
	let lastText = '';
	for (let at = start; at + CARD <= bytes.length; at += CARD) {
		const card = ascii.decode(bytes.subarray(at, at + CARD));
		const key = card.slice(0, 8).trimEnd();
		if (key === 'END') {
			return { header, dataStart: start + Math.ceil((at + CARD - start) / BLOCK) * BLOCK };
		}
		if (key === 'CONTINUE' && lastText !== '') {
			const before = header.get(lastText);
			if (typeof before === 'string' && before.endsWith('&')) {
				header.set(lastText, before.slice(0, -1) + textValue(card.slice(8).trimStart()));
			}
			continue;
		}
		if (card.slice(8, 10) !== '= ' || header.has(key)) continue;
		const value = cardValue(card.slice(10).trim());
		if (value !== undefined) header.set(key, value);
		lastText = typeof value === 'string' ? key : '';
	}
	throw new FitsError('The FITS header has no END card: the file is cut short or is not FITS.');
}

function wholeNumber(header: FitsHeader, key: string, fallback?: number): number {
	const value = header.get(key) ?? fallback;
	if (typeof value !== 'number' || !Number.isInteger(value) || (key !== 'BITPIX' && value < 0)) {
		throw new FitsError(`The FITS header has ${key} = ${String(value)}: a whole number was expected.`);
	}
	return value;
}

function readHdu(bytes: Uint8Array, start: number): Hdu {
	const { header, dataStart } = readHeader(bytes, start);
	const bitpix = wholeNumber(header, 'BITPIX');
	if (![8, 16, 32, 64, -32, -64].includes(bitpix)) throw new FitsError(`The FITS header has BITPIX = ${bitpix}.`);
	const naxis = wholeNumber(header, 'NAXIS');
	if (naxis > 999) throw new FitsError(`The FITS header has NAXIS = ${naxis}: at most 999 is allowed.`);
	const axes = Array.from({ length: naxis }, (_, index) => wholeNumber(header, `NAXIS${index + 1}`));
	const pixels = naxis === 0 ? 0 : axes.reduce((product, axis) => product * axis, 1);
	const groups = wholeNumber(header, 'GCOUNT', 1) * (wholeNumber(header, 'PCOUNT', 0) + pixels);
	const dataBytes = naxis === 0 ? 0 : (groups * Math.abs(bitpix)) / 8;
	const kind = header.get('XTENSION') ?? 'IMAGE';
	const flat = axes.length >= 2 && axes.slice(2).every((axis) => axis === 1);
	return { header, bitpix, axes, dataStart, dataBytes, image: kind === 'IMAGE' && flat && pixels > 0 };
}

/** Physical values of an HDU's pixels: BZERO + BSCALE * stored, BLANK as NaN. */
function readPixels(bytes: Uint8Array, hdu: Hdu, maskHuge: boolean): Float32Array {
	const { bitpix, dataStart, dataBytes, header } = hdu;
	const step = Math.abs(bitpix) / 8;
	const count = dataBytes / step;
	const view = new DataView(bytes.buffer, bytes.byteOffset + dataStart, dataBytes);
	const data = new Float32Array(count);
	if (bitpix === -32) for (let i = 0; i < count; i += 1) data[i] = view.getFloat32(4 * i);
	else if (bitpix === -64) for (let i = 0; i < count; i += 1) data[i] = view.getFloat64(8 * i);
	else readWholePixels(view, hdu, data);
	const scale = header.get('BSCALE');
	const zero = header.get('BZERO');
	// whole numbers are scaled while they still have all their digits
	if (bitpix < 0 && ((typeof scale === 'number' && scale !== 1) || (typeof zero === 'number' && zero !== 0))) {
		const factor = typeof scale === 'number' ? scale : 1;
		const offset = typeof zero === 'number' ? zero : 0;
		for (let i = 0; i < count; i += 1) data[i] = offset + factor * (data[i] ?? Number.NaN);
	}
	if (maskHuge) for (let i = 0; i < count; i += 1) if (!(Math.abs(data[i] ?? 0) <= MASK_LIMIT)) data[i] = Number.NaN;
	return data;
}

function readWholePixels(view: DataView, { bitpix, header }: Hdu, data: Float32Array): void {
	const scale = header.get('BSCALE');
	const zero = header.get('BZERO');
	const blank = header.get('BLANK');
	const factor = typeof scale === 'number' ? scale : 1;
	const offset = typeof zero === 'number' ? zero : 0;
	const stored = (i: number): number => {
		if (bitpix === 8) return view.getUint8(i);
		if (bitpix === 16) return view.getInt16(2 * i);
		return bitpix === 32 ? view.getInt32(4 * i) : Number(view.getBigInt64(8 * i));
	};
	for (let i = 0; i < data.length; i += 1) {
		const value = stored(i);
		data[i] = value === blank ? Number.NaN : offset + factor * value;
	}
}

/**
 * Reads the two-dimensional images of plain (not gzip'd) FITS bytes; tables and cubes are passed over. With `maskHuge`
 * infinities and values beyond 1e30 become NaN. Throws `FitsError`; never allocates more than the bytes at hand ask for.
 */
export function readImage(bytes: Uint8Array, options: { readonly maskHuge?: boolean } = {}): FitsImage {
	if (isGzip(bytes)) throw new FitsError('The bytes are gzip: unpack them first.');
	if (bytes.length < CARD || ascii.decode(bytes.subarray(0, 9)) !== 'SIMPLE  =') {
		throw new FitsError('Not a FITS file: it does not begin with SIMPLE.');
	}
	const images: FitsExtension[] = [];
	let at = 0;
	for (let index = 0; index < MAX_HDUS && at < bytes.length; index += 1) {
		// what follows the last HDU is not ours to judge
		if (index > 0 && ascii.decode(bytes.subarray(at, at + 8)) !== 'XTENSION') break;
		const hdu = readHdu(bytes, at);
		if (hdu.dataStart + hdu.dataBytes > bytes.length) {
			throw new FitsError(
				`HDU ${index} claims ${hdu.dataBytes} bytes of data (${hdu.axes.join(' x ')}), ` +
					`but ${Math.max(0, bytes.length - hdu.dataStart)} are there: the file is cut short or wrong.`,
			);
		}
		if (hdu.image) {
			const name = hdu.header.get('EXTNAME');
			images.push({
				name: typeof name === 'string' ? name : '',
				width: hdu.axes[0] ?? 0,
				height: hdu.axes[1] ?? 0,
				data: readPixels(bytes, hdu, options.maskHuge ?? false),
				header: hdu.header,
			});
		}
		at = hdu.dataStart + Math.ceil(hdu.dataBytes / BLOCK) * BLOCK;
	}
	const [first, ...extensions] = images;
	if (first === undefined) throw new FitsError('The FITS file holds no two-dimensional image.');
	return { ...first, extensions };
}

/** A header card to write: keyword of up to 8 characters, value, comment. */
export type FitsCard = readonly [key: string, value: FitsValue | bigint, comment?: string];

/** An image to write: row 0 is the bottom one. */
export interface FitsImageToWrite {
	readonly width: number;
	readonly height: number;
	readonly data: ArrayLike<number>;
	/** -32 (default) or -64: floats of 4 or 8 bytes. */
	readonly bitpix?: -32 | -64;
	readonly cards?: readonly FitsCard[];
	/** EXTNAME. */
	readonly name?: string;
}

function cardText([key, value, comment]: FitsCard): string {
	let field: string;
	if (typeof value === 'string') field = `'${value.replaceAll("'", "''").padEnd(8)}'`.padEnd(20);
	else if (typeof value === 'boolean') field = (value ? 'T' : 'F').padStart(20);
	else if (typeof value === 'bigint' || Number.isSafeInteger(value)) field = String(value).padStart(20);
	// beyond 2^53 as a float, for that is what it is
	else field = (Number.isInteger(value) ? value.toExponential() : String(value)).replace('e', 'E').padStart(20);
	const note = comment === undefined ? '' : ` / ${comment}`;
	const start = `${key.padEnd(8)}= ${field}`;
	if (!/^[A-Z0-9_-]{1,8}$/.test(key) || start.length > CARD || !/^[\x20-\x7e]*$/.test(start + note)) {
		throw new FitsError(`No FITS card can hold ${key} = ${String(value)}.`);
	}
	if (typeof value === 'number' && !Number.isFinite(value)) throw new FitsError(`FITS header ${key}: not a number.`);
	return (start + note).slice(0, CARD).padEnd(CARD);
}

function headerText(image: FitsImageToWrite, primary: boolean, extended: boolean): string {
	const cards: FitsCard[] = [
		primary ? ['SIMPLE', true] : ['XTENSION', 'IMAGE'],
		['BITPIX', image.bitpix ?? -32],
		['NAXIS', 2],
		['NAXIS1', image.width],
		['NAXIS2', image.height],
	];
	if (!primary) cards.push(['PCOUNT', 0], ['GCOUNT', 1]);
	else if (extended) cards.push(['EXTEND', true]);
	if (image.name !== undefined) cards.push(['EXTNAME', image.name]);
	cards.push(...(image.cards ?? []));
	const text = cards.map(cardText).join('') + 'END'.padEnd(CARD);
	return text.padEnd(Math.ceil(text.length / (CARD * CARDS_PER_BLOCK)) * BLOCK);
}

/** FITS bytes of an image and its extensions, uncompressed, in blocks of 2880. */
export function writeImage(
	image: FitsImageToWrite,
	extensions: readonly FitsImageToWrite[] = [],
): Uint8Array<ArrayBuffer> {
	const hdus = [image, ...extensions].map((hdu, index) => {
		const pixels = hdu.width * hdu.height;
		if (hdu.data.length !== pixels) {
			throw new FitsError(`An image of ${hdu.width} x ${hdu.height} needs ${pixels} values, not ${hdu.data.length}.`);
		}
		const header = headerText(hdu, index === 0, extensions.length > 0);
		const step = hdu.bitpix === -64 ? 8 : 4;
		return { hdu, header, step, bytes: header.length + Math.ceil((pixels * step) / BLOCK) * BLOCK };
	});
	const out = new Uint8Array(hdus.reduce((sum, { bytes }) => sum + bytes, 0));
	const view = new DataView(out.buffer);
	let start = 0;
	for (const { hdu, header, step, bytes } of hdus) {
		for (let i = 0; i < header.length; i += 1) out[start + i] = header.charCodeAt(i);
		const first = start + header.length;
		const { data } = hdu;
		if (step === 4) for (let i = 0; i < data.length; i += 1) view.setFloat32(first + 4 * i, data[i] ?? Number.NaN);
		else for (let i = 0; i < data.length; i += 1) view.setFloat64(first + 8 * i, data[i] ?? Number.NaN);
		start += bytes;
	}
	return out;
}

/** How an image lies on the sky. */
export interface Orientation {
	/** Degrees to turn the picture (row 0 at the bottom) counter-clockwise so that north points up, in [0, 360). */
	readonly rotationDeg: number;
	/** Whether east is then on the right, so that left and right must be swapped to show the sky as seen. */
	readonly mirrored: boolean;
}

/** Pixel to sky matrix of a header (FITS standard 4.0, section 8.1): CD, else PC with CDELT, else CDELT with CROTA2; null without. */
function pixelMatrix(header: FitsHeader): readonly [number, number, number, number] | null {
	const number = (key: string, fallback: number): number => {
		const value = header.get(key);
		return typeof value === 'number' ? value : fallback;
	};
	const has = (prefix: string): boolean => ['1_1', '1_2', '2_1', '2_2'].some((end) => header.has(prefix + end));
	if (has('CD')) return [number('CD1_1', 0), number('CD1_2', 0), number('CD2_1', 0), number('CD2_2', 0)];
	const step1 = number('CDELT1', 1);
	const step2 = number('CDELT2', 1);
	if (has('PC')) {
		const row1 = [number('PC1_1', 1) * step1, number('PC1_2', 0) * step1] as const;
		return [...row1, number('PC2_1', 0) * step2, number('PC2_2', 1) * step2];
	}
	if (!header.has('CDELT1') || !header.has('CDELT2')) return null;
	const turn = (number('CROTA2', 0) * Math.PI) / 180;
	return [step1 * Math.cos(turn), -step2 * Math.sin(turn), step1 * Math.sin(turn), step2 * Math.cos(turn)];
}

/** Orientation of an equatorial image (taken as such without CTYPE, as Rubin's cutouts are); null when the header has no matrix. */
export function northUp({ header }: { readonly header: FitsHeader }): Orientation | null {
	const matrix = pixelMatrix(header);
	if (matrix === null) return null;
	const axis = String(header.get('CTYPE1') ?? 'RA');
	// galactic and other frames have another north
	if (!/^(RA|DEC)/.test(axis)) return null;
	const [a, b, c, d] = axis.startsWith('RA') ? matrix : [matrix[2], matrix[3], matrix[0], matrix[1]];
	const determinant = a * d - b * c;
	if (!(Math.abs(determinant) > 0)) return null;
	// one step north is the inverse of the matrix applied to (0, 1): (-b, a) / determinant
	const north = (Math.atan2(a / determinant, -b / determinant) * 180) / Math.PI;
	return { rotationDeg: (((90 - north) % 360) + 360) % 360, mirrored: determinant > 0 };
}
