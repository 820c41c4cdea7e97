import { describe, expect, it } from 'vitest';
import { CATALOG_NAME } from '#lib/alert/catalog.ts';
import type { TableColumn } from '#lib/format/tableColumn.ts';
import { mapColumns, parseMap } from '#server/catalog/mapping.ts';
import { mapOfRecipe, RECIPES, recipeOf } from '#server/catalog/recipes.ts';

const columnsOf = (names: string): TableColumn[] =>
	names.split(' ').map((name) => ({ name, kind: 'number', unit: '', ucd: '', meaning: '' }));

describe('recipes of usual catalogues', () => {
	it('have names of their own that a catalogue may have, and a rule that says how far', () => {
		expect(new Set(RECIPES.map(({ key }) => key)).size).toBe(RECIPES.length);
		expect(new Set(RECIPES.map(({ name }) => name)).size).toBe(RECIPES.length);
		for (const { key, name, rule, layouts, url } of RECIPES) {
			expect([key, CATALOG_NAME.test(name), URL.canParse(url), rule.radiusArcsec > 0]).toEqual([key, true, true, true]);
			expect(layouts.length).toBeGreaterThan(0);
		}
	});

	it('know each published form by its columns, whatever else it has and however they are spelt', () => {
		const gaia = recipeOf('Gaia_DR3');
		expect(mapOfRecipe(gaia, columnsOf('solution_id source_id ra ra_error dec parallax phot_g_mean_mag'))).toContain(
			'mag=phot_g_mean_mag',
		);
		const vizier = columnsOf('DR3Name RA_ICRS DE_ICRS Source Plx pmRA Gmag RAJ2000 DEJ2000');
		// not the columns that would be guessed: those of epoch 2000
		expect(mapColumns(vizier, parseMap(mapOfRecipe(gaia, vizier)))).toMatchObject({ id: [3], ra: 1, dec: 2, mag: 6 });
		const milliquas = columnsOf('recno raj2000 dej2000 name type rmag bmag z');
		expect(mapColumns(milliquas, parseMap(mapOfRecipe(recipeOf('milliquas'), milliquas)))).toMatchObject({
			...{ id: [3], ra: 1, dec: 2, mag: 5, redshift: 7 },
		});
	});

	it('say what they expect where a file has another form, and which there are', () => {
		expect(() => mapOfRecipe(recipeOf('gaia_dr3'), columnsOf('id ra dec'))).toThrow(
			/not as gaia_dr3 is published: VizieR I\/355\/gaiadr3 has Source, RA_ICRS, DE_ICRS, Gmag; gaia_source .* It has id, ra, dec\. Load it without --as/,
		);
		expect(() => recipeOf('gaia')).toThrow(/There is no recipe "gaia"; there are gaia_dr3, milliquas, /);
	});
});
