// Makes the catalogues that come with Nightjar (server/catalog/shipped/) from d3-celestial 0.7.35 (BSD-3-Clause):
//   npm pack d3-celestial@0.7.35 && tar xzf d3-celestial-0.7.35.tgz && node scripts/shipped-catalogs.mjs package/data
// Its stars are those of XHIP (Anderson and Francis 2012), its deep-sky objects those of the Saguaro Astronomy Club, version 8.1.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [from] = process.argv.slice(2);
if (from === undefined) {
	console.error('Use: node scripts/shipped-catalogs.mjs FOLDER (data/ of the unpacked package)');
	process.exit(2);
}
const read = (name) => JSON.parse(readFileSync(join(from, name), 'utf8'));
const out = new URL('../server/catalog/shipped/', import.meta.url);
mkdirSync(out, { recursive: true });

const wrap = (ra) => (ra < 0 ? ra + 360 : ra);
const cell = (value) => {
	const text = String(value ?? '').trim();
	return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
const write = (name, header, rows) => {
	writeFileSync(new URL(name, out), `${[header, ...rows.map((row) => row.map(cell).join(','))].join('\n')}\n`);
	console.log(name, rows.length);
};

const names = read('starnames.json');
write(
	'brightStars.csv',
	'id,ra,dec,mag,bv,name,bayer',
	read('stars.6.json').features.map(({ id, properties, geometry }) => {
		const known = names[id] ?? {};
		const [ra, dec] = geometry.coordinates;
		const letter = known.bayer || known.flam;
		return [
			`HIP ${id}`,
			wrap(ra),
			dec,
			properties.mag,
			properties.bv,
			known.name,
			letter ? `${letter} ${known.c}` : '',
		];
	}),
);

// what is a point or a galaxy on the scale of a match; dark and bright nebulae, clouds and clusters of galaxies are not
const TYPES = {
	s: 'spiral galaxy',
	s0: 'lenticular galaxy',
	sd: 'dwarf spheroidal galaxy',
	e: 'elliptical galaxy',
	i: 'irregular galaxy',
	g: 'galaxy',
	gc: 'globular cluster',
	oc: 'open cluster',
	pn: 'planetary nebula',
	snr: 'supernova remnant',
};
write(
	'deepSky.csv',
	'id,ra,dec,mag,type,size_arcmin,other',
	read('dsos.14.json')
		// one entry lies beyond the pole
		.features.filter(({ properties, geometry }) => properties.type in TYPES && Math.abs(geometry.coordinates[1]) <= 90)
		.map(({ id, properties: { type, mag, dim, desig }, geometry }) => {
			const [ra, dec] = geometry.coordinates;
			const size = Number.parseFloat(dim);
			// 99.99 and the like stand for no magnitude
			const known = Number(mag) < 30 ? mag : '';
			return [id, wrap(ra), dec, known, TYPES[type], Number.isNaN(size) ? '' : size, desig === id ? '' : desig];
		}),
);
