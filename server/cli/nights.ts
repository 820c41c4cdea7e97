import { userInfo } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ORIGINS, type Origin } from '#lib/alert/survey.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';
import { nightFromText, nightText } from '#lib/astro/time.ts';
import { readNightStates, type NightState } from '#clickhouse/read/nightStates.ts';
import type { Store } from '#clickhouse/store.ts';
import { type Config, readConfig } from '#server/config.ts';
import { AfterNights } from '#server/ingest/afterNight.ts';
import { closeByHand, closedBy, finishClosing, OPERATOR_SLOT, overAtMs, QUIET_MS } from '#server/ingest/closing.ts';
import { SlotTaken, takeSlot } from '#server/ingest/store/slot.ts';
import { CommandError, EXIT, type Invocation, type Subcommand, UsageError } from './command.ts';
import { ensureStore } from './embeddedStore.ts';
import { openHome } from './home.ts';
import { sinkOf, stopOnSignal } from './ingest.ts';
import { durationText } from './progressLine.ts';
import { usage } from './usage.ts';

const HELP = `
nightjar nights: which nights are open, and closing one by hand.

Use: nightjar nights [--open] [--survey NAME] [--origin ORIGIN] [--last N]
     nightjar nights close NIGHT... [--survey NAME] [--origin ORIGIN] [--early]

A night of a survey closes by itself once it is over, nothing came for half an hour and nothing waits in the broker; a finite source
closes its nights when it ends. Where a broker stays away nobody can say that nothing waits: close the night by hand. What comes
later is stored and counted as late. Filters that run after the night then run on it once. Closing a closed night changes nothing.

  NIGHT             YYYY-MM-DD
  --open            only open nights
  --survey NAME     only this survey
  --origin ORIGIN   only real, test or simulated alerts. Unless it is given, close leaves simulated ones out: the simulation
                    closes its own nights
  --last N          list the last N nights (14)
  --early           close a night although it is not over, or alerts came within the last half hour

Exit codes: 0 done, 1 refused or failed, 2 the command line makes no sense.
`;

interface Request {
	/** Days since 1970-01-01; null to list. */
	readonly close: readonly number[] | null;
	readonly surveys: readonly string[];
	/** Null where none was named. */
	readonly origin: Origin | null;
	readonly open: boolean;
	readonly early: boolean;
	readonly last: number;
}

function nightOf(text: string): number {
	const night = /^\d{4}-\d{2}-\d{2}$/.test(text) ? nightFromText(text) : null;
	// the store's dates are 16 bits
	if (night === null || night < 0 || night > 65_535) {
		throw new UsageError(`A night is a date like 2026-11-20; it is "${text}".`);
	}
	return night;
}

/** Reads the words after `nights`. */
export function readNightsRequest(args: readonly string[]): Request {
	const { values, positionals } = usage(() =>
		parseArgs({
			args: [...args],
			allowPositionals: true,
			options: {
				open: { type: 'boolean' },
				survey: { type: 'string' },
				origin: { type: 'string' },
				early: { type: 'boolean' },
				last: { type: 'string' },
			},
		}),
	);
	const [verb, ...nights] = positionals;
	if (verb !== undefined && verb !== 'close') {
		throw new UsageError(`"nights" lists them and "nights close NIGHT" closes one; it was told "${verb}".`);
	}
	const close = verb === 'close';
	if (close && nights.length === 0) throw new UsageError('Which night? nightjar nights close 2026-11-20.');
	if (close && (values.open === true || values.last !== undefined)) {
		throw new UsageError('--open and --last go with the list, not with close.');
	}
	if (!close && values.early === true) throw new UsageError('--early goes with close.');
	const names = SURVEYS.map(({ name }) => name);
	if (values.survey !== undefined && !names.includes(values.survey)) {
		throw new UsageError(`--survey is one of ${names.join(', ')}; it is "${values.survey}".`);
	}
	const origin = values.origin === undefined ? null : ORIGINS.find((one) => one === values.origin);
	if (origin === undefined) {
		throw new UsageError(`--origin is one of ${ORIGINS.join(', ')}; it is "${values.origin ?? ''}".`);
	}
	const last = Number(values.last ?? 14);
	if (!Number.isSafeInteger(last) || last < 1 || last > 10_000) {
		throw new UsageError(`--last must be a whole number from 1 to 10000; it is "${values.last ?? ''}".`);
	}
	return {
		close: close ? [...new Set(nights.map(nightOf))].sort((a, b) => a - b) : null,
		surveys: values.survey === undefined ? names : [values.survey],
		origin,
		open: values.open === true,
		early: values.early === true,
		last,
	};
}

const utc = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const REASONS = { sourceEnded: 'its source ended', idle: 'nothing came any more', operator: 'by hand' } as const;

/** How a night stands, in words. */
export function nightStateText({ closing, newestMs, ...night }: NightState, nowMs: number): string {
	if (closing !== null) {
		const by = closing.reason === 'operator' ? closedBy(closing) : null;
		return `closed ${utc(closing.atMs)}, ${REASONS[closing.reason]}${by === null ? '' : ` (${by})`}`;
	}
	const over = overAtMs(night);
	if (over > nowMs) return `open, over at ${utc(over)}`;
	return newestMs === null
		? 'open'
		: `open, newest alert ${durationText(Math.max(0, Math.round((nowMs - newestMs) / 1000)))} ago`;
}

const named = ({ survey, origin, night }: NightState): string =>
	`${nightText(night)} of ${survey}${origin === 'real' ? '' : ` (${origin})`}`;

function printTable(rows: readonly (readonly string[])[]): void {
	const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
	for (const row of rows) {
		const cells = row.map((cell, i) => (i === 3 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)));
		console.log(cells.join('  ').trimEnd());
	}
}

async function list(store: Store, { surveys, origin, open, last }: Request): Promise<number> {
	const asked = { from: '1970-01-01', to: '2149-06-06', surveys, ...(origin === null ? {} : { origins: [origin] }) };
	const states = await readNightStates(store, asked);
	const newest = [...new Set(states.map(({ night }) => night))].slice(0, last);
	const shown = states.filter(({ night, closing }) => newest.includes(night) && (!open || closing === null));
	if (shown.length === 0) {
		console.log(states.length === 0 ? 'No night has alerts yet.' : 'Every night listed is closed.');
		return EXIT.done;
	}
	const now = Date.now();
	printTable([
		['night', 'survey', 'origin', 'alerts', 'state'],
		...shown.map((one) => [
			...[nightText(one.night), one.survey, one.origin, String(one.alerts)],
			nightStateText(one, now),
		]),
	]);
	return EXIT.done;
}

/** Why a night ought to stay open; null for no reason. */
export function reasonAgainst(night: NightState, nowMs: number): string | null {
	const over = overAtMs(night);
	if (over > nowMs) return `${named(night)} is not over until ${utc(over)}`;
	if (night.newestMs !== null && nowMs - night.newestMs < QUIET_MS) {
		const minutes = Math.max(0, Math.floor((nowMs - night.newestMs) / 60_000));
		return `alerts of ${named(night)} came ${minutes} min ago`;
	}
	return null;
}

/** The nights that were asked for; throws a sentence where nothing is stored of one. */
async function askedFor(store: Store, request: Request, nights: readonly number[]): Promise<NightState[]> {
	const { surveys, origin } = request;
	const from = nightText(Math.min(...nights));
	const to = nightText(Math.max(...nights));
	const states = (await readNightStates(store, { from, to, surveys })).filter(({ night }) => nights.includes(night));
	const wanted = states.filter((one) => (origin === null ? one.origin !== 'simulated' : one.origin === origin));
	const missing = nights.find((night) => !wanted.some((one) => one.night === night));
	if (missing === undefined) return wanted;
	const simulated = origin === null && states.some(({ night }) => night === missing);
	const of = [
		...(surveys.length === 1 ? [`of ${surveys.join('')}`] : []),
		...(origin === null ? [] : [`of origin ${origin}`]),
	];
	throw new UsageError(
		simulated
			? `${nightText(missing)} has only simulated alerts, whose nights the simulation closes; --origin simulated closes them here.`
			: `${nightText(missing)} has no alerts${of.length > 0 ? ` ${of.join(' ')}` : ''}: nightjar nights lists the nights that have.`,
	);
}

function accountName(): string {
	try {
		return userInfo().username;
	} catch {
		// a system that has no name for who runs this
		return `user ${process.getuid?.() ?? '?'}`;
	}
}

/** Closes what is open of the nights asked for; answers how many were. */
async function closeOpen(store: Store, request: Request, nights: readonly number[], version: string): Promise<number> {
	await finishClosing(store, version);
	const states = await askedFor(store, request, nights);
	const now = Date.now();
	const open = states.filter(({ closing }) => closing === null);
	const against = request.early
		? null
		: (open.map((one) => reasonAgainst(one, now)).find((why) => why !== null) ?? null);
	if (against !== null) {
		throw new CommandError(
			`Nothing was closed: ${against}. Wait, name another survey with --survey, or close it all the same with --early.`,
		);
	}
	await closeByHand(store, open, { by: accountName(), codeVersion: version });
	for (const one of await askedFor(store, request, nights)) {
		if (one.closing === null)
			throw new CommandError(`${named(one)} is still open: someone else closed nights meanwhile. Try again.`);
		const before = !open.some(
			({ survey, origin, night }) => survey === one.survey && origin === one.origin && night === one.night,
		);
		console.log(
			before
				? `${named(one)} was closed before: ${nightStateText(one, now)}.`
				: `${named(one)} is closed: ${one.alerts} ${one.alerts === 1 ? 'alert' : 'alerts'}.`,
		);
	}
	return open.length;
}

/** Runs the filters that wait for the end of a night, unless a running ingest does. */
async function runFilters(store: Store, config: Config, version: string, signal: AbortSignal): Promise<void> {
	const sink = sinkOf(config, console.log);
	const chore = new AfterNights(store, { codeVersion: version, log: console.log, ...(sink === null ? {} : { sink }) });
	try {
		const release = takeSlot(join(config.home, 'slots'), chore.slot);
		try {
			const ran = await chore.once(signal);
			if (ran > 0) console.log(`Filters that run after the night were run: ${ran}.`);
		} finally {
			release();
		}
	} catch (error) {
		if (!(error instanceof SlotTaken)) throw error;
		console.log('Filters that run after the night are run by the ingest that is at work, within half a minute.');
	} finally {
		await sink?.close();
	}
}

async function run({ args, install, version }: Invocation): Promise<number> {
	const request = readNightsRequest(args);
	const config = readConfig();
	await openHome(config.home);
	const stop = stopOnSignal();
	const { store, child } = await ensureStore(config, install, () => undefined, stop.signal);
	try {
		const { migrate } = await import('#clickhouse/migrate.ts');
		await migrate(store, { cluster: config.cluster });
		if (request.close === null) return await list(store, request);
		const release = takeSlot(join(config.home, 'slots'), OPERATOR_SLOT);
		try {
			await closeOpen(store, request, request.close, version);
		} finally {
			release();
		}
		await runFilters(store, config, version, stop.signal);
		return EXIT.done;
	} finally {
		await store.close();
		await child?.stop();
	}
}

export const nights: Subcommand = { help: HELP, run };
