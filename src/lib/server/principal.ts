import { ProblemError } from './problem.ts';

/** Who acts: a person signed in, the owner of a token, or whoever sits at the machine itself without being signed in. */
export interface Principal {
	/** Id of the account, or `local`. */
	readonly id: string;
	readonly name: string;
	readonly operator: boolean;
	/** Ids of the groups that the person belongs to. */
	readonly groups: readonly string[];
}

/** Who acts when a request comes straight from the machine itself and nobody is signed in. */
export const LOCAL: Principal = { id: 'local', name: 'this machine', operator: true, groups: [] };

/** The one who acts; a 401 that says how to become one where nobody does. */
export function mayAct(locals: { readonly principal: Principal | null }): Principal {
	if (locals.principal === null) {
		throw new ProblemError(401, 'Sign in, or send a token in the header Authorization: Bearer nj_..., to do this.');
	}
	return locals.principal;
}
