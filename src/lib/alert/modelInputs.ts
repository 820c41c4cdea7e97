import { eclipticFromIcrs, galacticFromIcrs } from '#lib/astro/sphere.ts';
import type { ModelManifest, NumbersInput } from './model.ts';
import type { AlertDetail } from './views.ts';

/** A number that went into a model, and where it lies among those that the model learned from. */
export interface PlacedInput {
	/** As filters and the field catalogue name it; two of them with ` - ` between for a difference. */
	readonly name: string;
	readonly value: number;
	/** Distance from the middle of what it was trained on, in units of its spread there, after the model's own scaling. */
	readonly sigma: number;
}

/** The numbers that one or more models were given of an alert. */
export interface ModelInputs {
	/** Models that were given the same. */
	readonly models: readonly string[];
	/** Farthest from the middle first. */
	readonly placed: readonly PlacedInput[];
	/** How many the alert does not have. */
	readonly absent: number;
	/** How many are made of light curve and matches while a model looks, and not stored. */
	readonly passing: number;
}

const truth = (value: boolean): number => (value ? 1 : -1);

/** A number of an alert by the name that manifests use (server/ml/inputs/numbers.ts): null where it is absent, undefined where it is not stored. */
function numberOf(name: string, alert: AlertDetail): number | null | undefined {
	const [left, right, ...more] = name.split(' - ');
	if (left !== undefined && right !== undefined && more.length === 0) {
		const [minuend, subtrahend] = [numberOf(left, alert), numberOf(right, alert)];
		if (minuend === undefined || subtrahend === undefined) return undefined;
		return minuend === null || subtrahend === null ? null : minuend - subtrahend;
	}
	if (name === 'galacticLat') return galacticFromIcrs(alert.ra, alert.dec).lat;
	if (name === 'eclipticLat') return eclipticFromIcrs(alert.ra, alert.dec).lat;
	const [space = '', ...rest] = name.split('.');
	const own = rest.join('.');
	if (space === 'history' || space === 'match') return undefined;
	const value =
		space === 'feature'
			? alert.features[own]
			: own === ''
				? { ...alert.core, ...alert }[name]
				: space === alert.survey
					? alert.fields[own]
					: null;
	if (typeof value === 'boolean') return truth(value);
	return typeof value === 'number' && !Number.isNaN(value) ? value : null;
}

const TRANSFORM: Readonly<Record<'log10' | 'log1p' | 'asinh', (value: number) => number>> = {
	log10: (value) => (value > 0 ? Math.log10(value) : Number.NaN),
	log1p: (value) => Math.sign(value) * Math.log1p(Math.abs(value)),
	asinh: Math.asinh,
};

type Source = NumbersInput['features'][number];

/** The first of a source's numbers that the alert has; null where it has none, undefined where one is not stored. */
function placedIn({ from, else: others, transform, mean, scale }: Source, alert: AlertDetail) {
	for (const name of [from, ...others]) {
		const value = numberOf(name, alert);
		if (value === undefined) return undefined;
		if (value === null) continue;
		const sigma = ((transform === undefined ? value : TRANSFORM[transform](value)) - mean) / scale;
		if (!Number.isNaN(sigma)) return { name: name.replaceAll('feature.', ''), value, sigma };
	}
	return null;
}

/** The numbers that models were given of an alert, those of models with the same numbers once; images and sequences are left out. */
export function inputsOf(manifests: readonly ModelManifest[], alert: AlertDetail): ModelInputs[] {
	const groups = new Map<string, { models: string[]; sources: readonly Source[] }>();
	for (const { name, inputs } of manifests) {
		const sources = inputs.flatMap((input) => (input.kind === 'numbers' ? input.features : []));
		if (sources.length === 0) continue;
		const key = JSON.stringify(sources);
		const group = groups.get(key);
		if (group === undefined) groups.set(key, { models: [name], sources });
		else group.models.push(name);
	}
	return [...groups.values()].map(({ models, sources }) => {
		const found = sources.map((source) => placedIn(source, alert));
		return {
			models,
			placed: found
				.filter((one) => one !== null && one !== undefined)
				.sort((one, other) => Math.abs(other.sigma) - Math.abs(one.sigma)),
			absent: found.filter((one) => one === null).length,
			passing: found.filter((one) => one === undefined).length,
		};
	});
}
