import { findField } from './catalogue.ts';
import { own, type Call, type Checking } from './checking.ts';
import type { NumNode, TruthNode } from './core.ts';
import type { Area } from './environment.ts';
import { findFunction } from './functions.ts';
import { shorten } from './parse.ts';
import type { Place } from './place.ts';
import type { Expr } from './syntax.ts';
import { describeType } from './type.ts';
import type { IdValue, NumberValue, TextValue } from './value.ts';

/** Checks `value in set`; without a value the alert itself is meant. */
export function membership(checking: Checking, { value, set, place }: Expr & { kind: 'in' }): TruthNode | null {
	return set.kind === 'list' ? inValues(checking, value, set.items, place) : inSet(checking, value, set);
}

function inValues(checking: Checking, value: Expr | null, items: readonly Expr[], place: Place): TruthNode | null {
	if (value === null) return checking.error(place, 'Write what is to be in the list, such as band in ["g", "r"].');
	if (items.length === 0) return checking.error(place, 'The list is empty: nothing is in it.');
	const checked = checking.expression(value);
	if (checked === null) return null;
	switch (checked.kind) {
		case 'text':
			return inTexts(checking, checked, items);
		case 'id':
			return inIds(checking, checked, items);
		case 'number':
			return inNumbers(checking, checked, items);
		case 'truth':
		case 'record':
		case 'list':
		case 'position':
			return checking.error(
				value.place,
				`Only numbers, texts and ids can be in a list; this is ${describeType(checked.type)}.`,
			);
	}
}

/** All of them, or null where one has been found wrong. */
function allKnown<T>(values: readonly (T | null)[]): T[] | null {
	const known = values.filter((value) => value !== null);
	return known.length < values.length ? null : known;
}

function inTexts(checking: Checking, { node, type }: TextValue, items: readonly Expr[]): TruthNode | null {
	const texts = allKnown(
		items.map((item) => {
			if (item.kind !== 'text') return checking.error(item.place, 'A list of texts holds texts in quotes.');
			if (item.value === '')
				return checking.error(item.place, 'An empty text is an absent one: write "is absent" instead.');
			return checking.isOfDomain(type.domain, item.value, item.place) ? item.value : null;
		}),
	);
	return texts === null ? null : checking.build.oneOfTexts(node, texts);
}

function inIds(checking: Checking, { node }: IdValue, items: readonly Expr[]): TruthNode | null {
	const ids = allKnown(items.map((item) => wholeNumber(checking, item)));
	return ids === null ? null : checking.build.sameId(node, ids);
}

/** A 64-bit id as it is written, all digits of it. */
export function wholeNumber(checking: Checking, item: Expr): bigint | null {
	const value = item.kind === 'number' && /^\d{1,20}$/.test(item.text) ? BigInt(item.text) : null;
	if (value === null || value >= 2n ** 64n) {
		return checking.error(item.place, 'A 64-bit id is a whole number from 0 to 18446744073709551615.');
	}
	return value;
}

function inNumbers(checking: Checking, { node, type }: NumberValue, items: readonly Expr[]): TruthNode | null {
	const numbers = allKnown(
		items.map((item) => {
			const plain = checking.expression(item);
			const read = plain === null ? null : checking.readAs(plain, item, type);
			if (read === null) return null;
			if (read.kind === 'number' && read.node.kind === 'const') return read.node.value;
			return checking.error(item.place, 'A list holds plain numbers; compare with "==" and "or" otherwise.');
		}),
	);
	return numbers === null ? null : checking.build.oneOfNumbers(node, numbers);
}

function inSet(checking: Checking, value: Expr | null, set: Expr): TruthNode | null {
	if (value !== null && !(value.kind === 'name' && (value.name === 'position' || value.name === 'objectId'))) {
		return checking.error(
			value.place,
			'Areas and lists are about the alert itself: write "in ..." or "position in ...".',
		);
	}
	if (set.kind !== 'call') {
		return checking.error(
			set.place,
			'After "in" stands [..., ...], area("..."), list("..."), circle(ra, dec, arcsec) or box(ra1, ra2, dec1, dec2).',
		);
	}
	switch (set.name) {
		case 'list':
			return inNamedList(checking, set);
		case 'area': {
			const name = nameOf(checking, set, 'area', 'my field');
			if (name === null) return null;
			const area = checking.environment.area(name);
			if (area === undefined) return checking.unknown('area', name, checking.environment.areaNames, set.place);
			return inArea(checking, area);
		}
		case 'circle':
		case 'box':
			return inLiteralArea(checking, set);
		default:
			return checking.error(
				set.namePlace,
				`"${shorten(set.name)}" is no area or list; there are area, list, circle and box.`,
			);
	}
}

function nameOf(checking: Checking, set: Call, what: string, example: string): string | null {
	const [name] = set.args;
	if (set.args.length === 1 && name?.kind === 'text' && name.value !== '') return name.value;
	return checking.error(set.place, `Write the name of the ${what} in quotes, such as ${what}("${example}").`);
}

function inNamedList(checking: Checking, set: Call): TruthNode | null {
	const name = nameOf(checking, set, 'list', 'blazars');
	if (name === null) return null;
	const found = checking.environment.list(name);
	if (found === undefined) return checking.unknown('list', name, checking.environment.listNames, set.place);
	const { build } = checking;
	const survey = own(checking, findField('survey'));
	const objectId = own(checking, findField('objectId'));
	if (survey.kind !== 'text' || objectId.kind !== 'text') return null;
	const bySurvey = new Map<string, string[]>();
	for (const object of found.objects) {
		const ids = bySurvey.get(object.survey);
		if (ids === undefined) bySurvey.set(object.survey, [object.objectId]);
		else ids.push(object.objectId);
	}
	const terms = [...bySurvey].map(([of, ids]) =>
		build.logic('and', [build.oneOfTexts(survey.node, [of]), build.oneOfTexts(objectId.node, ids)]),
	);
	if (found.places.length > 0) {
		terms.push(build.inCircles(found.places.flatMap(({ ra, dec, radiusArcsec }) => [ra, dec, radiusArcsec])));
	}
	return terms.length === 0 ? build.truth(false) : build.logic('or', terms);
}

function inLiteralArea(checking: Checking, set: Call): TruthNode | null {
	const borders = allKnown(
		set.args.map((arg) => {
			const checked = checking.number(arg, 'A border of an area');
			if (checked === null || checked.node.kind === 'const')
				return checked?.node.kind === 'const' ? checked.node.value : null;
			return checking.error(arg.place, 'The borders of an area are plain numbers; use separation(ra, dec) otherwise.');
		}),
	);
	if (borders === null) return null;
	const entry = findFunction(set.name);
	if (borders.length !== entry?.least) return checking.error(set.place, `Write ${entry?.signatures[0] ?? ''}.`);
	const [a = 0, b = 0, c = 0, d = 0] = borders;
	if (set.name === 'circle') {
		if (!(a >= 0 && a <= 360 && Math.abs(b) <= 90 && c > 0 && c <= 648_000)) {
			return checking.error(
				set.place,
				'A circle is circle(ra, dec, radiusArcsec): ra 0 to 360, dec -90 to 90, radius above 0 arcsec and up to 648000 (180 degrees).',
			);
		}
		return inArea(checking, { kind: 'circle', ra: a, dec: b, radiusArcsec: c });
	}
	if (!(a >= 0 && a <= 360 && b >= 0 && b <= 360 && c >= -90 && d <= 90 && c <= d)) {
		return checking.error(
			set.place,
			'A box is box(raMin, raMax, decMin, decMax): ra 0 to 360 (eastwards from the first to the second), dec -90 to 90.',
		);
	}
	return inArea(checking, { kind: 'box', raMin: a, raMax: b, decMin: c, decMax: d });
}

function inArea(checking: Checking, area: Area): TruthNode | null {
	const { build } = checking;
	if (area.kind === 'region') return build.inRegion(area.order, area.ranges);
	const ra = own(checking, findField('ra'));
	const dec = own(checking, findField('dec'));
	if (ra.kind !== 'number' || dec.kind !== 'number') return null;
	const between = (low: number, value: NumNode, high: number): TruthNode[] => [
		build.compare('<=', build.num(low), value),
		build.compare('<=', value, build.num(high)),
	];
	if (area.kind === 'circle') {
		// a band of declination first: cheap, and true for all within
		const margin = area.radiusArcsec / 3600 + 1e-6;
		const separation = build.math('separation', [ra.node, dec.node, build.num(area.ra), build.num(area.dec)]);
		return build.logic('and', [
			...between(area.dec - margin, dec.node, area.dec + margin),
			build.compare('<=', separation, build.num(area.radiusArcsec)),
		]);
	}
	const eastAndWest = [
		build.compare('<=', build.num(area.raMin), ra.node),
		build.compare('<=', ra.node, build.num(area.raMax)),
	];
	return build.logic('and', [
		...between(area.decMin, dec.node, area.decMax),
		build.logic(area.raMin <= area.raMax ? 'and' : 'or', eastAndWest),
	]);
}
