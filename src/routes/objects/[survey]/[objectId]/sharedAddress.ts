/** What of a page's address belongs to what it shows: the sky, the past moment, the chosen alert. */
const KEPT = ['origin', 'asOf', 'alert'] as const;

/** The address of an object's page to give to others: with the moment it stands at, without forms that were sent and places on the page. */
export function sharedAddress(url: URL): string {
	const shared = new URL(url.pathname, url.origin);
	for (const name of KEPT) {
		const value = url.searchParams.get(name);
		if (value !== null && value !== '') shared.searchParams.set(name, value);
	}
	return shared.href;
}
