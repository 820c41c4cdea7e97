import { describe, expect, it } from 'vitest';
import { groupLinks, linksAround, linksFor, linksForBody, simbadHref } from '#lib/alert/links.ts';

describe('links elsewhere', () => {
	const about = { survey: 'ztf', objectId: 'ZTF26acvlbqi', ra: 27.604182, dec: -7.41, origin: 'real' };

	it('names the object where the other page knows its survey, the position elsewhere', () => {
		const links = linksFor(about);
		expect(links.map((link) => link.label)).toContain('ALeRCE');
		expect(links.find((link) => link.label === 'Fink')?.href).toContain('ZTF26acvlbqi');
		expect(links.find((link) => link.label === 'SIMBAD')?.href).toContain('27.604182%20-7.410000');
		expect(
			linksFor({ ...about, survey: 'lsst', objectId: '313853517229318149' }).map((link) => link.label),
		).not.toContain('ALeRCE');
	});

	it('leads to the SkyPortals that the reader linked, else to Fritz, which has ZTF and WINTER under their ids', () => {
		const ofSource = (links: ReturnType<typeof linksFor>) => links.filter(({ href }) => href.includes('/source/'));
		const fritz = [{ label: 'SkyPortal (Fritz)', href: 'https://fritz.science/source/ZTF26acvlbqi' }];
		expect(ofSource(linksFor(about))).toEqual(fritz);
		expect(ofSource(linksFor({ ...about, survey: 'lsst', objectId: '313853517229318149' }))).toEqual([]);
		const tom = { kind: 'tom', name: 'Our TOM', url: 'https://tom.example' } as const;
		expect(ofSource(linksFor(about, [tom]))).toEqual(fritz);
		const ours = { kind: 'skyportal', name: 'Our portal', url: 'https://portal.example/sky' } as const;
		const again = { ...ours, name: 'The same' };
		const other = { kind: 'skyportal', name: 'TNS', url: 'https://other.example' } as const;
		const linked = linksFor({ ...about, objectId: 'a/b' }, [tom, ours, again, other]);
		expect(ofSource(linked)).toEqual([
			{ label: 'Our portal', href: 'https://portal.example/sky/source/a%2Fb' },
			{ label: 'TNS', href: 'https://other.example/source/a%2Fb' },
		]);
		expect(new Set(linked.map(({ href }) => href)).size).toBe(linked.length);
		expect(linksFor({ ...about, origin: 'simulated' }, [ours])).toEqual([]);
	});

	it('sends nobody from a simulated object to the real sky', () => {
		expect(linksFor({ ...about, origin: 'simulated' })).toEqual([]);
	});

	it('lead around the position of a source to what tells of positions, on the real sky alone', () => {
		const links = linksAround({ ra: 27.6041821, dec: -7.41 }, 'real');
		expect(links.map(({ label }) => label)).toEqual(['SIMBAD', 'NED']);
		expect(links[0]?.href).toBe(linksFor(about).find(({ label }) => label === 'SIMBAD')?.href);
		expect(linksAround(about, 'simulated')).toEqual([]);
	});

	it('lead to images where the survey has some', () => {
		const labels = (dec: number) => linksFor({ ...about, dec }).map(({ label }) => label);
		expect(labels(-29)).toEqual(expect.arrayContaining(['Pan-STARRS', 'SDSS', 'VSX', 'ASAS-SN', 'SNAD', 'VizieR']));
		expect(labels(-31)).not.toContain('Pan-STARRS');
		expect(linksFor({ ...about, survey: 'lsst', objectId: '1' }).map(({ label }) => label)).not.toContain('SNAD');
	});

	it('lead from a solar-system body to its pages by designation, on the real sky alone', () => {
		expect(linksForBody('2020 AB1/?', 'real').map(({ href }) => href)).toEqual([
			'https://www.minorplanetcenter.net/db_search/show_object?object_id=2020%20AB1%2F%3F',
			'https://ssd.jpl.nasa.gov/tools/sbdb_lookup.html#/?sstr=2020%20AB1%2F%3F',
		]);
		expect(linksForBody('433', 'simulated')).toEqual([]);
		expect(simbadHref('M 31 & "x"')).toBe('https://simbad.cds.unistra.fr/simbad/sim-id?Ident=M%2031%20%26%20%22x%22');
	});

	it('lets no id break out of an address', () => {
		for (const { href } of linksFor({ ...about, objectId: '"><script>' })) expect(href).not.toMatch(/[<>"]/);
	});

	it('leads to the portal of Fink that knows the survey', () => {
		const fink = (survey: string, objectId: string) =>
			linksFor({ ...about, survey, objectId }).find(({ label }) => label === 'Fink')?.href;
		expect(fink('ztf', 'ZTF26acvlbqi')).toBe('https://ztf.fink-portal.org/ZTF26acvlbqi');
		expect(fink('lsst', '313853517229318149')).toBe('https://lsst.fink-portal.org/313853517229318149');
		expect(fink('winter', 'a')).toBeUndefined();
	});

	it('keeps a few for the head and loses none', () => {
		const links = linksFor(about);
		const { head, more } = groupLinks(links);
		expect(head.map(({ label }) => label)).toEqual(['TNS', 'SIMBAD', 'NED', 'Legacy Survey']);
		expect(more.map(({ label }) => label)).toContain('Fink');
		expect([...head, ...more].map(({ href }) => href).sort()).toEqual(links.map(({ href }) => href).sort());
	});
});
