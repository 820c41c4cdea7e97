import { describe, expect, it } from 'vitest';
import { sharedAddress } from '../../../src/routes/objects/[survey]/[objectId]/sharedAddress.ts';

const shared = (address: string): string => sharedAddress(new URL(address));

describe('the address of an object page that is given to others', () => {
	it('keeps the sky, the past moment and the chosen alert', () => {
		expect(shared('https://nj.example/objects/ztf/ZTF26a?asOf=2026-11-19T04:30:00Z')).toBe(
			'https://nj.example/objects/ztf/ZTF26a?asOf=2026-11-19T04%3A30%3A00Z',
		);
		expect(shared('https://nj.example/objects/ztf/ZTF26a?alert=12&origin=simulated')).toBe(
			'https://nj.example/objects/ztf/ZTF26a?origin=simulated&alert=12',
		);
	});

	it('leaves out forms that were sent, what is empty, and the place on the page', () => {
		expect(shared('https://nj.example/objects/ztf/ZTF26a?/note&asOf=&marshal=wait#mine')).toBe(
			'https://nj.example/objects/ztf/ZTF26a',
		);
		expect(shared('https://nj.example/objects/lsst/SIM%20%2F%3F1?q=x')).toBe(
			'https://nj.example/objects/lsst/SIM%20%2F%3F1',
		);
	});
});
