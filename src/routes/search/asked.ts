import { understandText } from '#lib/alert/searchText.ts';
import { momentFrom } from '#lib/alert/timeText.ts';

/** Name of the form's hidden box that holds the text which the page was read from. */
export const TEXT_BEFORE = 'was';

/** Parameters that name the same thing in several ways: a text that sets one of them replaces all. */
const TOGETHER: readonly (readonly string[])[] = [
	['night', 'nightFrom', 'nightTo', 'mjdFrom', 'mjdTo', 'timeFrom', 'timeTo'],
	['cone', 'ra', 'dec', 'radius', 'raMin', 'raMax', 'decMin', 'decMax', 'polygon'],
	['objectId', 'alertId'],
];

/** Parameters of the address that the text of the box sets by itself, whatever it is read at. */
function setByText(text: string): ReadonlySet<string> {
	// any night and moment will do: only which conditions there are is asked
	const { conditions, objects, alertId, name } = understandText(text, '2000-01-01', 51_544);
	const named = objects.length > 0 || alertId !== null;
	const names = [
		...Object.keys(conditions),
		...(named ? ['objectId'] : []),
		...(name !== null && !named ? ['cone'] : []),
	];
	return new Set(names.flatMap((one) => TOGETHER.find((group) => group.includes(one)) ?? [one]));
}

/** What the form sends along unseen: all of the address but its own boxes, the place in the pages and an action. */
export function carriedAlong(params: URLSearchParams, boxes: readonly string[]): [string, string][] {
	return [...params].filter(
		([name, value]) =>
			value !== '' &&
			!boxes.includes(name) &&
			!['q', 'cursor', 'night', 'ask', TEXT_BEFORE].includes(name) &&
			!name.startsWith('/'),
	);
}

/** Puts MJD in the place of the times of the boxes, the earlier first; what cannot be read is left, for the page to say so. */
function readTimes(params: URLSearchParams): void {
	const found = (['From', 'To'] as const).flatMap((end) => {
		const moment = momentFrom(params.get(`time${end}`) ?? '', end === 'To');
		if (moment.kind === 'unread') return [];
		params.delete(`time${end}`);
		params.set(`mjd${end}`, String(moment.mjd));
		return [moment.mjd];
	});
	const [from, to] = found;
	if (from === undefined || to === undefined || from <= to) return;
	params.set('mjdFrom', String(to));
	params.set('mjdTo', String(from));
}

/**
 * The search that a sent form asks for; null for an address that comes from no form. Empty boxes and the place in the pages go, and where the text
 * of the box is new, what it sets itself and the order by distance.
 */
export function askedByForm(params: URLSearchParams): URLSearchParams | null {
	const before = params.get(TEXT_BEFORE);
	if (before === null) return null;
	const text = (params.get('q') ?? '').trim();
	const replaced = text === before.trim() ? new Set<string>() : setByText(text);
	const out = new URLSearchParams();
	for (const [name, value] of params) {
		if (value === '' || name === TEXT_BEFORE || name === 'cursor' || replaced.has(name)) continue;
		if (text !== before.trim() && name === 'sort' && /^-?sep$/.test(value)) continue;
		if (name === 'kind' && value === 'objects') continue;
		out.append(name, value);
	}
	readTimes(out);
	return out;
}
