import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '#server/config.ts';
import { LABELLED_SURVEYS, loadTruth } from '#server/catalog/truth.ts';
import { EXIT, type Invocation, type Subcommand, UsageError } from './command.ts';
import { ensureStore } from './embeddedStore.ts';
import { openHome } from './home.ts';
import { StatusLine } from './statusLine.ts';
import { usage } from './usage.ts';

const NAMES = LABELLED_SURVEYS.map(({ name }) => name);

const HELP = `
nightjar truth: what the alerts of a test stream really were.

Use: nightjar truth FILE [--classes FILE] [--survey NAME]

FILE is a table (CSV, Parquet, VOTable or FITS, gzip or not) with one row for each alert: its id (SourceID), object (SNID), time (MJD) and
class (TRUE_GENTYPE, a number or a name); TRUE_GENMAG and DETECT are read where they are there. The truth of ELAsTiCC is given out like that.
No filter, feature or network sees it. With it the editor of filters and /api/v1/filters/efficiency tell, by class, what a filter finds of the
test stream. Alerts may come before or after; what is stored already is left as it is.

  --classes FILE   names of the classes by number: a table with a column of numbers and one of names
  --survey NAME    whose alerts they are: ${NAMES.join(', ')} (${NAMES[0] ?? ''})

Exit codes: 0 done, 1 failed, 2 the command line makes no sense, 3 loaded, but rows were left out.
`;

function fileOf(name: string): string {
	const path = resolve(name);
	if (!existsSync(path)) throw new UsageError(`There is no file ${path}.`);
	return path;
}

async function run({ args, install }: Invocation): Promise<number> {
	const { values, positionals } = usage(() =>
		parseArgs({
			args: [...args],
			allowPositionals: true,
			options: { classes: { type: 'string' }, survey: { type: 'string' } },
		}),
	);
	const [file, ...more] = positionals;
	if (file === undefined || more.length > 0) throw new UsageError('Give one file: nightjar truth FILE.');
	const survey = LABELLED_SURVEYS.find(({ name }) => name === (values.survey ?? NAMES[0]));
	if (survey === undefined) {
		throw new UsageError(
			`--survey is one of those that are simulations, ${NAMES.join(', ')}; it is "${values.survey ?? ''}".`,
		);
	}
	const request = {
		path: fileOf(file),
		survey,
		classes: values.classes === undefined ? null : fileOf(values.classes),
	};
	const config = readConfig();
	await openHome(config.home);
	const { store, child } = await ensureStore(config, install, () => undefined, new AbortController().signal);
	const line = new StatusLine(process.stdout);
	try {
		const { migrate } = await import('#clickhouse/migrate.ts');
		await migrate(store, { cluster: config.cluster });
		const outcome = await loadTruth(store, request, (rows, share) => {
			line.show(`${Math.floor(100 * share)} %, ${rows} rows`);
		});
		line.end();
		for (const sentence of outcome.badRows) console.error(sentence);
		const classes = outcome.byClass.map(([name, alerts]) => `${name} ${alerts}`).join(', ');
		console.log(
			`${outcome.stored} alerts of ${survey.label} have a truth now${classes === '' ? '' : `: ${classes}`}; ${outcome.known} had one, ${outcome.undetected} rows are of no alert, ${outcome.bad} cannot be used.`,
		);
		return outcome.bad > 0 ? EXIT.deadLetters : EXIT.done;
	} finally {
		line.end();
		await store.close();
		await child?.stop();
	}
}

export const truth: Subcommand = { help: HELP, run };
