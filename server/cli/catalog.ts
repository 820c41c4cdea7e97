import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { existsSync } from 'node:fs';
import { readCatalogs, readStoredReleases } from '#clickhouse/read/catalogs.ts';
import { CATALOG_RECIPES, keepText, termsOf } from '#lib/alert/catalogRecipes.ts';
import { widestRadiusArcsec, type Catalog } from '#lib/alert/catalog.ts';
import { readConfig } from '#server/config.ts';
import { dropReplaced, loadCatalog, removeCatalog, type LoadProgress } from '#server/catalog/load.ts';
import { recipeOf, recipesTable } from '#server/catalog/recipes.ts';
import { takeSlot } from '#server/ingest/store/slot.ts';
import { EXIT, type Invocation, type Subcommand, UsageError } from './command.ts';
import { ensureStore } from './embeddedStore.ts';
import { openHome } from './home.ts';
import { durationText } from './progressLine.ts';
import { StatusLine } from './statusLine.ts';
import { usage } from './usage.ts';

const HELP = `
nightjar catalog: catalogues that alerts are matched with.

Use: nightjar catalog add FILE [OPTIONS]
     nightjar catalog recipes [--markdown]
     nightjar catalog list
     nightjar catalog remove NAME

FILE is a table with positions: CSV (any delimiter), Parquet, VOTable or a FITS table, gzip or not. Columns are recognised by UCD and
name and shown before the load begins. A row that cannot be used is named and counted. Loading another release of a name replaces the
old one once it is complete; what was matched with the old one stays. Alerts that arrive are matched from about twenty seconds later;
"nightjar crossmatch" looks at the stored ones again. The public list of the Transient Name Server is recognised and called TNS.

  --as RECIPE          a usual catalogue, with its name, radius, columns, terms and citation: nightjar catalog recipes lists them
  --name NAME          what it is called in filters and on pages (the file's name)
  --release TEXT       version of it (that of the recipe, or the date of the file)
  --radius ARCSEC      a source matches within this radius (2)
  --kpc KPC            galaxies with a redshift match within so many kpc: KPC x 0.05 / z arcsec, at least --radius
  --near-radius ARCSEC greatest radius with --kpc, and the one of galaxies nearer than z = 0.01 (300)
  --licence TEXT       under which it may be used
  --citation TEXT      what its users cite: a bibcode, a DOI or words
  --description TEXT   one line for the page of catalogues
  --url ADDRESS        where it comes from
  --map ROLE=COLUMN    column of id, ra, dec, mag or redshift, where it is not recognised; after ra and dec a unit may follow:
                       ra=RAJ2000:hours (deg, hours, rad, arcmin, arcsec, sexagesimal). May be given several times.

Exit codes: 0 done, 1 failed, 2 the command line makes no sense, 3 loaded, but rows were left out.
`;

function positive(name: string, text: string | undefined): number | undefined {
	if (text === undefined) return undefined;
	const value = Number(text);
	if (!(value > 0 && value <= 3600))
		throw new UsageError(`--${name} must be a number above 0 and up to 3600; it is "${text}".`);
	return value;
}

function progressText({ rows, bad, share, seconds }: LoadProgress): string {
	const rate = seconds > 0 ? rows / seconds : 0;
	const left = share > 0.01 ? `, ${durationText((seconds * (1 - share)) / share)} left` : '';
	const out = bad > 0 ? `, ${bad} left out` : '';
	return `${Math.floor(100 * share)} %, ${rows} sources${out}, ${rate.toFixed(0)}/s${left}`;
}

function radiusText(catalog: Pick<Catalog, 'radiusArcsec' | 'radiusKpc' | 'nearRadiusArcsec'>): string {
	const own = `${catalog.radiusArcsec}"`;
	return catalog.radiusKpc > 0 ? `${own} to ${widestRadiusArcsec(catalog)}", ${catalog.radiusKpc} kpc` : own;
}

async function withStore<Result>(
	{ install }: Invocation,
	run: (store: Awaited<ReturnType<typeof ensureStore>>['store'], home: string) => Promise<Result>,
): Promise<Result> {
	const config = readConfig();
	await openHome(config.home);
	const { store, child } = await ensureStore(config, install, () => undefined, new AbortController().signal);
	try {
		const { migrate } = await import('#clickhouse/migrate.ts');
		await migrate(store, { cluster: config.cluster });
		return await run(store, config.home);
	} finally {
		await store.close();
		await child?.stop();
	}
}

async function add(invocation: Invocation, args: readonly string[]): Promise<number> {
	const { values, positionals } = usage(() =>
		parseArgs({
			args: [...args],
			allowPositionals: true,
			options: {
				as: { type: 'string' },
				name: { type: 'string' },
				release: { type: 'string' },
				radius: { type: 'string' },
				kpc: { type: 'string' },
				'near-radius': { type: 'string' },
				licence: { type: 'string' },
				citation: { type: 'string' },
				description: { type: 'string' },
				url: { type: 'string' },
				map: { type: 'string', multiple: true },
			},
		}),
	);
	const [file, ...more] = positionals;
	if (file === undefined || more.length > 0)
		throw new UsageError('Give one file: nightjar catalog add FILE. --help tells more.');
	const path = resolve(file);
	if (!existsSync(path)) throw new UsageError(`There is no file ${path}.`);
	const recipe = values.as === undefined ? undefined : recipeOf(values.as);
	const radius = positive('radius', values.radius);
	const kpc = positive('kpc', values.kpc);
	const near = positive('near-radius', values['near-radius']);
	if (near !== undefined && kpc === undefined) throw new UsageError('--near-radius goes with --kpc.');
	return withStore(invocation, async (store, home) => {
		// two loads at once could drop each other's sources
		const release = takeSlot(join(home, 'slots'), 'catalog');
		const line = new StatusLine(process.stdout);
		const stop = new AbortController();
		process.once('SIGINT', () => {
			stop.abort();
		});
		try {
			const outcome = await loadCatalog(
				store,
				{
					path,
					name: values.name ?? null,
					release: values.release ?? null,
					description: values.description ?? '',
					licence: values.licence ?? '',
					citation: values.citation ?? '',
					sourceUrl: values.url ?? '',
					map: values.map ?? [],
					...(recipe === undefined ? {} : { recipe }),
					...(radius === undefined ? {} : { radiusArcsec: radius }),
					...(kpc === undefined ? {} : { radiusKpc: kpc }),
					...(near === undefined ? {} : { nearRadiusArcsec: near }),
				},
				{
					signal: stop.signal,
					onColumns: (found, table) => {
						console.log(
							`${table.format}: ${Object.entries(found)
								.map(([role, column]) => `${role} = ${column}`)
								.join(', ')}`,
						);
						if (table.leftOut.length > 0) console.log(`Left out, for they hold arrays: ${table.leftOut.join(', ')}.`);
					},
					onProgress: (progress) => {
						line.show(progressText(progress));
					},
				},
			);
			line.end();
			for (const row of outcome.badRows) console.log(`Left out, ${row}.`);
			if (outcome.bad > outcome.badRows.length) console.log(`... and ${outcome.bad - outcome.badRows.length} more.`);
			if (outcome.notTaken > 0)
				console.log(
					`${outcome.notTaken} ${outcome.notTaken === 1 ? 'row is' : 'rows are'} not loaded: taken are rows whose ${outcome.taken}.`,
				);
			for (const warning of outcome.warnings) console.log(warning);
			const { catalog } = outcome;
			console.log(
				`${catalog.name}, release ${catalog.release}: ${catalog.rows} sources, matched within ${radiusText(catalog)}.${outcome.bad > 0 ? ` ${outcome.bad} rows were left out.` : ''}`,
			);
			if (catalog.licence !== '' || catalog.citation !== '')
				console.log(`Terms: ${catalog.licence || 'not stated'}. To be cited: ${catalog.citation || 'not stated'}.`);
			console.log(`Stored alerts are matched again by: nightjar crossmatch --catalog ${catalog.name}`);
			return outcome.bad > 0 ? EXIT.deadLetters : EXIT.done;
		} finally {
			line.end();
			release();
		}
	});
}

/** The recipes, with their radii and the columns that their files have, or as a table for a document. */
function recipes(args: readonly string[]): number {
	const { values } = usage(() => parseArgs({ args: [...args], options: { markdown: { type: 'boolean' } } }));
	if (values.markdown === true) {
		console.log(recipesTable());
		return EXIT.done;
	}
	const inset = ' '.repeat(13);
	for (const recipe of CATALOG_RECIPES) {
		const { key, name, description, release, rule, layouts, citation, url } = recipe;
		console.log(`${key.padEnd(12)} ${name}: ${description}; matched within ${radiusText(rule)}`);
		console.log(`${inset}release ${release ?? 'as the date of the file'}; to be cited: ${citation}; ${url}`);
		for (const layout of layouts) {
			const columns = Object.entries(layout.columns).map(([role, column]) => `${role} = ${column}`);
			const rows = (layout.keep ?? []).map(keepText);
			console.log(
				`${inset}${layout.form}: ${columns.join(', ')}${rows.length === 0 ? '' : `; rows whose ${rows.join(', ')}`}; terms: ${termsOf(recipe, layout) || 'not found'}`,
			);
		}
	}
	return EXIT.done;
}

async function list(invocation: Invocation): Promise<number> {
	return withStore(invocation, async (store) => {
		await dropReplaced(store);
		const catalogs = await readCatalogs(store, { class: 'ingest' });
		const rows = [
			['name', 'release', 'sources', 'radius', 'origin', 'licence', 'cite', 'added'],
			...catalogs.map((catalog) => [
				catalog.name,
				catalog.release,
				String(catalog.rows),
				radiusText(catalog),
				catalog.origin,
				catalog.licence || '-',
				catalog.citation || '-',
				catalog.addedAt.slice(0, 16).replace('T', ' '),
			]),
		];
		const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
		for (const row of rows)
			console.log(
				row
					.map((cell, i) => cell.padEnd(widths[i] ?? 0))
					.join('  ')
					.trimEnd(),
			);
		const unfinished = (await readStoredReleases(store)).filter(({ endedMs }) => endedMs === null);
		for (const { catalog, release, rows: sources } of unfinished) {
			console.log(`${catalog}, release ${release}: ${sources} sources of a load that was not finished; load it again.`);
		}
		return EXIT.done;
	});
}

async function remove(invocation: Invocation, args: readonly string[]): Promise<number> {
	const [name, ...more] = args;
	if (name === undefined || more.length > 0) throw new UsageError('Give one name: nightjar catalog remove NAME.');
	return withStore(invocation, async (store) => {
		const catalog = await removeCatalog(store, name);
		console.log(`${catalog.name} is matched no more; what was matched with it stays.`);
		return EXIT.done;
	});
}

async function run(invocation: Invocation): Promise<number> {
	const [verb, ...rest] = invocation.args;
	switch (verb) {
		case 'add':
			return add(invocation, rest);
		case 'recipes':
			return recipes(rest);
		case 'list':
			if (rest.length > 0) throw new UsageError('nightjar catalog list takes nothing more.');
			return list(invocation);
		case 'remove':
			return remove(invocation, rest);
		default:
			throw new UsageError(
				'Say what to do: nightjar catalog add FILE, recipes, list, or remove NAME. --help tells more.',
			);
	}
}

export const catalog: Subcommand = { help: HELP, run };
