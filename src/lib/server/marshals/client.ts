import type { MarshalGroup, MarshalRecord } from '#lib/alert/marshal.ts';

/** Who the secret belongs to, as far as we keep it. */
export interface MarshalProfile {
	readonly userId: number | null;
	readonly username: string;
	readonly roles: readonly string[];
	readonly acls: readonly string[] | null;
	readonly groups: readonly MarshalGroup[];
}

/** What a marshal is told of an object. */
export interface MarshalObject {
	readonly survey: string;
	readonly objectId: string;
	/** ICRS, degrees. */
	readonly ra: number;
	readonly dec: number;
	/** How sure the survey is that it is real, 0 to 1; null where it does not say. */
	readonly reliability: number | null;
}

/** Something done at a marshal: the id it has there, and what the marshal warns of. */
export interface Done {
	readonly id: string;
	readonly warnings: readonly string[];
}

/** A filter of the marshal's own: its candidates are what the members of its group scan. */
export interface MarshalFilter {
	readonly id: number;
	readonly name: string;
	readonly groupId: number;
}

/** One interface for every kind of marshal. Each call throws MarshalError when it fails. */
export interface MarshalClient {
	/** Who we are there; the call that proves the link. */
	check(): Promise<MarshalProfile>;
	/** What is known of an object; null where it is unknown, or not for this user. */
	read(object: MarshalObject): Promise<MarshalRecord | null>;
	/** Saves to exactly these groups; the same again changes nothing. */
	save(object: MarshalObject, groupIds: readonly number[]): Promise<Done>;
	/** Null where a marshal of this kind keeps no comments. */
	readonly comment: ((object: MarshalObject, text: string, groupIds: readonly number[]) => Promise<Done>) | null;
	/** Writes values under an origin, over those of the same origin; null where a marshal of this kind keeps none. */
	readonly annotate:
		| ((
				object: MarshalObject,
				annotation: { readonly origin: string; readonly data: Readonly<Record<string, unknown>> },
				groupIds: readonly number[],
		  ) => Promise<Done>)
		| null;
	/** Filters of the marshal whose scanners we may send candidates to; null where a marshal of this kind has none. */
	readonly filters: (() => Promise<readonly MarshalFilter[]>) | null;
	/** Puts an object before the scanners of a filter of the marshal; the same moment again changes nothing. */
	readonly candidate: ((object: MarshalObject, filterIds: readonly number[], passedAt: Date) => Promise<Done>) | null;
}
