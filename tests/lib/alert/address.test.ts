import { describe, expect, it } from 'vitest';
import { addressIn, alertPath, objectPath } from '#lib/alert/address.ts';

describe('addresses in the sky a reader looks at', () => {
	it('leaves a path alone where no origin was asked for', () => {
		expect(addressIn(null, '/search')).toBe('/search');
		expect(addressIn('', '/search?q=1#points')).toBe('/search?q=1#points');
	});
	it('carries the origin asked for', () => {
		expect(addressIn('simulated', '/')).toBe('/?origin=simulated');
		expect(addressIn('simulated', '/search?q=180+2#list')).toBe('/search?q=180+2&origin=simulated#list');
	});
	it('keeps an origin that the path itself names', () => {
		expect(addressIn('simulated', '/?origin=real')).toBe('/?origin=real');
	});
	it('adds parameters and leaves absent ones out', () => {
		const path = addressIn('test', '/', { night: '2026-11-19', sort: '', cursor: null, limit: undefined, of: 3 });
		expect(path).toBe('/?night=2026-11-19&of=3&origin=test');
	});
	it('writes odd object ids so that they come back', () => {
		const path = objectPath({ survey: 'lsst', objectId: 'sso 2014/AB?' });
		expect(decodeURIComponent(new URL(path, 'http://here').pathname)).toBe('/objects/lsst/sso 2014/AB?');
		expect(alertPath({ survey: 'ztf', alertId: '170587115523932323' })).toBe('/alerts/ztf/170587115523932323');
	});
});
