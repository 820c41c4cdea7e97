import type { FeatureKind } from '#lib/alert/features.ts';

/** Places of features within their scope, by name; a name that the table does not have is a mistake in the code. */
export function placesOf<const Name extends string>(
	kinds: readonly FeatureKind[],
	names: readonly Name[],
): Readonly<Record<Name, number>> {
	const places = names.map((name) => {
		const place = kinds.findIndex((kind) => kind.name === name);
		if (place < 0) throw new Error(`There is no feature ${name}.`);
		return [name, place] as const;
	});
	return Object.fromEntries(places) as Record<Name, number>;
}
