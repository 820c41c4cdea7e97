import { describe, expect, it } from 'vitest';
import { CATALOG_NAME } from '#lib/alert/catalog.ts';
import type { TableColumn } from '#lib/format/tableColumn.ts';
import { mapColumns, parseMap } from '#server/catalog/mapping.ts';
import { CATALOG_RECIPES, keepText, termsOf, type CatalogRecipe } from '#lib/alert/catalogRecipes.ts';
import { citationAddress } from '#lib/format/citation.ts';
import { keeper, layoutOf, mapOfLayout, recipeOf } from '#server/catalog/recipes.ts';

const columnsOf = (names: string): TableColumn[] =>
	names.split(' ').map((name) => ({ name, kind: 'number', unit: '', ucd: '', meaning: '' }));

const mapOf = (recipe: CatalogRecipe, columns: readonly TableColumn[]): string[] =>
	mapOfLayout(layoutOf(recipe, columns));

describe('recipes of usual catalogues', () => {
	it('have names of their own that a catalogue may have, and a rule that says how far', () => {
		expect(new Set(CATALOG_RECIPES.map(({ key }) => key)).size).toBe(CATALOG_RECIPES.length);
		expect(new Set(CATALOG_RECIPES.map(({ name }) => name)).size).toBe(CATALOG_RECIPES.length);
		for (const { key, name, rule, layouts, url } of CATALOG_RECIPES) {
			expect([key, CATALOG_NAME.test(name), URL.canParse(url), rule.radiusArcsec > 0]).toEqual([key, true, true, true]);
			expect(layouts.length).toBeGreaterThan(0);
		}
	});

	it('say what is to be cited with a page of its own, whose terms hold, and nothing where none were found', () => {
		for (const { key, citation } of CATALOG_RECIPES)
			expect(citationAddress(citation), key).toBe(`https://ui.adsabs.harvard.edu/abs/${encodeURIComponent(citation)}`);
		const terms = (key: string): string[] => recipeOf(key).layouts.map((layout) => termsOf(recipeOf(key), layout));
		// the publisher's own statement before that of whoever serves the file
		expect(terms('gaia_dr3')).toEqual(['CC BY-NC 3.0 IGO', 'CC BY-NC 3.0 IGO']);
		expect(terms('unwise')).toEqual(['VizieR: free for scientific use, with citation', '']);
		expect(terms('ned_lvs')).toEqual(['']);
	});

	it('take the rows that are asked for, however truth and numbers are written', () => {
		const columns = columnsOf('zwarn ZCAT_PRIMARY SPECTYPE Z');
		const [layout] = recipeOf('desi_dr1').layouts;
		const taken = keeper(layout?.keep ?? [], columns);
		expect(taken([0, 'true', 'GALAXY', 0.1])).toBe(true);
		expect(taken(['0', 'True', 'qso', 0.1])).toBe(true);
		expect(taken([0, 1, 'GALAXY', 0.1])).toBe(true);
		expect(taken([4, 'true', 'GALAXY', 0.1])).toBe(false);
		expect(taken([0, 'false', 'GALAXY', 0.1])).toBe(false);
		expect(taken([0, 'true', 'STAR', 0.1])).toBe(false);
		expect(taken([null, 'true', 'GALAXY', 0.1])).toBe(false);
		const extended = keeper(recipeOf('legacy_dr10').layouts[0]?.keep ?? [], columnsOf('type'));
		expect([['PSF'], ['EXP'], [null]].map((cells) => extended(cells))).toEqual([false, true, true]);
		expect((layout?.keep ?? []).map(keepText)).toEqual([
			'ZWARN is 0',
			'ZCAT_PRIMARY is true',
			'SPECTYPE is GALAXY or QSO',
		]);
		expect(() => layoutOf(recipeOf('desi_dr1'), columnsOf('TARGETID TARGET_RA TARGET_DEC Z ZWARN SPECTYPE'))).toThrow(
			/takes the rows whose ZCAT_PRIMARY is true, and the file has no column ZCAT_PRIMARY/,
		);
	});

	it('know each published form by its columns, whatever else it has and however they are spelt', () => {
		const gaia = recipeOf('Gaia_DR3');
		expect(mapOf(gaia, columnsOf('solution_id source_id ra ra_error dec parallax phot_g_mean_mag'))).toContain(
			'mag=phot_g_mean_mag',
		);
		const vizier = columnsOf('DR3Name RA_ICRS DE_ICRS Source Plx pmRA Gmag RAJ2000 DEJ2000');
		// not the columns that would be guessed: those of epoch 2000
		expect(mapColumns(vizier, parseMap(mapOf(gaia, vizier)))).toMatchObject({ id: [3], ra: 1, dec: 2, mag: 6 });
		const milliquas = columnsOf('recno raj2000 dej2000 name type rmag bmag z');
		expect(mapColumns(milliquas, parseMap(mapOf(recipeOf('milliquas'), milliquas)))).toMatchObject({
			...{ id: [3], ra: 1, dec: 2, mag: 5, redshift: 7 },
		});
	});

	it('say what they expect where a file has another form, and which there are', () => {
		expect(() => mapOf(recipeOf('gaia_dr3'), columnsOf('id ra dec'))).toThrow(
			/not as gaia_dr3 is published: VizieR I\/355\/gaiadr3 has Source, RA_ICRS, DE_ICRS, Gmag; gaia_source .* It has id, ra, dec\. Load it without --as/,
		);
		expect(() => recipeOf('gaia')).toThrow(/There is no recipe "gaia"; there are gaia_dr3, milliquas, /);
	});
});
