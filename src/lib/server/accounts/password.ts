import { hash, parseOptions, verify } from '@node-rs/argon2';
import { ProblemError } from '../problem.ts';

/** Argon2id with 19 MiB, two passes and one lane, about 10 ms (OWASP's second choice). */
const COST = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
export const PASSWORD_LENGTH = { min: 10, max: 200 } as const;
/** More at once would only fill memory, 19 MiB each. */
const AT_ONCE = 4;
const WAITING = 64;

let running = 0;
const waiting: (() => void)[] = [];

/** Runs a hash when its turn comes; refuses when too many wait. */
async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
	if (running >= AT_ONCE) {
		if (waiting.length >= WAITING) {
			throw new ProblemError(503, 'Too many people sign in at this moment: try again in a few seconds.', undefined, {
				'retry-after': '5',
			});
		}
		await new Promise<void>((resolve) => waiting.push(resolve));
	} else running += 1;
	try {
		return await work();
	} finally {
		const next = waiting.shift();
		if (next === undefined) running -= 1;
		else next();
	}
}

/** What everyone tries first, without digits and signs at the end. */
const COMMON =
	/^(?:password|passw0rd|qwerty(?:uiop)?|letmein|welcome|iloveyou|admin(?:istrator)?|nightjar|astronomy|abc|changeme|test|secret|trustno|dragon|monkey|football|baseball|superman)*[\d!.?_-]*$/i;

/** Why a password cannot be taken, in a sentence; null when it can. */
export function passwordProblem(password: string, person: { email: string; name: string }): string | null {
	const { min, max } = PASSWORD_LENGTH;
	if (password.length < min) return `Choose a password of at least ${min} characters; a few words do well.`;
	if (password.length > max) return `Choose a password of at most ${max} characters.`;
	if (COMMON.test(password) || new Set(password).size < 4)
		return 'This password is among the first that are guessed: choose another.';
	const own = [person.email, person.email.split('@')[0] ?? '', person.name].map((text) => text.toLowerCase());
	if (own.includes(password.toLowerCase())) return 'Choose a password that is not your name or address.';
	return null;
}

/** The hash that is kept of a password. */
export function hashPassword(password: string): Promise<string> {
	return inTurn(() => hash(password.normalize('NFKC'), COST));
}

let decoy: Promise<string> | null = null;

/** Whether the password is right. Takes as long where there is none to compare with, so that the time tells nothing. */
export async function isPassword(stored: string | null, password: string): Promise<boolean> {
	if (password.length > PASSWORD_LENGTH.max) return false;
	decoy ??= hashPassword('nobody has this one');
	const against = stored ?? (await decoy);
	const right = await inTurn(() => verify(against, password.normalize('NFKC')));
	return stored !== null && right;
}

/** Whether a kept hash was made with less than is asked for now. */
export function isWeak(stored: string): boolean {
	const { memoryCost, timeCost } = parseOptions(stored);
	return memoryCost < COST.memoryCost || timeCost < COST.timeCost;
}
