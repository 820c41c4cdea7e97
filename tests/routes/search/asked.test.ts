import { describe, expect, it } from 'vitest';
import { askedByForm, carriedAlong } from '../../../src/routes/search/asked.ts';

const sent = (query: string): string | undefined => askedByForm(new URLSearchParams(query))?.toString();

describe('the form of a search', () => {
	it('sends along what it has no box for', () => {
		const address =
			'q=a&class=sn,tde&ageMin=1&ageMax=9&reliabilityMax=0.9&nDetectionsMax=4&band=g&mjdFrom=61000&mjdTo=61001&sort=-mag&kind=alerts&origin=test&col=mag&col=l&magMin=17&night=2026-11-19&cursor=x&%2Fkeep=&survey=';
		const carried = carriedAlong(new URLSearchParams(address), ['kind', 'magMin', 'survey']);
		expect(carried.map((pair) => pair.join('='))).toEqual([
			...['class=sn,tde', 'ageMin=1', 'ageMax=9', 'reliabilityMax=0.9', 'nDetectionsMax=4', 'band=g'],
			...['mjdFrom=61000', 'mjdTo=61001', 'sort=-mag', 'origin=test', 'col=mag', 'col=l'],
		]);
	});
	it('keeps it, and drops empty boxes and the place in the pages', () => {
		expect(sent('was=g%3C19&q=g%3C19&magMax=18&survey=&class=tde&sort=-sep&cursor=x&kind=objects')).toBe(
			'q=g%3C19&magMax=18&class=tde&sort=-sep',
		);
		expect(sent('was=&q=&kind=alerts')).toBe('kind=alerts');
		expect(sent('was=&q=&kind=objects')).toBe('');
		expect(sent('q=g%3C19')).toBeUndefined();
	});
	it('reads times of its boxes, the earlier first, and leaves what is none', () => {
		expect(sent('was=&q=&timeFrom=61000.25&timeTo=JD+2461002&kind=alerts')).toBe(
			'kind=alerts&mjdFrom=61000.25&mjdTo=61001.5',
		);
		expect(sent('was=&q=&timeFrom=61001&timeTo=61000')).toBe('mjdFrom=61000&mjdTo=61001');
		expect(sent('was=&q=&timeFrom=soon&timeTo=')).toBe('timeFrom=soon');
		expect(sent('was=&q=last+6h&timeFrom=61000&mjdTo=61001&class=sn')).toBe('q=last+6h&class=sn');
	});
	it.each([
		['class snia', 'class=tde&ageMin=2', 'ageMin=2'],
		['g<19', 'magMax=17&magMin=15&band=r&class=sn', 'magMin=15&class=sn'],
		['last 3d', 'night=2026-11-01&mjdTo=61000&class=sn', 'class=sn'],
		['150.1 2.2', 'ra=1&dec=2&radius=3&sort=-sep&class=sn', 'class=sn'],
		['M 31', 'ra=1&dec=2&radius=3&sort=-mag', 'sort=-mag'],
		['ZTF20abcdefg', 'objectId=ZTF21bbbbbbb&class=sn', 'class=sn'],
		['rock=false', 'rock=true&star=false', 'star=false'],
		['filter=a.b', 'filter=c.d&star=false', 'star=false'],
	])('lets a new text %s replace what it sets', (text, before, after) => {
		const q = new URLSearchParams({ q: text }).toString();
		expect(sent(`was=old&${q}&${before}`)).toBe(`${q}&${after}`);
	});
});
