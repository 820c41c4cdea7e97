import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readCatalogs } from '#clickhouse/read/catalogs.ts';
import { readConfig } from '#server/config.ts';
import { rematch, REMATCH_SLOT } from '#server/catalog/rematch.ts';
import { SETTLED_MS } from '#server/ingest/store/crossmatch.ts';
import { takeSlot } from '#server/ingest/store/slot.ts';
import { EXIT, type Invocation, type Subcommand, UsageError } from './command.ts';
import { ensureStore } from './embeddedStore.ts';
import { openHome } from './home.ts';
import { durationText } from './progressLine.ts';
import { StatusLine } from './statusLine.ts';
import { usage } from './usage.ts';

const HELP = `
nightjar crossmatch: matches stored objects with catalogues again.

Use: nightjar crossmatch [--catalog NAME ...] [--restart]

For objects that were stored before a catalogue was loaded or replaced. Each is matched at its newest position; the new attempts stand
beside the old ones, under a writer of their own, and recorded filter hits do not change. Ctrl-C ends it after the batch in hand; the same
command then goes on where it stopped.

  --catalog NAME   only this catalogue; may be given several times (all that are loaded)
  --restart        begin anew, also where an earlier run of the same releases stopped
`;

async function run({ args, install, version }: Invocation): Promise<number> {
	const { values, positionals } = usage(() =>
		parseArgs({
			args: [...args],
			allowPositionals: true,
			options: { catalog: { type: 'string', multiple: true }, restart: { type: 'boolean' } },
		}),
	);
	if (positionals.length > 0) throw new UsageError(`Name a catalogue with --catalog ${positionals[0] ?? ''}.`);
	const config = readConfig();
	await openHome(config.home);
	const release = takeSlot(join(config.home, 'slots'), REMATCH_SLOT);
	const stop = new AbortController();
	const end = (): void => {
		if (stop.signal.aborted) process.exit(EXIT.failed);
		stop.abort();
	};
	process.on('SIGINT', end);
	process.on('SIGTERM', end);
	const { store, child } = await ensureStore(config, install, () => undefined, stop.signal);
	const line = new StatusLine(process.stdout);
	try {
		const { migrate } = await import('#clickhouse/migrate.ts');
		await migrate(store, { cluster: config.cluster });
		await settled(Math.max(0, ...(await readCatalogs(store)).map(({ addedAt }) => Date.parse(addedAt))));
		const outcome = await rematch(store, {
			codeVersion: version,
			catalogs: values.catalog ?? null,
			restart: values.restart === true,
			signal: stop.signal,
			onProgress: ({ done, total, matched, seconds }) => {
				const rate = seconds > 0 ? done / seconds : 0;
				const left = rate > 0 ? `, ${durationText((total - done) / rate)} left` : '';
				line.show(`${done} of ${total} objects, ${matched} matched, ${rate.toFixed(0)}/s${left}`);
			},
		});
		line.end();
		console.log(
			`${outcome.done} of ${outcome.total} objects matched again in ${durationText(outcome.seconds)}; ${outcome.matched} have a match.`,
		);
		if (!stop.signal.aborted) return EXIT.done;
		console.log('Stopped before the end; the same command goes on where it stopped.');
		return EXIT.failed;
	} finally {
		line.end();
		await store.close();
		await child?.stop();
		release();
	}
}

/** Waits until running ingests match with what was loaded last, so that no alert falls between them and this. */
async function settled(addedAtMs: number): Promise<void> {
	const wait = addedAtMs + 2 * SETTLED_MS + 1000 - Date.now();
	if (wait <= 0 || wait > 60_000) return;
	console.log(`Waiting ${Math.ceil(wait / 1000)} s until arriving alerts are matched with the newest catalogue.`);
	await pause(wait);
}

export const crossmatch: Subcommand = { help: HELP, run };
