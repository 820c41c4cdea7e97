import type { MapBox } from '#lib/components/sky/view.ts';

/** What a picture of the map says around it. */
export interface PictureWords {
	readonly title: string;
	readonly lines: readonly string[];
	readonly credit: string;
	/** Legend: colour, words, and count or range. */
	readonly legend: readonly { readonly colour: string; readonly word: string }[];
	/** Ramp of the colours instead, with words at its ends. */
	readonly ramp: { readonly colours: readonly string[]; readonly ends: readonly [string, string] } | null;
	/** A bar of so many CSS pixels is so long on the sky. */
	readonly scale: { readonly pixels: number; readonly word: string } | null;
}

const COPIED = [
	'fill',
	'fill-opacity',
	'stroke',
	'stroke-width',
	'stroke-dasharray',
	'stroke-linejoin',
	'stroke-opacity',
	'opacity',
	'paint-order',
	'font-size',
	'font-weight',
	'text-anchor',
	'vector-effect',
	'letter-spacing',
] as const;

/** The SVG as a file of its own, each element with the look it has on the page. */
function standalone(svg: SVGSVGElement, { width, height }: MapBox): string {
	const copy = svg.cloneNode(true) as SVGSVGElement;
	const from = svg.querySelectorAll<SVGElement>('*');
	copy.querySelectorAll<SVGElement>('*').forEach((element, i) => {
		const source = from[i];
		if (!source) return;
		const style = getComputedStyle(source);
		for (const name of COPIED) element.style.setProperty(name, style.getPropertyValue(name));
		// the fonts of the page are not at hand inside a picture
		if (element.tagName === 'text') element.style.setProperty('font-family', 'sans-serif');
	});
	copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
	copy.setAttribute('width', String(width));
	copy.setAttribute('height', String(height));
	return new XMLSerializer().serializeToString(copy);
}

async function drawSvg(
	context: CanvasRenderingContext2D,
	svg: SVGSVGElement,
	box: MapBox,
	at: { x: number; y: number },
): Promise<void> {
	const url = URL.createObjectURL(new Blob([standalone(svg, box)], { type: 'image/svg+xml' }));
	try {
		const image = new Image(box.width, box.height);
		image.src = url;
		await image.decode();
		context.drawImage(image, at.x, at.y, box.width, box.height);
	} finally {
		URL.revokeObjectURL(url);
	}
}

const HEAD = 76;
const FOOT = 84;
const EDGE = 24;

/** A PNG of the map as it stands, twice as fine as the page, with title, legend, scale, date and credit. */
export async function pictureOf(
	{ canvas, svg, box }: { readonly canvas: HTMLCanvasElement; readonly svg: SVGSVGElement; readonly box: MapBox },
	words: PictureWords,
): Promise<Blob> {
	const out = document.createElement('canvas');
	const fine = 2;
	out.width = box.width * fine;
	out.height = (box.height + HEAD + FOOT) * fine;
	const context = out.getContext('2d');
	if (!context) throw new Error('This browser gives no canvas.');
	// copied before anything waits: the drawing is gone with the next frame
	const frozen = await createImageBitmap(canvas);
	const style = getComputedStyle(document.documentElement);
	const token = (name: string): string => style.getPropertyValue(name);
	const font = (weight: number, size: number): string => `${weight} ${size}px ${token('--sans')}`;
	context.scale(fine, fine);
	context.fillStyle = token('--ground');
	context.fillRect(0, 0, box.width, box.height + HEAD + FOOT);
	context.drawImage(frozen, 0, HEAD, box.width, box.height);
	await drawSvg(context, svg, box, { x: 0, y: HEAD });

	context.textBaseline = 'alphabetic';
	context.fillStyle = token('--ink');
	context.font = font(560, 21);
	context.fillText(words.title, EDGE, 36);
	context.font = font(400, 13);
	context.fillStyle = token('--ink2');
	context.fillText(words.lines.join('  ·  '), EDGE, 58);
	const foot = HEAD + box.height + 30;
	let x = EDGE;
	if (words.ramp) {
		const { colours, ends } = words.ramp;
		const from = x + context.measureText(ends[0]).width + 8;
		const gradient = context.createLinearGradient(from, 0, from + 160, 0);
		colours.forEach((colour, i) => {
			gradient.addColorStop(i / (colours.length - 1), colour);
		});
		context.fillStyle = token('--ink2');
		context.fillText(ends[0], x, foot);
		context.fillText(ends[1], from + 168, foot);
		context.fillStyle = gradient;
		context.fillRect(from, foot - 9, 160, 9);
		x = from + 168 + context.measureText(ends[1]).width + 30;
	}
	for (const { colour, word } of words.legend) {
		if (x + context.measureText(word).width + 24 > box.width - EDGE) break;
		context.fillStyle = colour;
		context.fillRect(x, foot - 9, 10, 10);
		context.fillStyle = token('--ink2');
		context.fillText(word, x + 16, foot);
		x += context.measureText(word).width + 38;
	}
	context.font = font(400, 12);
	context.fillStyle = token('--ink3');
	context.fillText(words.credit, EDGE, foot + 32);
	if (words.scale) {
		const right = box.width - EDGE;
		context.strokeStyle = token('--ink2');
		context.beginPath();
		context.moveTo(right - words.scale.pixels, foot + 22);
		context.lineTo(right - words.scale.pixels, foot + 28);
		context.lineTo(right, foot + 28);
		context.lineTo(right, foot + 22);
		context.stroke();
		context.textAlign = 'center';
		context.fillText(words.scale.word, right - words.scale.pixels / 2, foot + 18);
	}
	return new Promise((done, refused) => {
		out.toBlob((blob) => {
			if (blob) done(blob);
			else refused(new Error('The picture is too large for this browser.'));
		}, 'image/png');
	});
}
