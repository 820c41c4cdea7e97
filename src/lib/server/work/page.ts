import { error, fail, type ActionFailure } from '@sveltejs/kit';
import { StoreError } from '#clickhouse/store.ts';
import { type AccountsDatabase, openAccounts } from '../accounts/database.ts';
import { storeProblem } from '../answer.ts';
import type { Principal } from '../principal.ts';
import { ProblemError } from '../problem.ts';

/** The database of what people keep. */
export function workOf(locals: Pick<App.Locals, 'config'>): AccountsDatabase {
	return openAccounts(locals.config.home);
}

/** Runs what a page shows; a problem becomes the error page with its sentence. */
export async function shownOnPage<Result>(load: () => Promise<Result> | Result): Promise<Result> {
	try {
		return await load();
	} catch (failure) {
		if (failure instanceof ProblemError) error(failure.problem.status, { message: failure.problem.detail });
		if (failure instanceof StoreError) {
			const problem = storeProblem(failure);
			error(problem.status, { message: problem.detail });
		}
		throw failure;
	}
}

/** What an action answers when it cannot be done: the sentence, and which form it concerns. */
type Wrong = ActionFailure<{ part: string; problem: string }>;

/** Runs an action; a problem is told beside the form. */
export async function acted<Result>(
	part: string,
	{ principal, identity }: Pick<App.Locals, 'principal' | 'identity'>,
	work: (principal: Principal) => Promise<Result> | Result,
): Promise<Result | Wrong> {
	// a token is for programs, and for the API
	if (identity?.token != null) return fail(403, { part, problem: 'A token works with the API, not with pages.' });
	if (principal === null) return fail(401, { part, problem: 'Sign in first: what you keep needs an account.' });
	try {
		return await work(principal);
	} catch (failure) {
		if (failure instanceof ProblemError) {
			return fail(failure.problem.status, { part, problem: failure.problem.detail });
		}
		if (failure instanceof StoreError) {
			const problem = storeProblem(failure);
			return fail(problem.status, { part, problem: problem.detail });
		}
		throw failure;
	}
}
