import type { MatchRule } from './catalog.ts';

/** What a column of a catalogue's file can stand for. */
export const CATALOG_ROLES = ['id', 'ra', 'dec', 'mag', 'redshift'] as const;
export type CatalogRole = (typeof CATALOG_ROLES)[number];

/** A condition on a row: its column holds one of these values, or none of them. Compared as texts, whatever their case. */
export interface Keep {
	readonly column: string;
	readonly kind: 'oneOf' | 'noneOf';
	readonly values: readonly string[];
}

/** Columns of one published form of a catalogue. */
export interface CatalogLayout {
	/** Whose form it is, for people. */
	readonly form: string;
	readonly columns: Readonly<Partial<Record<CatalogRole, string>> & Record<'ra' | 'dec', string>>;
	/** Rows that are loaded: those that meet all of these. */
	readonly keep?: readonly Keep[];
	/** Terms of whoever serves this form, where the catalogue itself states none. */
	readonly terms?: string;
}

/** A usual catalogue: what it is called here, how alerts are matched with it, which columns of its files hold what, and whose it is. */
export interface CatalogRecipe {
	/** What `--as` takes. */
	readonly key: string;
	/** What the catalogue is called in filters and on pages. */
	readonly name: string;
	readonly description: string;
	/** Version, where the name has but one; else the date of the file is taken. */
	readonly release?: string;
	/** Page of its publisher. */
	readonly url: string;
	/** As its publisher states it; absent where no statement was found. */
	readonly licence?: string;
	/** Bibcode of what its authors ask to be cited. */
	readonly citation: string;
	readonly rule: MatchRule;
	readonly layouts: readonly CatalogLayout[];
}

const STARS: MatchRule = { radiusArcsec: 2, radiusKpc: 0, nearRadiusArcsec: 0 };
/** Galaxies within so many kpc of an alert, in Babamul's rule. */
const galaxies = (radiusKpc: number): MatchRule => ({ radiusArcsec: 2, radiusKpc, nearRadiusArcsec: 300 });
// https://cds.unistra.fr/vizier-org/licences_vizier.html
const CDS = 'VizieR: free for scientific use, with citation';
const vizier = (table: string, columns: CatalogLayout['columns']): CatalogLayout => ({
	form: `VizieR ${table}`,
	columns,
	terms: CDS,
});
const page = (catalogue: string): string => `https://vizier.cds.unistra.fr/viz-bin/VizieR?-source=${catalogue}`;
const oneOf = (column: string, ...values: readonly string[]): Keep => ({ column, kind: 'oneOf', values });
const noneOf = (column: string, ...values: readonly string[]): Keep => ({ column, kind: 'noneOf', values });
const J2000 = { ra: 'RAJ2000', dec: 'DEJ2000' } as const;
const ICRS = { ra: 'RA_ICRS', dec: 'DE_ICRS' } as const;

/** The usual catalogues; radii and distances are those of Babamul and Fink where they have the catalogue. */
export const CATALOG_RECIPES: readonly CatalogRecipe[] = [
	{
		key: 'gaia_dr3',
		name: 'Gaia_DR3',
		description: 'Gaia DR3, main source',
		release: 'DR3',
		url: page('I/355'),
		// https://www.cosmos.esa.int/web/gaia-users/license
		licence: 'CC BY-NC 3.0 IGO',
		citation: '2023A&A...674A...1G',
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
		release: 'v8',
		url: page('VII/294'),
		citation: '2023OJAp....6E..49F',
		rule: STARS,
		layouts: [vizier('VII/294/catalog', { id: 'Name', ...J2000, mag: 'Rmag', redshift: 'z' })],
	},
	{
		key: 'vsx',
		name: 'VSX',
		description: 'AAVSO International Variable Star Index',
		url: page('B/vsx'),
		citation: '2006SASS...25...47W',
		rule: STARS,
		layouts: [vizier('B/vsx/vsx', { id: 'Name', ...J2000, mag: 'max' })],
	},
	{
		key: 'catwise2020',
		name: 'CatWISE2020',
		description: 'CatWISE2020, WISE W1 and W2',
		release: '2020',
		url: page('II/365'),
		citation: '2021ApJS..253....8M',
		rule: STARS,
		layouts: [vizier('II/365/catwise', { id: 'Name', ...ICRS, mag: 'W1mproPM' })],
	},
	{
		key: 'allwise',
		name: 'AllWISE',
		description: 'AllWISE source catalogue',
		release: '2013',
		url: page('II/328'),
		citation: '2014yCat.2328....0C',
		rule: STARS,
		layouts: [vizier('II/328/allwise', { id: 'AllWISE', ...J2000, mag: 'W1mag' })],
	},
	{
		key: 'unwise',
		name: 'unWISE',
		description: 'unWISE catalogue, W1 and W2 of five years; fluxes in Vega nMgy',
		release: '2019',
		url: page('II/363'),
		citation: '2019ApJS..240...30S',
		rule: STARS,
		layouts: [
			vizier('II/363/unwise', { id: 'objID', ...J2000 }),
			{ form: 'unwise_dr1.object of the Astro Data Lab', columns: { id: 'unwise_objid', ra: 'ra', dec: 'dec' } },
		],
	},
	{
		key: '2mass_psc',
		name: '2MASS_PSC',
		description: '2MASS point sources',
		release: '2003',
		url: page('II/246'),
		citation: '2006AJ....131.1163S',
		rule: STARS,
		layouts: [vizier('II/246/out', { id: '2MASS', ...J2000, mag: 'Jmag' })],
	},
	{
		key: '2mass_xsc',
		name: '2MASS_XSC',
		description: '2MASS extended sources, most of them galaxies; K in the K = 20 ellipse',
		release: '2003-2006',
		url: page('VII/233'),
		citation: '2006AJ....131.1163S',
		// no redshifts, so that a galaxy's own size cannot be told: as far as 2MASS resolves the smallest
		rule: { radiusArcsec: 10, radiusKpc: 0, nearRadiusArcsec: 0 },
		layouts: [vizier('VII/233/xsc', { id: '2MASX', ...J2000, mag: 'K.K20e' })],
	},
	{
		key: 'galex',
		name: 'GALEX',
		description: 'GALEX GR6/7, all-sky imaging',
		release: 'GR6/7',
		url: page('II/335'),
		citation: '2017ApJS..230...24B',
		rule: STARS,
		layouts: [vizier('II/335/galex_ais', { ...J2000, mag: 'NUVmag' })],
	},
	{
		key: 'ps1_dr1',
		name: 'PS1_DR1',
		description: 'Pan-STARRS1 DR1 mean objects',
		release: 'DR1',
		url: page('II/349'),
		citation: '2016arXiv161205560C',
		rule: STARS,
		layouts: [vizier('II/349/ps1', { id: 'objID', ...J2000, mag: 'rmag' })],
	},
	{
		key: 'ned_lvs',
		name: 'NED',
		description: 'NED Local Volume Sample (Cook et al. 2023)',
		url: 'https://ned.ipac.caltech.edu/NED::LVS/',
		citation: '2023ApJS..268...14C',
		rule: galaxies(30),
		layouts: [{ form: 'FITS table of NED', columns: { id: 'objname', ra: 'ra', dec: 'dec', redshift: 'z' } }],
	},
	{
		key: 'glade_plus',
		name: 'GLADE_plus',
		description:
			'GLADE+, galaxies and quasars for the search of counterparts; heliocentric redshifts, some photometric',
		release: '2022',
		url: page('VII/291'),
		citation: '2022MNRAS.514.1403D',
		rule: galaxies(30),
		// some of VizieR's formats do not write a plus
		layouts: ['GLADE+', 'GLADE_'].map((id) =>
			vizier('VII/291/gladep', { id, ...J2000, mag: 'Bmag', redshift: 'zhelio' }),
		),
	},
	{
		key: 'desi_dr1',
		name: 'DESI_DR1',
		description: 'DESI DR1 redshifts of galaxies and quasars',
		release: 'DR1',
		url: 'https://data.desi.lbl.gov/doc/releases/dr1/',
		// https://data.desi.lbl.gov/doc/acknowledgments/
		licence: 'CC BY 4.0',
		citation: '2025arXiv250314745D',
		rule: galaxies(30),
		layouts: [
			{
				form: 'zall-pix table of DESI',
				columns: { id: 'TARGETID', ra: 'TARGET_RA', dec: 'TARGET_DEC', redshift: 'Z' },
				keep: [oneOf('ZWARN', '0'), oneOf('ZCAT_PRIMARY', 'true', 't', '1'), oneOf('SPECTYPE', 'GALAXY', 'QSO')],
			},
		],
	},
	{
		key: 'sdss_dr17',
		name: 'SDSS_DR17',
		description: 'SDSS DR17 redshifts of galaxies and quasars',
		release: 'DR17',
		url: 'https://www.sdss4.org/dr17/',
		// https://www.sdss4.org/collaboration/#image-use
		licence: 'public domain',
		citation: '2022ApJS..259...35A',
		rule: galaxies(30),
		layouts: [
			{
				form: 'specObj-dr17 of SDSS',
				columns: { id: 'SPECOBJID', ra: 'PLUG_RA', dec: 'PLUG_DEC', redshift: 'Z' },
				keep: [oneOf('ZWARNING', '0'), oneOf('SPECPRIMARY', '1'), oneOf('CLASS', 'GALAXY', 'QSO')],
			},
		],
	},
	{
		key: 'legacy_dr10',
		name: 'LS_DR10_PHOTOZ',
		description: 'DESI Legacy Imaging Surveys DR10, photometric redshifts of what is extended',
		release: 'DR10',
		url: 'https://datalab.noirlab.edu/data/legacy-surveys',
		citation: '2021MNRAS.501.3309Z',
		rule: galaxies(60),
		layouts: [
			{
				// the project's own photo-z sweeps have no positions
				form: 'ls_dr10.tractor joined with ls_dr10.photo_z by ls_id, of the Astro Data Lab',
				columns: { id: 'ls_id', ra: 'ra', dec: 'dec', mag: 'mag_r', redshift: 'z_phot_median' },
				keep: [noneOf('type', 'PSF')],
			},
		],
	},
];

/** A condition in words: `ZWARN is 0`. */
export function keepText({ column, kind, values }: Keep): string {
	// true is written in several ways: the first is enough
	const shown = values.includes('true') ? ['true'] : values;
	return `${column} is ${kind === 'oneOf' ? '' : 'not '}${shown.join(' or ')}`;
}

/** Terms under which a form of a catalogue may be used, as far as they are known; empty where no statement was found. */
export function termsOf({ licence }: CatalogRecipe, { terms }: CatalogLayout): string {
	return licence ?? terms ?? '';
}
