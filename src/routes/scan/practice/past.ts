import { keptList } from '#lib/components/look/keptList.ts';

const MOST = 50;

/** A finished round as this browser remembers it. */
export interface PastRound {
	readonly night: string;
	readonly seed: number;
	readonly said: string;
	readonly right: number;
	readonly asked: number;
	readonly purity: number | null;
	readonly completeness: number | null;
}

function isPast(value: unknown): value is PastRound {
	return (
		typeof value === 'object' &&
		value !== null &&
		'night' in value &&
		'seed' in value &&
		typeof value.seed === 'number' &&
		'said' in value &&
		typeof value.said === 'string' &&
		'right' in value &&
		'asked' in value
	);
}

const ROUNDS = keptList('nightjar-practice', isPast);

/** Finished rounds, newest first; none where the browser keeps nothing. */
export const pastRounds = (): PastRound[] => ROUNDS.read();

/** Remembers a finished round, once. */
export function rememberRound(round: PastRound): void {
	const others = pastRounds().filter(
		(one) => one.night !== round.night || one.seed !== round.seed || one.said !== round.said,
	);
	ROUNDS.keep([round, ...others].slice(0, MOST));
}
