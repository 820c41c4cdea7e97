import { openAccounts } from '../accounts/database.ts';
import { groupName } from '../accounts/group.ts';
import type { FilterLocals } from './locals.ts';

/** Groups of whoever asks, that a filter can be shared with. */
export function groupsOf({ principal, config }: FilterLocals): { readonly id: string; readonly name: string }[] {
	if (principal === null || principal.groups.length === 0) return [];
	const database = openAccounts(config.home);
	return principal.groups.map((id) => ({ id, name: groupName(database, id) ?? id }));
}
