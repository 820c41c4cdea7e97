import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { finished } from 'node:stream/promises';
import { type Config, readConfig } from '#server/config.ts';
import { type Column, columnsOf } from '#server/convert/columns.ts';
import { type FileRecord, readRecords } from '#server/convert/records.ts';
import { csvColumns, csvHead, csvRow, jsonRow, tableRow } from '#server/convert/rows.ts';
import { CommandError, EXIT, type Invocation, type Subcommand, UsageError } from './command.ts';
import { ensureStore } from './embeddedStore.ts';
import { openHome } from './home.ts';
import { stopOnSignal } from './ingest.ts';
import { nearestName } from './nearestName.ts';
import { Output } from './output.ts';
import { StatusLine } from './statusLine.ts';
import { usage } from './usage.ts';

const HELP = `
nightjar convert: Avro to CSV, Parquet or JSON.

Use: nightjar convert PATH... --to csv|parquet|json [OPTIONS]

PATH is an Avro object container file (what "nightjar consume --format avro" wrote, or a packet of a survey), a folder of them, or a
.tar or .tar.gz. All fields are read. JSON is one object a line, as deep as the record. CSV and Parquet have a column for every field,
those of records within the record joined with _; alerts of Nightjar have the columns of its other tables (mjd, ztf_drb, g_rise_rate).
Lists are lists in Parquet and JSON text in CSV; images are left out of CSV. The columns are those of the first record's schema: what
later records have beyond them is named and left out.

  --to FORMAT        csv, parquet or json
  --out FILE         where to; it must not exist. Without it CSV and JSON go to the shell
  --columns A,B,...  only these columns (CSV, Parquet); a list of them: --columns help

Exit codes: 0 done, 3 done, but something could not be read and was passed over, 1 failed, 2 the command line makes no sense.
`;

const FORMATS = ['csv', 'parquet', 'json'] as const;

/** What the words after `convert` ask for. */
export interface ConvertRequest {
	readonly paths: readonly string[];
	readonly to: (typeof FORMATS)[number];
	readonly out: string | null;
	/** null = all. */
	readonly columns: readonly string[] | null;
}

/** Reads the words after `convert`; throws a sentence for what makes no sense. */
export function readConvert(args: readonly string[]): ConvertRequest {
	const { values, positionals } = usage(() =>
		parseArgs({
			args: [...args],
			allowPositionals: true,
			options: { to: { type: 'string' }, out: { type: 'string' }, columns: { type: 'string' } },
		}),
	);
	if (positionals.length === 0) throw new UsageError('Say what to convert: nightjar convert alerts.avro --to csv');
	const missing = positionals.find((path) => !existsSync(path));
	if (missing !== undefined) throw new UsageError(`There is nothing at ${missing}.`);
	const suffix = /\.(csv|parquet|json)$/.exec(values.out ?? '')?.[1];
	const to = FORMATS.find((format) => format === (values.to ?? suffix));
	if (to === undefined) {
		throw new UsageError(
			values.to === undefined
				? 'Say to what: --to csv, --to parquet or --to json.'
				: `--to takes ${FORMATS.join(', ')}; not "${values.to}".`,
		);
	}
	const columns = values.columns
		?.split(',')
		.map((name) => name.trim())
		.filter(Boolean);
	if (columns?.length === 0) throw new UsageError('--columns takes names with commas between.');
	if (columns !== undefined && to === 'json')
		throw new UsageError('--columns goes with csv and parquet: JSON holds records as they are.');
	if (to === 'parquet' && values.out === undefined && columns?.[0] !== 'help')
		throw new UsageError('A Parquet file needs a name: --out alerts.parquet');
	return { paths: positionals, to, out: values.out ?? null, columns: columns ?? null };
}

/** The columns of a type that were asked for, in that order; throws a sentence for one that there is not. */
export function chosenColumns(all: readonly Column[], wanted: readonly string[] | null): readonly Column[] {
	if (wanted === null) return all;
	return wanted.map((name) => {
		const found = all.find((column) => column.name === name);
		if (found !== undefined) return found;
		const near = nearestName(
			name,
			all.map((column) => column.name),
		);
		throw new UsageError(
			`There is no column "${name}".${near === null ? '' : ` Did you mean "${near}"?`} --columns help lists them.`,
		);
	});
}

/** The columns of the first record; columns that only later schemas have are noted. */
class Table {
	columns: readonly Column[] = [];
	readonly leftOut = new Set<string>();
	readonly #wanted: readonly string[] | null;
	readonly #byType = new Map<FileRecord['type'], readonly Column[]>();

	constructor(wanted: readonly string[] | null) {
		this.#wanted = wanted;
	}

	/** The table's columns as they are read from records of a type. */
	of(type: FileRecord['type']): readonly Column[] {
		const known = this.#byType.get(type);
		if (known !== undefined) return known;
		const all = columnsOf(type);
		if (this.#byType.size === 0) this.columns = chosenColumns(all, this.#wanted);
		const own = new Map(all.map((column) => [column.name, column]));
		const names = new Set(this.columns.map(({ name }) => name));
		if (this.#wanted === null) for (const { name } of all) if (!names.has(name)) this.leftOut.add(name);
		const columns = this.columns.map((column) => own.get(column.name) ?? { ...column, read: () => null });
		this.#byType.set(type, columns);
		return columns;
	}
}

/** Reads the store's Parquet of a file with a JSON object a line, in a store of its own that is thrown away. */
async function writeParquet(
	rows: string,
	folder: string,
	columns: readonly Column[],
	{ config, install, signal }: { readonly config: Config; readonly install: string; readonly signal: AbortSignal },
	out: Output,
): Promise<void> {
	const home = join(folder, 'store');
	await openHome(home);
	const { store, child } = await ensureStore({ ...config, home, storeUrl: null }, install, () => undefined, signal);
	try {
		const quoted = (text: string): string => text.replace(/[\\']/g, (sign) => `\\${sign}`);
		const name = (column: Column): string => `\`${column.name.replace(/[\\`]/g, (sign) => `\\${sign}`)}\``;
		const structure = columns.map((column) => `${name(column)} ${column.type}`).join(', ');
		const list = columns
			.map((column) => (column.kind === 'bytes' ? `base64Decode(${name(column)}) AS ${name(column)}` : name(column)))
			.join(', ');
		const made = join(folder, 'rows.parquet');
		await store.command(
			`INSERT INTO FUNCTION file('${quoted(made)}', Parquet) SELECT ${list} FROM file('${quoted(rows)}', JSONEachRow, '${quoted(structure)}') SETTINGS input_format_null_as_default = 1, output_format_parquet_string_as_string = 1, max_threads = 1`,
		);
		for await (const chunk of createReadStream(made)) await out.write(chunk as Buffer);
	} finally {
		await store.close();
		await child?.stop();
	}
}

async function run({ args, install }: Invocation): Promise<number> {
	const request = readConvert(args);
	const config = readConfig();
	const stop = stopOnSignal();
	const line = new StatusLine(process.stderr);
	const table = new Table(request.columns?.[0] === 'help' ? null : request.columns);
	let broken = 0;
	let count = 0;
	const records = readRecords(request.paths, {
		signal: stop.signal,
		onBroken: (place, reason) => {
			broken += 1;
			line.end();
			if (broken <= 10) process.stderr.write(`${place}: ${reason}\n`);
		},
		onProgress: ({ bytesRead, bytesTotal }) => {
			const share = bytesTotal === null || bytesTotal === 0 ? '' : `${Math.floor((100 * bytesRead) / bytesTotal)} %, `;
			line.show(`${share}${count} records`);
		},
	});
	if (request.columns?.[0] === 'help') {
		for await (const { type } of records) {
			for (const { name, kind } of columnsOf(type)) process.stdout.write(`${name}  ${kind}\n`);
			return EXIT.done;
		}
		throw new CommandError('There is no record to take columns from.');
	}
	const out = new Output(request.out, { whole: true });
	let folder: string | null = null;
	try {
		if (request.to === 'parquet') {
			await openHome(config.home);
			folder = await mkdtemp(join(config.home, 'convert-'));
			const rows = join(folder, 'rows.ndjson');
			const file = createWriteStream(rows);
			for await (const { type, record } of records) {
				count += 1;
				if (!file.write(tableRow(table.of(type), record))) await once(file, 'drain');
			}
			file.end();
			await finished(file);
			if (count > 0 && !stop.signal.aborted)
				await writeParquet(rows, folder, table.columns, { config, install, signal: stop.signal }, out);
		} else {
			for await (const { type, record } of records) {
				if (out.closed) break;
				if (request.to === 'json') await out.write(jsonRow(record));
				else {
					const columns = csvColumns(table.of(type));
					if (count === 0) await out.write(csvHead(columns));
					await out.write(csvRow(columns, record));
				}
				count += 1;
			}
		}
		if (stop.signal.aborted) throw new CommandError('Stopped before the end; nothing was kept.');
		if (count === 0) throw new CommandError('There is no record to convert.');
		await out.end();
	} catch (error) {
		await out.discard();
		throw error;
	} finally {
		line.end();
		if (folder !== null) await rm(folder, { recursive: true, force: true });
	}
	if (table.leftOut.size > 0)
		process.stderr.write(`Left out, for the first record has no such column: ${[...table.leftOut].join(', ')}.\n`);
	if (broken > 10) process.stderr.write(`... and ${broken - 10} more could not be read.\n`);
	if (request.out !== null) process.stderr.write(`${count} records in ${request.out}.\n`);
	return broken > 0 ? EXIT.deadLetters : EXIT.done;
}

export const convert: Subcommand = { help: HELP, run };
