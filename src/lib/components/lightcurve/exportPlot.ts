/** Properties of CSS that a plot's look hangs on; written into the copy so that the file stands alone. */
const CARRIED = [
	'fill',
	'fill-opacity',
	'stroke',
	'stroke-width',
	'stroke-dasharray',
	'stroke-opacity',
	'opacity',
	'font-family',
	'font-size',
	'font-weight',
	'text-anchor',
	'paint-order',
] as const;

/** The plot as the text of an SVG file that needs no style sheet, on the page's ground. */
export function svgText(svg: SVGSVGElement, ground: string): string {
	const copy = svg.cloneNode(true) as SVGSVGElement;
	const from = [svg, ...svg.querySelectorAll('*')];
	const to = [copy, ...copy.querySelectorAll('*')];
	from.forEach((element, i) => {
		const style = getComputedStyle(element);
		const target = to[i];
		for (const name of CARRIED) target?.setAttribute(name, style.getPropertyValue(name));
		target?.removeAttribute('class');
		target?.removeAttribute('style');
		target?.removeAttribute('tabindex');
	});
	for (const element of copy.querySelectorAll('[data-not-exported]')) element.remove();
	const { width, height } = svg.getBoundingClientRect();
	copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
	copy.setAttribute('width', String(Math.round(width)));
	copy.setAttribute('height', String(Math.round(height)));
	const back = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
	back.setAttribute('width', '100%');
	back.setAttribute('height', '100%');
	back.setAttribute('fill', ground);
	copy.prepend(back);
	return new XMLSerializer().serializeToString(copy);
}

/** The plot as a PNG at `scale` pixels per CSS pixel. */
export async function pngBlob(svg: SVGSVGElement, ground: string, scale: number): Promise<Blob> {
	const { width, height } = svg.getBoundingClientRect();
	const url = URL.createObjectURL(new Blob([svgText(svg, ground)], { type: 'image/svg+xml' }));
	try {
		const image = new Image();
		image.src = url;
		await image.decode();
		const canvas = document.createElement('canvas');
		canvas.width = Math.round(width * scale);
		canvas.height = Math.round(height * scale);
		canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
		return await new Promise<Blob>((resolve, reject) => {
			canvas.toBlob((blob) => {
				if (blob) resolve(blob);
				else reject(new Error('The browser made no PNG of the plot.'));
			}, 'image/png');
		});
	} finally {
		URL.revokeObjectURL(url);
	}
}

/** Hands a file to the reader. */
export function save(content: Blob, name: string): void {
	const url = URL.createObjectURL(content);
	const link = document.createElement('a');
	link.href = url;
	link.download = name;
	link.click();
	setTimeout(() => {
		URL.revokeObjectURL(url);
	}, 10_000);
}
