import { BusyError } from './slots.ts';
import { StatementError } from './statement.ts';

/** An error as HTTP shows it: ClickHouse's code and name, and a sentence. */
export interface Problem {
	readonly status: number;
	readonly code: number;
	readonly text: string;
}

/** Refused before the engine saw it. */
export class Refusal extends Error {
	override readonly name = 'Refusal';
	constructor(
		readonly status: number,
		readonly code: number,
		readonly label: string,
		message: string,
	) {
		super(message);
	}
}

const NOT_FOUND = new Set([46, 47, 60, 81, 111]);
const BAD_REQUEST = new Set([6, 26, 27, 33, 36, 41, 42, 43, 50, 53, 62, 69, 70, 72, 115, 117, 130, 131, 386, 456, 457]);
const DENIED = new Set([164, 392, 497, 516]);

function statusOf(code: number): number {
	if (NOT_FOUND.has(code)) return 404;
	if (BAD_REQUEST.has(code)) return 400;
	if (DENIED.has(code)) return 403;
	if (code === 159) return 408;
	if (code === 202 || code === 236 || code === 252) return 503;
	return 500;
}

function problem(status: number, code: number, label: string, sentence: string): Problem {
	return { status, code, text: `Code: ${String(code)}. DB::Exception: ${sentence} (${label})\n` };
}

/** What to answer when a request failed; `dataFolder` names the disk in the sentence about a full one. */
export function problemOf(error: unknown, dataFolder: string): Problem {
	if (error instanceof Refusal) return problem(error.status, error.code, error.label, error.message);
	if (error instanceof BusyError) return problem(503, 202, 'TOO_MANY_SIMULTANEOUS_QUERIES', error.message);
	if (error instanceof StatementError) return problem(400, 62, 'SYNTAX_ERROR', error.message);
	const message = error instanceof Error ? error.message : String(error);
	if (/No space left on device|ENOSPC|errno: 28|NOT_ENOUGH_SPACE/.test(message)) {
		const sentence = `The disk that holds ${dataFolder} is full. Free some space, then send the same again.`;
		return problem(507, 243, 'NOT_ENOUGH_SPACE', sentence);
	}
	const code = Number(/Code: (\d+)\./.exec(message)?.[1] ?? 1001);
	const text = message.startsWith('Code:') ? message : `Code: ${String(code)}. DB::Exception: ${message}`;
	// the engine nests one message in another
	return {
		status: statusOf(code),
		code,
		text: `${text.replace(/^(Code: \d+\. DB::Exception: )(?:Code: \d+\. DB::Exception: )+/, '$1')}\n`,
	};
}

/** Why the store cannot start, in a sentence for the operator; `holder` is the living process that holds the folder, if any. */
export function startProblem(error: unknown, folder: string, holder: number | null): string {
	const message = error instanceof Error ? error.message : String(error);
	if (holder !== null) {
		return `${folder} is in use by the store process ${String(holder)}. Stop it, or choose another folder with NIGHTJAR_HOME.`;
	}
	if (/EROFS|EACCES|EPERM|Permission denied|Read-only file system/i.test(message)) {
		return `${folder} cannot be written. Make it writable for this user, or choose another folder with NIGHTJAR_HOME.`;
	}
	if (/ENOSPC|No space left/i.test(message))
		return `The disk that holds ${folder} is full. Free some space and start again.`;
	return `The store cannot open ${folder}: ${message}`;
}
