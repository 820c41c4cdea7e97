import { describe, expect, it } from 'vitest';
import { citationAddress } from '#lib/format/citation.ts';

describe('the page of a citation', () => {
	it.each([
		['2023A&A...674A...1G', 'https://ui.adsabs.harvard.edu/abs/2023A%26A...674A...1G'],
		['2025arXiv250314745D', 'https://ui.adsabs.harvard.edu/abs/2025arXiv250314745D'],
		['10.3847/1538-4365/acdd06', 'https://doi.org/10.3847/1538-4365/acdd06'],
		['doi: 10.26132/NED8', 'https://doi.org/10.26132/NED8'],
		['https://doi.org/10.26132/NED8', 'https://doi.org/10.26132/NED8'],
		['Smith et al. 2020', null],
		['', null],
		['javascript:alert(1)//10.1/x', null],
	])('%s', (citation, address) => {
		expect(citationAddress(citation)).toBe(address);
	});
});
