import { describe, expect, it } from 'vitest';
import { groupLinks, linksFor } from '#lib/alert/links.ts';

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

	it('sends nobody from a simulated object to the real sky', () => {
		expect(linksFor({ ...about, origin: 'simulated' })).toEqual([]);
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
