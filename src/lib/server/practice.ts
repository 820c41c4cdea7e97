import { readAlertRows } from '#clickhouse/read/alertRows.ts';
import { readLightCurve } from '#clickhouse/read/lightCurve.ts';
import { readNights } from '#clickhouse/read/nights.ts';
import { readCrossmatches } from '#clickhouse/read/objectMatches.ts';
import {
	readPracticeAlerts,
	readPracticeNights,
	type KnownAlert,
	type PracticeNight,
} from '#clickhouse/read/practice.ts';
import type { ShownPoint } from '#lib/alert/lightCurve.ts';
import { nearestFirst, type ObjectMatches } from '#lib/alert/matches.ts';
import {
	drawRound,
	familyOf,
	familyOfClass,
	judgementsOf,
	ROUND_SIZES,
	scoreRound,
	type Family,
	type Judgement,
	type RoundScore,
} from '#lib/alert/practice.ts';
import type { AlertRow } from '#lib/alert/views.ts';
import { nightFromText } from '#lib/astro/time.ts';
import type { PortalLocals } from './portal.ts';
import { ProblemError } from './problem.ts';

/** A candidate as the one who judges sees it: nothing of what it is, nor of what came after it. */
export interface PracticeView {
	readonly alert: Omit<AlertRow, 'class' | 'classScore' | 'classModel'>;
	/** Up to the alert. */
	readonly points: readonly ShownPoint[];
	readonly matches: ObjectMatches;
}

/** A candidate after the round. */
export interface PracticeAnswer {
	readonly survey: string;
	readonly objectId: string;
	readonly alertId: string;
	readonly family: Family;
	/** As the simulator names it. */
	readonly class: string;
	readonly redshift: number | null;
	readonly said: Judgement;
	/** Class that this broker gave the alert, '' = none. */
	readonly given: string;
}

/** A round as its address says it: asked by now, and what is next; or what it came to. */
export interface PracticeRound {
	readonly night: string;
	readonly seed: number;
	readonly said: readonly Judgement[];
	readonly size: number;
	/** Null when all are judged. */
	readonly next: PracticeView | null;
	/** The one after it, so that its cutouts can be fetched ahead. */
	readonly ahead: { readonly survey: string; readonly alertId: string } | null;
	readonly result: {
		readonly score: RoundScore;
		readonly answers: readonly PracticeAnswer[];
		/** The same judged by the classes that this broker gave. */
		readonly broker: RoundScore;
	} | null;
}

/** Nights that can be practised on: simulated, closed for every survey, and their truth is known. */
export async function practiceNights({ store, scope }: PortalLocals): Promise<PracticeNight[]> {
	const [nights, counted] = await Promise.all([readPracticeNights(store, scope), readNights(store, scope)]);
	const open = new Set(counted.filter(({ closed }) => !closed).map(({ night }) => night));
	return nights.filter(({ night }) => !open.has(night));
}

interface Asked {
	readonly night: string;
	readonly seed: number;
	readonly size: number;
	readonly said: string;
}

/** What the address of a round asks for; null where it asks for none. */
export function askedRound(asked: URLSearchParams): Asked | null {
	const night = asked.get('night');
	if (night === null) return null;
	const seed = Number(asked.get('seed') ?? '1');
	const size = Number(asked.get('n') ?? ROUND_SIZES[0]);
	if (!/^\d{4}-\d{2}-\d{2}$/.test(night) || nightFromText(night) === null)
		throw new ProblemError(400, 'The night must be a date such as 2026-11-19.');
	if (!Number.isInteger(seed) || seed < 0 || seed > 4_294_967_295)
		throw new ProblemError(400, 'The round must be a whole number from 0 to 4294967295.');
	if (!Number.isInteger(size) || size < 1 || size > 200)
		throw new ProblemError(400, 'A round has 1 to 200 candidates.');
	return { night, seed, size, said: asked.get('said') ?? '' };
}

function redshiftOf(parameters: string): number | null {
	const read: unknown = JSON.parse(parameters);
	const z = typeof read === 'object' && read !== null && 'z' in read ? read.z : null;
	return typeof z === 'number' ? z : null;
}

async function readView({ store, scope }: PortalLocals, asked: KnownAlert): Promise<PracticeView | null> {
	const [row] = await readAlertRows(store, scope, [asked]);
	if (row === undefined) return null;
	const { class: _class, classScore: _score, classModel: _model, ...alert } = row;
	const [points, runs] = await Promise.all([
		readLightCurve(store, scope, alert, { asOf: { upToMjd: alert.mjd + 1e-6 } }),
		readCrossmatches(store, scope, alert),
	]);
	return { alert, points, matches: { runs, matches: nearestFirst(runs) } };
}

async function resultOf(
	{ store, scope }: PortalLocals,
	drawn: readonly KnownAlert[],
	said: readonly Judgement[],
): Promise<PracticeRound['result']> {
	const rows = await readAlertRows(store, scope, drawn);
	const given = new Map(rows.map((row) => [`${row.survey}/${row.alertId}`, row.class]));
	const answers = drawn.map((one, i): PracticeAnswer => ({
		survey: one.survey,
		objectId: one.objectId,
		alertId: one.alertId,
		family: familyOf(one.class, one.group),
		class: one.class,
		redshift: redshiftOf(one.parameters),
		said: said[i] ?? '-',
		given: given.get(`${one.survey}/${one.alertId}`) ?? '',
	}));
	const truth = answers.map(({ family }) => family);
	const asJudgement: Readonly<Record<Family, Judgement>> = {
		explosion: 's',
		star: 'v',
		agn: 'a',
		sso: 'm',
		bogus: 'x',
	};
	const broker = answers.map(({ given: key }): Judgement => {
		const family = familyOfClass(key);
		return family === null ? '-' : asJudgement[family];
	});
	return { score: scoreRound(truth, said), answers, broker: scoreRound(truth, broker) };
}

/** Rounds kept, for readers who are in the midst of one; a closed night draws the same again. */
const MOST_ROUNDS = 100;
const rounds = new WeakMap<PortalLocals['store'], Map<string, Promise<readonly KnownAlert[]>>>();

async function drawAnew(locals: PortalLocals, { night, seed, size }: Asked): Promise<readonly KnownAlert[]> {
	const nights = await practiceNights(locals);
	if (!nights.some((one) => one.night === night))
		throw new ProblemError(404, `The night ${night} is not among the simulated nights that can be practised on.`);
	return drawRound(await readPracticeAlerts(locals.store, locals.scope, { night, seed }), size);
}

async function drawnFor(locals: PortalLocals, asked: Asked): Promise<readonly KnownAlert[]> {
	const kept = rounds.get(locals.store) ?? new Map<string, Promise<readonly KnownAlert[]>>();
	rounds.set(locals.store, kept);
	const key = JSON.stringify([locals.scope, asked.night, asked.seed, asked.size]);
	const known = kept.get(key) ?? drawAnew(locals, asked);
	kept.set(key, known);
	const oldest = kept.keys().next();
	if (kept.size > MOST_ROUNDS && !oldest.done) kept.delete(oldest.value);
	try {
		return await known;
	} catch (error) {
		kept.delete(key);
		throw error;
	}
}

/** A round at the place that its address says; what was really there only once all is judged. */
export async function readRound(locals: PortalLocals, asked: Asked): Promise<PracticeRound> {
	const drawn = await drawnFor(locals, asked);
	const said = judgementsOf(asked.said, drawn.length);
	const current = drawn[said.length];
	const after = drawn[said.length + 1];
	return {
		night: asked.night,
		seed: asked.seed,
		said,
		size: drawn.length,
		next: current === undefined ? null : await readView(locals, current),
		ahead: after === undefined ? null : { survey: after.survey, alertId: after.alertId },
		result: current === undefined ? await resultOf(locals, drawn, said) : null,
	};
}
