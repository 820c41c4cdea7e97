/** A JPEG with its size in pixels. */
export interface JpegPage {
	readonly bytes: Uint8Array;
	readonly width: number;
	readonly height: number;
}

const A4 = { width: 595, height: 842 } as const;
const MARGIN = 36;

/** A text as a PDF string: what Latin-1 lacks becomes a question mark. */
function pdfText(text: string): string {
	const safe = Array.from(text, (sign) => (sign.charCodeAt(0) < 256 && sign.charCodeAt(0) >= 32 ? sign : '?')).join('');
	return `(${safe.replace(/[\\()]/g, (sign) => `\\${sign}`)})`;
}

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (sign) => sign.charCodeAt(0));

/** One A4 page (PDF 1.4) that holds a picture as wide as its margins allow, top of the page, with a title for readers. */
export function pdfOfJpeg({ bytes, width, height }: JpegPage, title: string): Uint8Array<ArrayBuffer> {
	const scale = Math.min((A4.width - 2 * MARGIN) / width, (A4.height - 2 * MARGIN) / height);
	const [wide, high] = [width * scale, height * scale];
	const content = `q ${wide.toFixed(2)} 0 0 ${high.toFixed(2)} ${MARGIN} ${(A4.height - MARGIN - high).toFixed(2)} cm /P Do Q`;
	const parts: Uint8Array[] = [latin1('%PDF-1.4\n%\u00e2\u00e3\u00cf\u00d3\n')];
	const offsets: number[] = [];
	let size = parts[0]?.length ?? 0;
	const add = (part: Uint8Array): void => {
		parts.push(part);
		size += part.length;
	};
	const object = (dictionary: string, stream?: Uint8Array): void => {
		offsets.push(size);
		add(latin1(`${offsets.length} 0 obj\n${dictionary}\n`));
		if (stream) {
			add(latin1('stream\n'));
			add(stream);
			add(latin1('\nendstream\n'));
		}
		add(latin1('endobj\n'));
	};
	object('<< /Type /Catalog /Pages 2 0 R >>');
	object('<< /Type /Pages /Kids [3 0 R] /Count 1 >>');
	object(
		`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${A4.width} ${A4.height}] /Contents 4 0 R /Resources << /XObject << /P 5 0 R >> >> >>`,
	);
	object(`<< /Length ${content.length} >>`, latin1(content));
	object(
		`<< /Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode /Length ${bytes.length} >>`,
		bytes,
	);
	object(`<< /Title ${pdfText(title)} /Producer (Nightjar) >>`);
	const start = size;
	const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
	add(
		latin1(
			`xref\n0 ${offsets.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${offsets.length + 1} /Root 1 0 R /Info 6 0 R >>\nstartxref\n${start}\n%%EOF\n`,
		),
	);
	const out = new Uint8Array(size);
	let at = 0;
	for (const part of parts) {
		out.set(part, at);
		at += part.length;
	}
	return out;
}
