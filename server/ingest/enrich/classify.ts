import type { Alert } from '#lib/alert/alert.ts';
import type { Classification, ModelScore } from '#lib/alert/enriched.ts';

const RULES = 'packet rules 1';

/** Classes (src/lib/alert/class.ts) of the labels of our light-curve network. */
const CURVE_CLASS: Readonly<Record<string, string>> = {
	snia: 'snia',
	sncc: 'sncc',
	slsn: 'slsn',
	tde: 'tde',
	agn: 'agn',
	pulsating: 'star',
	eclipsing: 'star',
	longPeriod: 'star',
	eruptive: 'star',
	cataclysmic: 'cv',
	asteroid: 'sso',
	bogus: 'bogus',
};

/** Of our stamp networks; `other` is no class. */
const STAMP_CLASS: Readonly<Record<string, string>> = {
	agn: 'agn',
	sn: 'sn',
	star: 'star',
	sso: 'sso',
	bogus: 'bogus',
};

/** A class needs at least this probability. */
const LEAST = 0.5;

/** The class with the highest sum of probabilities among the scores of one model, or null below LEAST. */
function best(
	scores: readonly ModelScore[],
	classes: Readonly<Record<string, string>>,
	refused: string | null,
): Classification | null {
	const sums = new Map<string, number>();
	let model = '';
	for (const { model: name, version, label, score, state } of scores) {
		const key = Object.hasOwn(classes, label) ? classes[label] : undefined;
		if (state !== 'done' || key === undefined) continue;
		model = `${name} ${version}`;
		sums.set(key, (sums.get(key) ?? 0) + score);
	}
	let found: Classification | null = null;
	for (const [key, score] of sums) {
		if (key !== refused && score >= LEAST && score > (found?.score ?? 0)) found = { class: key, score, model };
	}
	return found;
}

/**
 * The class of an alert, from the first of these that knows one: `sso` when the survey associates a solar system object within 5
 * arcsec; `bogus` when the survey's real/bogus score is below 0.2; the light-curve network (from the second detection on, unless
 * it says that the curve is unlike all it knows); the stamp network; `star` when the nearest catalogued source lies
 * within 1.5 arcsec and is a star by its score. A network's class needs a probability of 0.5, and its `bogus` counts only where
 * the survey's own score is absent or below 0.5, which knows real artefacts better. Else '' (unclassified).
 */
export function classify(alert: Alert, scores: readonly ModelScore[] = []): Classification {
	if (alert.ssoName !== null) return { class: 'sso', score: Number.NaN, model: RULES };
	if (alert.reliability < 0.2) return { class: 'bogus', score: 1 - alert.reliability, model: RULES };
	const refused = alert.reliability >= 0.5 ? 'bogus' : null;
	const curve = scores.filter(({ model }) => model === 'light_curve');
	const unlike = curve.find(({ label }) => label === 'unlike')?.score ?? Number.NaN;
	const byCurve = unlike < LEAST ? best(curve, CURVE_CLASS, refused) : null;
	const byStamp =
		byCurve ??
		best(
			scores.filter(({ model }) => model === `stamp_${alert.survey}`),
			STAMP_CLASS,
			refused,
		);
	if (byStamp !== null) return byStamp;
	if (alert.starScore >= 0.5 && alert.starSepArcsec >= 0 && alert.starSepArcsec <= 1.5) {
		return { class: 'star', score: alert.starScore, model: RULES };
	}
	return { class: '', score: Number.NaN, model: '' };
}
