import { nightFromText } from '#lib/astro/time.ts';
import { error } from '@sveltejs/kit';

/** Days since 1970-01-01 that a night may have: those of the store's dates. */
const LAST_DAY = 65_535;

/** The night (YYYY-MM-DD) that an address names; null where it names none. What is no night is answered with 400. */
export function nightAsked(url: URL, name: string): string | null {
	const text = url.searchParams.get(name) ?? '';
	if (text === '') return null;
	const days = nightFromText(text);
	if (days === null || days < 0 || days > LAST_DAY)
		error(400, `“${text.slice(0, 40)}” is no night: write a date like 2026-11-19.`);
	return text;
}
