/** Kinds of list, for people. */
export const KIND_WORD = { objects: 'objects', positions: 'watch-list', area: 'area' } as const;

/** What a list holds, for people. */
export const ENTRY_WORD = { objects: 'objects', positions: 'positions', area: 'ranges of pixels' } as const;

/** Who sees something, for people. */
export function audienceWord(shared: 'private' | 'group' | 'public', groupName: string | null): string {
	if (shared === 'public') return 'everyone';
	return shared === 'group' ? `group ${groupName ?? 'that is gone'}` : 'only me';
}

/** Where the match of a list stands, in words. */
export function stateWord(list: {
	readonly kind: 'objects' | 'positions' | 'area';
	readonly state: string;
	readonly done: number;
	readonly steps: number;
}): string {
	switch (list.state) {
		case 'waiting':
			return 'waits to be matched with what is known';
		case 'running':
			return `being matched: ${list.done} of ${list.steps} parts done`;
		case 'following':
			return list.kind === 'objects'
				? 'new alerts are noted'
				: 'matched with all that is known; the stream is followed';
		case 'failed':
			return 'could not be matched';
		default:
			return list.kind === 'objects' ? 'a plain list' : 'not followed';
	}
}
