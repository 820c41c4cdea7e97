import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ProblemError } from '#lib/server/problem.ts';
import { MOST_BYTES, MOST_ROWS, readWatchList } from '#lib/server/work/upload.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string, radius = 2) => readWatchList(bytes(text), radius);
const problemOf = (work: () => unknown): string => {
	try {
		work();
	} catch (error) {
		if (error instanceof ProblemError) return `${error.problem.status} ${error.problem.detail}`;
		throw error;
	}
	return 'none';
};

describe('a watch-list from a file', () => {
	it('reads names, positions and a radius of each, and gives the usual radius to the rest', () => {
		const { positions, refusedCount } = read('name,ra,dec,radius\nM31,10.6847,41.269,120\nM33,23.462,30.660,\n', 3);
		expect(refusedCount).toBe(0);
		expect(positions).toEqual([
			{ place: 1, name: 'M31', ra: 10.6847, dec: 41.269, radiusArcsec: 120 },
			{ place: 2, name: 'M33', ra: 23.462, dec: 30.66, radiusArcsec: 3 },
		]);
	});

	it('names each bad row by its line and keeps all others', () => {
		const { positions, refused, refusedCount } = read(
			[
				'id;ra;dec;radius',
				'good;10;20;1',
				'east;400;20;1',
				'pole;10;-91;1',
				'none;;;1',
				'words;here;there;1',
				'wide;10;21;7200',
				'narrow;10;21;0.001',
				'what;10;21;two',
				'good;10;20;1',
				'last;11;20;1',
			].join('\r\n'),
		);
		expect(positions.map(({ name }) => name)).toEqual(['good', 'last']);
		expect(refusedCount).toBe(8);
		expect(refused.map(({ row }) => row)).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
		expect(refused.map(({ problem }) => problem)).toEqual([
			'has the right ascension 400: it runs from 0 to 360 degrees',
			'has the declination -91: it runs from -90 to 90 degrees',
			'has no position',
			'has no position that can be read: “here there”',
			'has the radius 7200: it runs from 0.1 to 3600 arcsec',
			'has the radius 0.001: it runs from 0.1 to 3600 arcsec',
			'has no radius in arcsec: “two”',
			'is there twice',
		]);
	});

	it('reads sexagesimal positions, other names of columns, negative right ascensions and files without a header', () => {
		const [crab] = read('Target\tRAJ2000\tDEJ2000\nCrab\t05:34:31.94\t+22:00:52.2\n').positions;
		expect(crab?.ra).toBeCloseTo(83.6330833, 6);
		expect(crab?.dec).toBeCloseTo(22.0145, 6);
		expect(read('ra,dec\n-10,5').positions[0]?.ra).toBe(350);
		expect(read('10.5,-20.25\n11,-21').positions.map(({ ra }) => ra)).toEqual([10.5, 11]);
		expect(read('# made by hand\nra,dec\n1,2').positions).toHaveLength(1);
		expect(read('\uFEFFra,dec\n1,2').positions).toHaveLength(1);
	});

	it('reads a VOTable, by the meaning of its columns where the names say nothing', () => {
		const table = `<?xml version="1.0"?><VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE><TABLE>
<FIELD name="a" datatype="double" ucd="pos.eq.ra;meta.main"/><FIELD name="b" datatype="double" ucd="pos.eq.dec;meta.main"/><FIELD name="name" datatype="char" arraysize="*"/>
<DATA><TABLEDATA><TR><TD>150.1</TD><TD>2.2</TD><TD>COSMOS</TD></TR><TR><TD></TD><TD>2.2</TD><TD>lost</TD></TR></TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>`;
		const { positions, refused } = read(table);
		expect(positions).toEqual([{ place: 1, name: 'COSMOS', ra: 150.1, dec: 2.2, radiusArcsec: 2 }]);
		expect(refused).toEqual([{ row: 2, problem: 'has no position' }]);
	});

	it('says what to do about a file that holds nothing it can use', () => {
		expect(problemOf(() => read('x,y\n1,2'))).toMatch(/^400 The file needs columns ra and dec .* It has “x”, “y”\.$/);
		expect(problemOf(() => read('ra,dec\n999,2'))).toMatch(
			/^400 The file names no position .* row 2 has the right ascension 999/,
		);
		expect(problemOf(() => read(''))).toMatch(/^400/);
		expect(problemOf(() => readWatchList(new Uint8Array([0xff, 0xfe, 0x00]), 2))).toMatch(/^400 The file is no text/);
		expect(problemOf(() => read('<VOTABLE><broken'))).toMatch(/^400/);
		expect(problemOf(() => read('<!DOCTYPE x [<!ENTITY a "b">]><VOTABLE/>'))).toMatch(/document type/);
		expect(problemOf(() => read('ra,dec\n1,2', 0))).toMatch(/^400 The radius runs from/);
	});

	it('takes a hundred thousand rows, and not one more', () => {
		const rows = Array.from({ length: MOST_ROWS }, (_, i) => `${(i % 36_000) / 100},${Math.floor(i / 36_000)},${i}`);
		const text = `ra,dec,name\n${rows.join('\n')}`;
		expect(read(text).positions).toHaveLength(MOST_ROWS);
		expect(problemOf(() => read(`${text}\n1.005,50,more`))).toMatch(/^413 .* more than 100,000 positions/);
	}, 60_000);

	it('unpacks gzip, and refuses what unpacks to too much', () => {
		expect(readWatchList(gzipSync('ra,dec\n1,2'), 2).positions).toHaveLength(1);
		expect(problemOf(() => readWatchList(gzipSync(Buffer.alloc(MOST_BYTES + 1, 32)), 2))).toMatch(
			/^413 The file is too large/,
		);
		expect(problemOf(() => readWatchList(gzipSync('ra,dec').subarray(0, 12), 2))).toMatch(/^400 The file is damaged/);
	});
});
