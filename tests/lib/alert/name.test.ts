import { describe, expect, it } from 'vitest';
import { isProvisional, NAME, solarSystemNames, sourceKeys } from '#lib/alert/name.ts';

describe('names of sources', () => {
	it.each([
		['NGC 3198', 'ngc3198', 'NGC-3198', 'ngc_3198', 'NGC 03198'],
		['M 31', 'M31', 'm 031', 'Messier 31', 'messier31'],
		['SN 2023ixf', 'sn2023IXF', '2023ixf', 'AT 2023ixf', 'AT2023ixf'],
		['α Lyr', 'alpha Lyr', 'Alpha Lyrae', 'ALPHA LYRAE'],
		['γ1 And', 'gamma1 Andromedae'],
		['61 Cyg', '61 Cygni', '61cyg'],
		['α CMa', 'alpha Canis Majoris'],
		["Barnard's star", 'Barnard’s Star', 'barnards star'],
	])('%s is found by each of its spellings', (written, ...typed) => {
		// what a catalogue writes is compared in its plain spelling, the first of its keys
		const [plain = ''] = sourceKeys(written);
		for (const text of typed) expect(sourceKeys(text), text).toContain(plain);
	});

	it.each([
		['M 31', 'M 310'],
		['NGC 3198', 'NGC 319'],
		['SN 2023ixf', 'SN 2023ixg'],
		['α Lyr', 'beta Lyrae'],
		['α Lyr', 'alpha Cygni'],
		['100', '0100'],
	])('%s is not %s', (written, typed) => {
		expect(sourceKeys(typed)).not.toContain(sourceKeys(written)[0]);
	});
});

describe('names of bodies of the solar system', () => {
	it.each([
		['(433) Eros', ['433', '(433)', 'Eros', '433 Eros', '(433) Eros', '433Eros', '(433)Eros']],
		['433 eros', ['433', 'Eros', '433 Eros', '(433) Eros']],
		['433', ['433', '(433)']],
		['2023 AB1', ['2023 AB1', '2023AB1', 'K23A01B']],
		['2023ab1', ['2023 AB1', '2023AB1', 'K23A01B']],
		['K23A01B', ['2023 AB1', '2023AB1', 'K23A01B']],
		['1995 XA', ['J95X00A', '1995XA']],
		// packed by the Minor Planet Center's own examples
		['1998 SQ108', ['J98SA8Q']],
		['2007 TA418', ['K07Tf8A']],
		['sim000123', ['SIM000123']],
		['C/2023 A3', ['C/2023 A3', 'C/2023A3']],
	])('%s is also written as surveys may', (text, names) => {
		for (const name of names) expect(solarSystemNames(text)).toContain(name);
	});

	it.each(['47 Tuc', '61 Cygni', '3C 273', '2023 AB1'])('%s is no number with a name', (text) => {
		for (const number of ['47', '61', '3', '2023']) expect(solarSystemNames(text)).not.toContain(number);
	});

	it('are provisional only where they are written so', () => {
		expect(['2023 AB1', '2023ab', 'K23A01B', '(2023 AB1)'].filter(isProvisional)).toHaveLength(4);
		// there is no I among the halves of months, and SN 2023ixf has three letters
		expect(['2023 IB1', '2023ixf', '433 Eros', 'NGC 3198'].filter(isProvisional)).toEqual([]);
	});
});

it('takes for a name what may be one', () => {
	for (const name of ['NGC 3198', 'α And', 'PN G120.0+09.8', "Barnard's star", '(433) Eros', 'C/2023 A3'])
		expect(name).toMatch(NAME);
	for (const text of ["'; DROP TABLE alerts; --", '<script>', "x' OR '1'='1", '🦉', ' - ', 'x'.repeat(61)])
		expect(text).not.toMatch(NAME);
});
