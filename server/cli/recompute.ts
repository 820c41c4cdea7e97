import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FEATURE_VERSION } from '#lib/alert/features.ts';
import { ORIGINS } from '#lib/alert/survey.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';
import { nightFromText } from '#lib/astro/time.ts';
import { readConfig } from '#server/config.ts';
import { runRecompute, type RecomputeProgress } from '#server/ingest/store/recompute.ts';
import { takeSlot } from '#server/ingest/store/slot.ts';
import { EXIT, type Invocation, type Subcommand, UsageError } from './command.ts';
import { ensureStore } from './embeddedStore.ts';
import { openHome } from './home.ts';
import { durationText } from './progressLine.ts';
import { usage } from './usage.ts';

const HELP = `
nightjar recompute: computes the features of stored alerts again, by the formulas of this version of Nightjar.

Use: nightjar recompute [OPTIONS]

Each alert's light curve is the one that was known when it came. Nothing is overwritten: the new features stand beside the
old ones with their version, and readers are shown the newest unless they ask for another. Stopped or killed, the same
command goes on where it stopped.

  --feature-version V      only alerts whose own features are of version V; "none" for those that have none
  --night DATE             only this night, YYYY-MM-DD
  --from DATE, --to DATE   only these nights
  --survey NAME            only this survey
  --origin ORIGIN          only real, test or simulated alerts
  --batch-rows N           alerts in a batch, about (2000)
  --slot NAME              the writer's name (recompute)

Exit codes: 0 every alert asked for has them, 1 failed or stopped, 2 the command line makes no sense.
`;

interface Request {
	readonly surveys: readonly string[];
	readonly nightFrom: string;
	readonly nightTo: string;
	readonly origin: string | undefined;
	readonly made: readonly string[];
	readonly batchRows: number;
	readonly slot: string;
}

function dateOf(name: string, text: string): string {
	if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || nightFromText(text) === null) {
		throw new UsageError(`--${name} must be a date like 2026-11-20; it is "${text}".`);
	}
	return text;
}

/** Reads the words after `recompute`. */
export function readRecomputeRequest(args: readonly string[]): Request {
	const { values } = usage(() =>
		parseArgs({
			args: [...args],
			options: {
				'feature-version': { type: 'string' },
				night: { type: 'string' },
				from: { type: 'string' },
				to: { type: 'string' },
				survey: { type: 'string' },
				origin: { type: 'string' },
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
	const names = SURVEYS.map(({ name }) => name);
	if (values.survey !== undefined && !names.includes(values.survey)) {
		throw new UsageError(`--survey is one of ${names.join(', ')}; it is "${values.survey}".`);
	}
	const made = values['feature-version'];
	if (made === FEATURE_VERSION) {
		throw new UsageError(
			`Version ${FEATURE_VERSION} is the one this Nightjar computes: alerts that have it need nothing. Name an older one, or leave --feature-version out.`,
		);
	}
	const batchRows = Number(values['batch-rows'] ?? 2000);
	if (!Number.isSafeInteger(batchRows) || batchRows < 1 || batchRows > 10_000) {
		throw new UsageError('--batch-rows must be a whole number from 1 to 10000.');
	}
	const slot = values.slot ?? 'recompute';
	if (!/^[a-z][a-z0-9-]{0,31}$/.test(slot)) {
		throw new UsageError(
			`--slot takes lower-case letters, digits and dashes, at most 32, a letter first; it is "${slot}".`,
		);
	}
	return {
		surveys: values.survey === undefined ? names : [values.survey],
		nightFrom: dateOf('from', values.night ?? values.from ?? '1970-01-01'),
		nightTo: dateOf('to', values.night ?? values.to ?? '2148-12-31'),
		origin: values.origin,
		made: made === undefined ? [] : [made === 'none' ? '' : made],
		batchRows,
		slot,
	};
}

function line({ due, alerts }: RecomputeProgress, seconds: number): string {
	const rate = seconds > 0 ? alerts / seconds : 0;
	const share = due > 0 ? `${Math.min(100, Math.floor((100 * alerts) / due))} %, ` : '';
	const left = rate > 0 && due > alerts ? `, ${durationText((due - alerts) / rate)} left` : '';
	return `${share}${alerts} alerts, ${rate.toFixed(0)}/s${left}`;
}

async function run({ args, install, version }: Invocation): Promise<number> {
	const request = readRecomputeRequest(args);
	const config = readConfig();
	await openHome(config.home);
	const release = takeSlot(join(config.home, 'slots'), request.slot);
	const stop = new AbortController();
	const end = (): void => {
		if (stop.signal.aborted) process.exit(EXIT.failed);
		stop.abort();
	};
	process.on('SIGINT', end);
	process.on('SIGTERM', end);
	const { store, child } = await ensureStore(config, install, () => undefined, stop.signal);
	try {
		const { migrate } = await import('#clickhouse/migrate.ts');
		await migrate(store, { cluster: config.cluster });
		const startedAt = performance.now();
		const seconds = (): number => (performance.now() - startedAt) / 1000;
		let shownAt = 0;
		const progress = await runRecompute({
			store,
			slot: request.slot,
			surveys: request.surveys,
			nightFrom: request.nightFrom,
			nightTo: request.nightTo,
			origins: ORIGINS.filter((origin) => request.origin === undefined || origin === request.origin),
			made: request.made,
			batchRows: request.batchRows,
			codeVersion: version,
			onProgress: (now) => {
				if (Date.now() - shownAt < (process.stdout.isTTY ? 200 : 10_000)) return;
				shownAt = Date.now();
				console.log(line(now, seconds()));
			},
			signal: stop.signal,
		});
		const nothing = progress.due === 0 && progress.alerts === 0;
		console.log(
			nothing
				? `Every alert asked for has features of version ${FEATURE_VERSION}.`
				: `Features of version ${FEATURE_VERSION}: ${line(progress, seconds())}`,
		);
		if (stop.signal.aborted) console.log('Stopped before the end; the same command goes on where it stopped.');
		return stop.signal.aborted ? EXIT.failed : EXIT.done;
	} finally {
		await store.close();
		await child?.stop();
		release();
	}
}

export const recompute: Subcommand = { help: HELP, run };
