import type { MatchRule } from '#lib/alert/catalog.ts';
import type { TableColumn } from '#lib/format/tableColumn.ts';
import { CatalogError } from './error.ts';
import type { Role } from './mapping.ts';

/** Columns of one published form of a catalogue. */
interface Layout {
	/** Whose form it is, for people. */
	readonly form: string;
	readonly columns: Readonly<Partial<Record<Role, string>> & Record<'ra' | 'dec', string>>;
}

/** A usual catalogue: what it is called here, how alerts are matched with it, and which columns of its files hold what. */
export interface Recipe {
	/** What `--as` takes. */
	readonly key: string;
	/** What the catalogue is called in filters and on pages. */
	readonly name: string;
	readonly description: string;
	/** Page of its publisher. */
	readonly url: string;
	readonly rule: MatchRule;
	readonly layouts: readonly Layout[];
}

const STARS: MatchRule = { radiusArcsec: 2, radiusKpc: 0, nearRadiusArcsec: 0 };
/** Galaxies within so many kpc of an alert, in Babamul's rule. */
const galaxies = (radiusKpc: number): MatchRule => ({ radiusArcsec: 2, radiusKpc, nearRadiusArcsec: 300 });
const vizier = (table: string, columns: Layout['columns']): Layout => ({ form: `VizieR ${table}`, columns });
const page = (catalogue: string): string => `https://vizier.cds.unistra.fr/viz-bin/VizieR?-source=${catalogue}`;
const J2000 = { ra: 'RAJ2000', dec: 'DEJ2000' } as const;
const ICRS = { ra: 'RA_ICRS', dec: 'DE_ICRS' } as const;

/** The usual catalogues, radii and distances as Babamul's and Fink's (the first) are. */
export const RECIPES: readonly Recipe[] = [
	{
		key: 'gaia_dr3',
		name: 'Gaia_DR3',
		description: 'Gaia DR3, main source',
		url: page('I/355'),
		rule: STARS,
		layouts: [
			vizier('I/355/gaiadr3', { id: 'Source', ...ICRS, mag: 'Gmag' }),
			{
				form: 'gaia_source of the Gaia archive',
				columns: { id: 'source_id', ra: 'ra', dec: 'dec', mag: 'phot_g_mean_mag' },
			},
		],
	},
	{
		key: 'milliquas',
		name: 'Milliquas',
		description: 'Million Quasars catalogue (Flesch)',
		url: page('VII/294'),
		rule: STARS,
		layouts: [vizier('VII/294/catalog', { id: 'Name', ...J2000, mag: 'Rmag', redshift: 'z' })],
	},
	{
		key: 'vsx',
		name: 'VSX',
		description: 'AAVSO International Variable Star Index',
		url: page('B/vsx'),
		rule: STARS,
		layouts: [vizier('B/vsx/vsx', { id: 'Name', ...J2000, mag: 'max' })],
	},
	{
		key: 'catwise2020',
		name: 'CatWISE2020',
		description: 'CatWISE2020, WISE W1 and W2',
		url: page('II/365'),
		rule: STARS,
		layouts: [vizier('II/365/catwise', { id: 'Name', ...ICRS, mag: 'W1mproPM' })],
	},
	{
		key: 'allwise',
		name: 'AllWISE',
		description: 'AllWISE source catalogue',
		url: page('II/328'),
		rule: STARS,
		layouts: [vizier('II/328/allwise', { id: 'AllWISE', ...J2000, mag: 'W1mag' })],
	},
	{
		key: '2mass_psc',
		name: '2MASS_PSC',
		description: '2MASS point sources',
		url: page('II/246'),
		rule: STARS,
		layouts: [vizier('II/246/out', { id: '2MASS', ...J2000, mag: 'Jmag' })],
	},
	{
		key: 'galex',
		name: 'GALEX',
		description: 'GALEX GR6/7, all-sky imaging',
		url: page('II/335'),
		rule: STARS,
		layouts: [vizier('II/335/galex_ais', { ...J2000, mag: 'NUVmag' })],
	},
	{
		key: 'ps1_dr1',
		name: 'PS1_DR1',
		description: 'Pan-STARRS1 DR1 mean objects',
		url: page('II/349'),
		rule: STARS,
		layouts: [vizier('II/349/ps1', { id: 'objID', ...J2000, mag: 'rmag' })],
	},
	{
		key: 'ned_lvs',
		name: 'NED',
		description: 'NED Local Volume Sample (Cook et al. 2023)',
		url: 'https://ned.ipac.caltech.edu/NED::LVS/',
		rule: galaxies(30),
		layouts: [{ form: 'FITS table of NED', columns: { id: 'objname', ra: 'ra', dec: 'dec', redshift: 'z' } }],
	},
	{
		key: 'desi_dr1',
		name: 'DESI_DR1',
		description: 'DESI DR1 redshifts',
		url: 'https://data.desi.lbl.gov/doc/releases/dr1/',
		rule: galaxies(30),
		layouts: [
			{
				form: 'zall table of DESI',
				columns: { id: 'TARGETID', ra: 'TARGET_RA', dec: 'TARGET_DEC', redshift: 'Z' },
			},
		],
	},
];

/** The recipe of a key; throws a CatalogError that names all of them where there is none. */
export function recipeOf(key: string): Recipe {
	const found = RECIPES.find((recipe) => recipe.key === key.toLowerCase());
	if (found !== undefined) return found;
	throw new CatalogError(
		`There is no recipe "${key}"; there are ${RECIPES.map((recipe) => recipe.key).join(', ')} (nightjar catalog recipes).`,
	);
}

/** Columns of a file by the form of the recipe that it has, as `role=COLUMN`; throws a CatalogError that tells all forms where it has none. */
export function mapOfRecipe({ key, layouts }: Recipe, columns: readonly TableColumn[]): string[] {
	const names = new Set(columns.map(({ name }) => name.toLowerCase()));
	const fitting = layouts.find((layout) =>
		Object.values(layout.columns).every((name) => names.has(name.toLowerCase())),
	);
	if (fitting !== undefined) return Object.entries(fitting.columns).map(([role, name]) => `${role}=${name}`);
	const forms = layouts.map((layout) => `${layout.form} has ${Object.values(layout.columns).join(', ')}`).join('; ');
	throw new CatalogError(
		`The file is not as ${key} is published: ${forms}. It has ${columns.map(({ name }) => name).join(', ')}. Load it without --as, with --map where its columns are not recognised.`,
	);
}
