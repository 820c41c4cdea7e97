import { type MarshalDesk, runErrand, type SentObject } from './desk.ts';
import { linkOf } from './links.ts';
import { MarshalError, type MarshalFault } from './marshalError.ts';

/** An object that passed a filter, on its way to the scanners of a marshal. */
export interface CandidateItem {
	/** Where to: the marshal's own filter is kept with the output, for it is not ours. */
	readonly target: CandidateTarget;
	readonly object: SentObject;
	/** When it passed; the same moment again is the same candidate there. */
	readonly passedAt: Date;
	/** What our filter says of it, for the group of the marshal's filter; null where it says nothing. */
	readonly annotation: { readonly origin: string; readonly data: Readonly<Record<string, unknown>> } | null;
}

/** A filter of a marshal, over one of its owner's links, that candidates go to. */
export interface CandidateTarget {
	readonly linkId: string;
	readonly filterId: number;
	/** The group whose filter it is: it may read the annotations. */
	readonly groupId: number;
}

/** A target as the text that an output keeps. */
export function candidateTarget({ linkId, filterId, groupId }: CandidateTarget): string {
	return `${linkId} ${filterId} ${groupId}`;
}

/** The target that an output goes to. */
export function readCandidateTarget(text: string): CandidateTarget {
	const [linkId = '', filterId, groupId] = text.split(' ');
	return { linkId, filterId: Number(filterId), groupId: Number(groupId) };
}

/** Writes what the filter says beside the candidate. One that is refused is told in the account; the candidate is there all the same. */
async function annotate(
	desk: MarshalDesk,
	linkId: string,
	object: SentObject,
	groupId: number,
	annotation: NonNullable<CandidateItem['annotation']>,
): Promise<void> {
	try {
		await runErrand(desk, linkId, object, { kind: 'annotate', groups: [groupId], ...annotation });
	} catch (error) {
		if (!(error instanceof MarshalError) || error.retriable || error.fault === 'token') throw error;
	}
}

/** What became of an attempt: in the words of the queue. */
export type CandidateOutcome =
	| { readonly kind: 'sent' }
	/** To be tried again later. */
	| { readonly kind: 'failed'; readonly reason: string }
	/** Of no use to try again. */
	| { readonly kind: 'dead'; readonly reason: string }
	/** Nothing can be sent over this link before its owner does something. */
	| { readonly kind: 'unwanted'; readonly reason: string };

/** Faults that the owner of the link must mend: the secret is dead, or lacks the right. */
const OWNERS: ReadonlySet<MarshalFault> = new Set(['token', 'right', 'account ended']);

/** Whether a link's token may annotate, as far as the marshal says. */
function mayAnnotate({ database, userId }: MarshalDesk, linkId: string): boolean {
	return linkOf(database, userId, linkId)?.acls?.includes('Annotate') ?? true;
}

/**
 * Sends one candidate with what the filter says of it, within the marshal's rate limit and with its own short back-off; the queue's longer one comes on top. Sent
 * twice it is one candidate all the same.
 */
export async function sendCandidate(desk: MarshalDesk, item: CandidateItem): Promise<CandidateOutcome> {
	try {
		const { object, passedAt, annotation } = item;
		const { linkId, filterId, groupId } = item.target;
		await runErrand(desk, linkId, object, { kind: 'candidate', filterIds: [filterId], passedAt });
		if (annotation !== null && mayAnnotate(desk, linkId)) await annotate(desk, linkId, object, groupId, annotation);
		return { kind: 'sent' };
	} catch (error) {
		if (!(error instanceof MarshalError)) throw error;
		const reason = error.message;
		if (OWNERS.has(error.fault)) return { kind: 'unwanted', reason };
		// an address that is refused today may be mended by the operator
		return { kind: error.retriable || error.fault === 'address' ? 'failed' : 'dead', reason };
	}
}
