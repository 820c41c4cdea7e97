import type { AccessScope } from '#lib/alert/object.ts';
import type { AccountsDatabase } from '../accounts/database.ts';
import { findUser, grantsOf, principalOf } from '../accounts/user.ts';
import { LOCAL, type Principal } from '../principal.ts';

/** Whoever an output belongs to, with what they may see now. */
export interface Owner {
	readonly principal: Principal;
	readonly grants: AccessScope['grants'];
	/** '' where they have none. */
	readonly email: string;
}

/** The owner of an output as they are now; null for an account that is gone or shut. */
export function ownerOf(database: AccountsDatabase, id: string): Owner | null {
	if (id === LOCAL.id) return { principal: LOCAL, grants: [], email: '' };
	const user = findUser(database, id);
	if (user === null || user.disabled) return null;
	return { principal: principalOf(database, user), grants: grantsOf(database, id), email: user.email };
}
