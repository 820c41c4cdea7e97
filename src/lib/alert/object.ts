import type { Origin } from './survey.ts';

/** What the portal shows of an object: a summary over the alerts its reader may see. Ids are decimal strings. */
export interface ObjectSummary {
	readonly survey: string;
	readonly objectId: string;
	readonly origin: Origin;
	/** Position of the newest alert, ICRS degrees. */
	readonly ra: number;
	readonly dec: number;
	readonly firstMjd: number;
	readonly lastMjd: number;
	readonly nAlerts: number;
	readonly nDetections: number | null;
	/** Brightest AB magnitude of its alerts. */
	readonly magMin: number | null;
	readonly lastAlertId: string;
	readonly lastBand: string;
	readonly lastMag: number | null;
	readonly lastMagErr: number | null;
	readonly lastPositive: boolean | null;
	readonly lastNight: string;
	readonly reliability: number | null;
	readonly starScore: number | null;
	readonly ssoName: string | null;
	readonly class: string;
	readonly classScore: number | null;
	readonly classModel: string;
}

/** What a reader may see (design rules 7 and 8): one origin, public programmes, and what was granted besides. */
export interface AccessScope {
	readonly origin: Origin;
	readonly grants: readonly { readonly survey: string; readonly programme: string }[];
}
