import {
	CATALOG_RECIPES,
	keepText,
	type CatalogLayout,
	type CatalogRecipe,
	type Keep,
} from '#lib/alert/catalogRecipes.ts';
import type { Cell, TableColumn } from '#lib/format/tableColumn.ts';
import { CatalogError } from './error.ts';

/** The recipe of a key; throws a CatalogError that names all of them where there is none. */
export function recipeOf(key: string): CatalogRecipe {
	const found = CATALOG_RECIPES.find((recipe) => recipe.key === key.toLowerCase());
	if (found !== undefined) return found;
	throw new CatalogError(
		`There is no recipe "${key}"; there are ${CATALOG_RECIPES.map((recipe) => recipe.key).join(', ')} (nightjar catalog recipes).`,
	);
}

/** The form of the recipe that a file has; throws a CatalogError that tells all forms where it has none. */
export function layoutOf({ key, layouts }: CatalogRecipe, columns: readonly TableColumn[]): CatalogLayout {
	const names = new Set(columns.map(({ name }) => name.toLowerCase()));
	const has = (name: string): boolean => names.has(name.toLowerCase());
	const fitting = layouts.find((layout) => Object.values(layout.columns).every(has));
	if (fitting === undefined) {
		const forms = layouts.map((layout) => `${layout.form} has ${Object.values(layout.columns).join(', ')}`).join('; ');
		throw new CatalogError(
			`The file is not as ${key} is published: ${forms}. It has ${columns.map(({ name }) => name).join(', ')}. Load it without --as, with --map where its columns are not recognised.`,
		);
	}
	const missing = (fitting.keep ?? []).find(({ column }) => !has(column));
	if (missing !== undefined) {
		throw new CatalogError(
			`${key} takes the rows whose ${keepText(missing)}, and the file has no column ${missing.column}. Add it, or load the file without --as.`,
		);
	}
	return fitting;
}

/** Columns of a form as `--map` says them. */
export function mapOfLayout({ columns }: CatalogLayout): string[] {
	return Object.entries(columns).map(([role, name]) => `${role}=${name}`);
}

/** Whether a row is one of those that are kept. */
export function keeper(keep: readonly Keep[], columns: readonly TableColumn[]): (cells: readonly Cell[]) => boolean {
	const tests = keep.map(({ column, kind, values }) => ({
		at: columns.findIndex(({ name }) => name.toLowerCase() === column.toLowerCase()),
		wanted: new Set(values.map((value) => value.toLowerCase())),
		oneOf: kind === 'oneOf',
	}));
	return (cells) =>
		tests.every(({ at, wanted, oneOf }) => {
			const cell = cells[at] ?? null;
			return (cell !== null && wanted.has(String(cell).trim().toLowerCase())) === oneOf;
		});
}

/** The recipes as a Markdown table, for the documentation. */
export function recipesTable(): string {
	const radius = ({ radiusArcsec, radiusKpc, nearRadiusArcsec }: CatalogRecipe['rule']): string =>
		radiusKpc > 0 ? `${radiusKpc} kpc, ${radiusArcsec} to ${nearRadiusArcsec}″` : `${radiusArcsec}″`;
	const rows = CATALOG_RECIPES.map((recipe) => [
		`\`${recipe.key}\``,
		`${recipe.name}: ${recipe.description}`,
		recipe.release ?? 'date of the file',
		radius(recipe.rule),
		[...new Set(recipe.layouts.map(({ form }) => form))].join('; '),
		[...new Set(recipe.layouts.flatMap(({ keep = [] }) => keep.map(keepText)))].join(', ') || 'all',
		recipe.licence ?? recipe.layouts[0]?.terms ?? 'not found',
		recipe.citation,
	]);
	const head = ['`--as`', 'catalogue', 'release', 'matched within', 'files', 'rows', 'terms', 'cite'];
	return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
