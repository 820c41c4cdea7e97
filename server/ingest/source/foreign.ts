/** What the first bytes look like, in words that complete "this is ...". */
export function looksLike(head: Buffer, name: string): string {
	const text = head.subarray(0, 512).toString('latin1');
	const start = text.trimStart();
	if (text.startsWith('PAR1')) return 'a Parquet file';
	if (text.startsWith('SIMPLE  =')) return 'a FITS file';
	if (text.startsWith('\x89HDF')) return 'an HDF5 file';
	if (text.startsWith('\x89PNG')) return 'a PNG image';
	if (text.startsWith('\xff\xd8\xff')) return 'a JPEG image';
	if (text.startsWith('%PDF')) return 'a PDF document';
	if (text.startsWith('PK\x03\x04')) return 'a zip archive; unpack it first';
	if (text.startsWith('BZh')) return 'bzip2 data; unpack it first';
	if (text.startsWith('\xfd7zXZ')) return 'xz data; unpack it first';
	if (text.startsWith('\x28\xb5\x2f\xfd')) return 'Zstandard data; unpack it first';
	if (text.startsWith('\x1f\x8b')) return 'gzip data';
	if (/^[{[]/.test(start) && /^[\t\n\r\x20-\x7e]*$/.test(text)) return 'JSON text';
	if (/^<(!doctype|\?xml|html|svg)/i.test(start)) return 'an XML or HTML document';
	// eslint-disable-next-line no-control-regex -- binary data is told from text by its control characters
	if (!/[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(text)) return 'a text file';
	return /\.avro$/i.test(name) ? 'binary data that does not begin like Avro' : 'binary data of an unknown kind';
}
