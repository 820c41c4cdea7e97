import { page } from '$app/state';
import { addressIn } from '#lib/alert/address.ts';

/**
 * Every link and every call to the API that a page makes goes through here: the path with parameters, in the sky that the
 * page's own address asks for. Called while a component renders, or later in the browser.
 */
export function to(path: string, parameters?: Parameters<typeof addressIn>[2]): string {
	return addressIn(page.url.searchParams.get('origin'), path, parameters);
}
