/** An answer that went wrong by the reader's doing or ours, told in a sentence that says what to do (RFC 9457). */
export interface Problem {
	readonly status: number;
	readonly title: string;
	readonly detail: string;
	/** Single faults of a request: which parameter and what is wrong with it. */
	readonly errors?: readonly { readonly parameter: string; readonly message: string }[];
}

const TITLES: Readonly<Record<number, string>> = {
	400: 'The request cannot be understood',
	401: 'Sign in first',
	403: 'Refused',
	404: 'Not found',
	405: 'Not possible here',
	406: 'No such format',
	409: 'Not as it is now',
	410: 'Gone',
	422: 'Cannot be used as it is',
	413: 'Too large',
	429: 'Too many requests',
	500: 'Something broke',
	501: 'Not built yet',
	503: 'The store does not answer',
	504: 'The question took too long',
};

/** Thrown where a request cannot go on; routes and hooks turn it into an answer. */
export class ProblemError extends Error {
	override readonly name = 'ProblemError';
	readonly problem: Problem;
	constructor(
		status: number,
		detail: string,
		errors?: readonly { readonly parameter: string; readonly message: string }[],
		readonly headers: Readonly<Record<string, string>> = {},
	) {
		super(detail);
		this.problem = {
			status,
			title: TITLES[status] ?? 'Problem',
			detail,
			...(errors === undefined ? {} : { errors }),
		};
	}
}

/** The problem as an `application/problem+json` response. */
export function problemResponse(problem: Problem, headers: Readonly<Record<string, string>> = {}): Response {
	return new Response(JSON.stringify({ type: 'about:blank', ...problem }), {
		status: problem.status,
		headers: { 'content-type': 'application/problem+json; charset=utf-8', 'cache-control': 'no-store', ...headers },
	});
}
