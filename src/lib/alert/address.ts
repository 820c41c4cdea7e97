type Parameter = string | number | null | undefined;

/**
 * A path of this site, page or API, with parameters added (absent and empty ones are left out) and the origin that the
 * reader asked for, so that a reader who looks at the simulation stays in it. A path that names an origin keeps its own.
 */
export function addressIn(
	origin: string | null,
	path: string,
	parameters: Readonly<Record<string, Parameter>> = {},
): string {
	const [before = '', ...hash] = path.split('#');
	const [base = '', ...given] = before.split('?');
	const query = new URLSearchParams(given.join('?'));
	for (const [name, value] of Object.entries(parameters)) {
		if (value !== undefined && value !== null && value !== '') query.set(name, String(value));
	}
	if (origin !== null && origin !== '' && !query.has('origin')) query.set('origin', origin);
	const text = query.toString();
	return `${base}${text === '' ? '' : `?${text}`}${hash.length === 0 ? '' : `#${hash.join('#')}`}`;
}

/** Page of an object. */
export function objectPath(object: { readonly survey: string; readonly objectId: string }): string {
	return `/objects/${object.survey}/${encodeURIComponent(object.objectId)}`;
}

/** Page of an alert. */
export function alertPath(alert: { readonly survey: string; readonly alertId: string }): string {
	return `/alerts/${alert.survey}/${alert.alertId}`;
}

/** Page of a body of the solar system, by its name as a survey writes it. */
export function solarSystemPath(name: string): string {
	return `/objects/sso/${encodeURIComponent(name)}`;
}
