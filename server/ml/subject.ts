import type { EnrichedAlert } from '#lib/alert/enriched.ts';

/** What a model may know of an alert: everything that was known of it at its batch's watermark, before any score. */
export type Subject = Omit<EnrichedAlert, 'scores' | 'classification'>;

/** Why there is no number: what the light curve has too few of. */
export function tooFew(there: number, what: string, needed: number): string {
	return `${there} ${there === 1 ? what : `${what}s`}, ${needed} are needed`;
}
