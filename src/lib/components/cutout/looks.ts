import { CUTOUT_KINDS, type CutoutKind } from '#lib/alert/cutout.ts';
import { COLOUR_MAPS, type ColourMap } from '#lib/format/colourMap.ts';
import type { Limits } from '#lib/format/stretch.ts';
import type { Picture } from './decode.ts';
import { limitsFor, STRETCH_CHOICES, type StretchChoice } from './paint.ts';

/** Black and white as typed; '' keeps the one of the stretch. */
export interface TypedLimits {
	readonly low: string;
	readonly high: string;
}

/** How a reader looks at cutouts: a stretch for each kind of image, limits for each kind of a survey (their units differ), one colour map. */
export interface Looks {
	readonly stretch: Readonly<Record<CutoutKind, StretchChoice>>;
	/** By `survey kind`. */
	readonly limits: Readonly<Record<string, TypedLimits>>;
	readonly map: ColourMap;
}

export const USUAL_LOOKS: Looks = {
	stretch: { science: 'asinh', template: 'asinh', difference: 'asinh' },
	limits: {},
	map: 'grey',
};

const NOT_TYPED: TypedLimits = { low: '', high: '' };
/** Longer than any number that one types. */
const MOST_TYPED = 24;
const keyOf = (survey: string, kind: CutoutKind): string => `${survey} ${kind}`;
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isTyped = (value: unknown): value is string =>
	typeof value === 'string' && (value.trim() === '' || Number.isFinite(numberOf(value))) && value.length <= MOST_TYPED;

/** A typed number; NaN for what is none. */
function numberOf(text: string): number {
	const value = Number(text.trim().replace('−', '-'));
	return text.trim() === '' || !Number.isFinite(value) ? Number.NaN : value;
}

/** What a browser kept, each part that is not one as usual. */
export function parseLooks(text: string | null): Looks {
	let kept: unknown = null;
	try {
		kept = JSON.parse(text ?? 'null');
	} catch {
		// not ours
	}
	if (!isRecord(kept)) return USUAL_LOOKS;
	const stretches = isRecord(kept['stretch']) ? kept['stretch'] : {};
	const choiceOf = (kind: CutoutKind): StretchChoice =>
		STRETCH_CHOICES.find((choice) => choice === stretches[kind]) ?? USUAL_LOOKS.stretch[kind];
	const limits = Object.entries(isRecord(kept['limits']) ? kept['limits'] : {}).flatMap(([key, value]) =>
		isRecord(value) && isTyped(value['low']) && isTyped(value['high'])
			? [[key, { low: value['low'], high: value['high'] }] as const]
			: [],
	);
	const { map } = kept;
	return {
		stretch: {
			science: choiceOf('science'),
			template: choiceOf('template'),
			difference: choiceOf('difference'),
		},
		limits: Object.fromEntries(limits),
		map: COLOUR_MAPS.find((one) => one === map) ?? USUAL_LOOKS.map,
	};
}

/** The limits typed for a kind of image of a survey. */
export function typedLimits(looks: Looks, survey: string, kind: CutoutKind): TypedLimits {
	return looks.limits[keyOf(survey, kind)] ?? NOT_TYPED;
}

/** The same looks with other limits for a kind of image of a survey. */
export function withLimits(looks: Looks, survey: string, kind: CutoutKind, typed: Partial<TypedLimits>): Looks {
	const key = keyOf(survey, kind);
	const next = { ...typedLimits(looks, survey, kind), ...typed };
	const { [key]: _before, ...others } = looks.limits;
	const empty = next.low.trim() === '' && next.high.trim() === '';
	return { ...looks, limits: empty ? others : { ...others, [key]: next } };
}

/** The same looks with another stretch for some kinds of image. */
export function withStretch(looks: Looks, kinds: readonly CutoutKind[], choice: StretchChoice): Looks {
	return { ...looks, stretch: { ...looks.stretch, ...Object.fromEntries(kinds.map((kind) => [kind, choice])) } };
}

/** Whether nothing was chosen or typed. */
export function isUsual(looks: Looks): boolean {
	return (
		CUTOUT_KINDS.every((kind) => looks.stretch[kind] === USUAL_LOOKS.stretch[kind]) &&
		Object.keys(looks.limits).length === 0 &&
		looks.map === USUAL_LOOKS.map
	);
}

/** How one picture is shown. */
export interface ShownAs {
	readonly choice: StretchChoice;
	/** Black and white of the stretch itself; null for what has no pixels. */
	readonly own: Limits | null;
	/** Black and white as typed; null where they are those of the stretch. */
	readonly limits: Limits | null;
	/** Something else than a black below a white was typed: the stretch's own hold. */
	readonly isWrong: boolean;
}

/** How a picture of a survey is shown under the looks; an end that was not typed is that of the stretch. */
export function shownAs(looks: Looks, survey: string, kind: CutoutKind, picture: Picture | null | undefined): ShownAs {
	const choice = looks.stretch[kind];
	if (picture?.kind !== 'image') return { choice, own: null, limits: null, isWrong: false };
	const own = limitsFor(picture.image.data, choice, kind);
	const typed = typedLimits(looks, survey, kind);
	const ends = [typed.low, typed.high].map((text) => text.trim());
	if (ends.every((text) => text === '')) return { choice, own, limits: null, isWrong: false };
	const low = ends[0] === '' ? own.low : numberOf(typed.low);
	const high = ends[1] === '' ? own.high : numberOf(typed.high);
	return high > low
		? { choice, own, limits: { low, high }, isWrong: false }
		: { choice, own, limits: null, isWrong: true };
}
