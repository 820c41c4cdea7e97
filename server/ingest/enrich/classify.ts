import type { Alert } from '#lib/alert/alert.ts';

/** Class of an alert, its probability in [0, 1] (NaN when the rule gives none) and what made it. */
export interface Classification {
	readonly class: string;
	readonly score: number;
	readonly model: string;
}

const MODEL = 'packet rules 1';

/**
 * First look at an alert from what its own packet says, until models have seen it: `sso` when the survey associates a
 * solar system object within 5 arcsec, `bogus` when its real/bogus score is below 0.2, `star` when the nearest
 * catalogued source lies within 1.5 arcsec and is a star by its score (>= 0.5); else '' (unclassified).
 */
export function classify(alert: Alert): Classification {
	if (alert.ssoName !== null) return { class: 'sso', score: Number.NaN, model: MODEL };
	if (alert.reliability < 0.2) return { class: 'bogus', score: 1 - alert.reliability, model: MODEL };
	if (alert.starScore >= 0.5 && alert.starSepArcsec >= 0 && alert.starSepArcsec <= 1.5) {
		return { class: 'star', score: alert.starScore, model: MODEL };
	}
	return { class: '', score: Number.NaN, model: '' };
}
