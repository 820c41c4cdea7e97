import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ORIGINS } from '#lib/alert/survey.ts';
import { nightFromText } from '#lib/astro/time.ts';
import { type Config, readConfig } from '#server/config.ts';
import { runRescore, type RescoreProgress } from '#server/ingest/store/rescore.ts';
import { takeSlot } from '#server/ingest/store/slot.ts';
import {
	chooseModels,
	INPUT_REASON,
	modelKey,
	readModelFolders,
	type ModelFolder,
	type Models,
} from '#server/ml/index.ts';
import { EXIT, type Invocation, type Subcommand, UsageError } from './command.ts';
import { ensureStore } from './embeddedStore.ts';
import { openHome } from './home.ts';
import { chosenModels, modelRoots, startModels } from './modelsOf.ts';
import { durationText } from './progressLine.ts';
import { usage } from './usage.ts';

const HELP = `
nightjar rescore: scores stored alerts where a model's numbers are missing.

Use: nightjar rescore [OPTIONS]

Fills what is "not done" because a model was missing or failed, and applies models and versions that came later to the
alerts that are stored, with the light curves that were known then. Cutouts come from the store; where they were dropped
to keep the budget, networks that need them cannot run. Nothing is overwritten: earlier scores stay. Stopped or killed,
the same command goes on where it stopped.

  --model NAME[@VERSION]   only this model; may be repeated (those that score new alerts)
  --night DATE             only this night, YYYY-MM-DD
  --from DATE, --to DATE   only these nights
  --origin ORIGIN          only real, test or simulated alerts
  --again                  also alerts that could not be scored for a reason of their own (a missing number or cutout)
  --batch-rows N           alerts in a batch (512)
  --slot NAME              the writer's name (rescore)

Exit codes: 0 nothing is missing any more, 1 failed, stopped or some numbers are still not done, 2 the command line makes no sense.
`;

interface Request {
	readonly models: readonly string[] | null;
	readonly nightFrom: string;
	readonly nightTo: string;
	readonly origin: string | undefined;
	readonly again: boolean;
	readonly batchRows: number;
	readonly slot: string;
}

function dateOf(name: string, text: string): string {
	if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || nightFromText(text) === null) {
		throw new UsageError(`--${name} must be a date like 2026-11-20; it is "${text}".`);
	}
	return text;
}

/** Reads the words after `rescore`. */
export function readRescoreRequest(args: readonly string[]): Request {
	const { values } = usage(() =>
		parseArgs({
			args: [...args],
			options: {
				model: { type: 'string', multiple: true },
				night: { type: 'string' },
				from: { type: 'string' },
				to: { type: 'string' },
				origin: { type: 'string' },
				again: { type: 'boolean' },
				'batch-rows': { type: 'string' },
				slot: { type: 'string' },
			},
		}),
	);
	if (values.night !== undefined && (values.from !== undefined || values.to !== undefined)) {
		throw new UsageError('Give either --night, or --from and --to.');
	}
	if (values.origin !== undefined && !ORIGINS.some((origin) => origin === values.origin)) {
		throw new UsageError(`--origin is one of ${ORIGINS.join(', ')}; it is "${values.origin}".`);
	}
	const batchRows = Number(values['batch-rows'] ?? 512);
	if (!Number.isSafeInteger(batchRows) || batchRows < 1 || batchRows > 10_000) {
		throw new UsageError('--batch-rows must be a whole number from 1 to 10000.');
	}
	const slot = values.slot ?? 'rescore';
	if (!/^[a-z][a-z0-9-]{0,31}$/.test(slot)) {
		throw new UsageError(
			`--slot takes lower-case letters, digits and dashes, at most 32, a letter first; it is "${slot}".`,
		);
	}
	return {
		models: values.model ?? null,
		nightFrom: dateOf('from', values.night ?? values.from ?? '1970-01-01'),
		nightTo: dateOf('to', values.night ?? values.to ?? '2148-12-31'),
		origin: values.origin,
		again: values.again === true,
		batchRows,
		slot,
	};
}

async function modelsFor(request: Request, config: Config, install: string): Promise<readonly ModelFolder[]> {
	if (request.models === null) return chosenModels(config, install, console.log);
	return chosenModels({ ...config, models: request.models }, install, console.log);
}

function line({ due, alerts, done, unfit, notDone }: RescoreProgress, seconds: number): string {
	const rate = seconds > 0 ? alerts / seconds : 0;
	const share = due > 0 ? `${Math.min(100, Math.floor((100 * alerts) / due))} %, ` : '';
	const left = rate > 0 && due > alerts ? `, ${durationText((due - alerts) / rate)} left` : '';
	const unable = unfit > 0 ? `, ${unfit} of alerts that lack an input` : '';
	const missing = notDone > 0 ? `, ${notDone} not done` : '';
	return `${share}${alerts} alerts, ${done} scores${unable}${missing}, ${rate.toFixed(0)}/s${left}`;
}

async function run({ args, install, version }: Invocation): Promise<number> {
	const request = readRescoreRequest(args);
	const config = readConfig();
	await openHome(config.home);
	const folders = await modelsFor(request, config, install);
	if (folders.length === 0) {
		console.log('No model is installed: "nightjar models list" shows which can be.');
		return EXIT.failed;
	}
	const release = takeSlot(join(config.home, 'slots'), request.slot);
	const stop = new AbortController();
	const end = (): void => {
		if (stop.signal.aborted) process.exit(EXIT.failed);
		stop.abort();
	};
	process.on('SIGINT', end);
	process.on('SIGTERM', end);
	const { store, child } = await ensureStore(config, install, () => undefined, stop.signal);
	const opened: Models[] = [];
	const open = (models: readonly ModelFolder[]): Models => {
		const started = startModels(config, install, models, console.log);
		opened.push(started);
		return started;
	};
	try {
		const { migrate } = await import('#clickhouse/migrate.ts');
		await migrate(store, { cluster: config.cluster });
		const startedAt = performance.now();
		const seconds = (): number => (performance.now() - startedAt) / 1000;
		let shownAt = 0;
		const progress = await runRescore({
			store,
			slot: request.slot,
			scorer: open(folders),
			scorerOf: async (keys) => {
				const { models } = await readModelFolders(modelRoots(config, install));
				const wanted = models.filter(({ manifest }) => keys.includes(modelKey(manifest)));
				return wanted.length === keys.length ? open(chooseModels(wanted, keys)) : null;
			},
			nightFrom: request.nightFrom,
			nightTo: request.nightTo,
			origins: ORIGINS.filter((origin) => request.origin === undefined || origin === request.origin),
			inputReason: INPUT_REASON,
			again: request.again,
			batchRows: request.batchRows,
			codeVersion: version,
			onProgress: (now) => {
				if (Date.now() - shownAt < (process.stdout.isTTY ? 200 : 10_000)) return;
				shownAt = Date.now();
				console.log(line(now, seconds()));
			},
			signal: stop.signal,
		});
		console.log(progress.due === 0 && progress.alerts === 0 ? 'No scores are missing.' : line(progress, seconds()));
		if (stop.signal.aborted) console.log('Stopped before the end; the same command goes on where it stopped.');
		return stop.signal.aborted || progress.notDone > 0 ? EXIT.failed : EXIT.done;
	} finally {
		for (const models of opened) await models.close();
		await store.close();
		await child?.stop();
		release();
	}
}

export const rescore: Subcommand = { help: HELP, run };
