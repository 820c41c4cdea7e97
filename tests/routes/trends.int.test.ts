// Rising and fading as conditions of a search: as the features tell it, in any band, and of what is not known neither.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FEATURES } from '#lib/alert/features.ts';
import { SEARCH_TRENDS } from '#lib/alert/trends.ts';
import type { AlertRow, Page } from '#lib/alert/views.ts';
import { filterOfSearch } from '#lib/filter/beginnings.ts';
import { loadSearch } from '#lib/server/portal.ts';
import { GET as alerts } from '../../src/routes/api/v1/alerts/+server.ts';
import { GET as count } from '../../src/routes/api/v1/count/+server.ts';
import { GET as facets } from '../../src/routes/api/v1/facets/+server.ts';
import { apiParameters } from '../../src/routes/search/address.ts';
import { publish, writeAlerts } from '../support/alertRows.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../support/embeddedStore.ts';
import { ask, testLocals } from '../support/route.ts';

let embedded: EmbeddedStore;
let locals: App.Locals;

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	const alert = (alertId: bigint, columns: Record<string, number> = {}) => ({
		...{ alertId, objectId: `ZTF26trend${alertId}`, columns },
	});
	await writeAlerts(embedded.store, [
		alert(1n, { n_rising: 1, n_fading: 0 }),
		alert(2n, { n_rising: 0, n_fading: 2 }),
		// rises in one band and fades in another
		alert(3n, { n_rising: 1, n_fading: 1 }),
		alert(4n, { n_rising: 0, n_fading: 0 }),
		alert(5n),
	]);
	await publish(embedded.store, 'worker-1', 1);
	locals = testLocals(embedded.store, { origin: 'real', grants: [] });
});
afterAll(async () => {
	await embedded.stop();
});

const idsOf = ({ rows }: Page<AlertRow>): string[] => rows.map(({ alertId }) => alertId).sort();

describe('rising and fading', () => {
	it.each([
		['rising=true', ['1', '3']],
		['rising=false', ['2', '4']],
		['fading=true', ['2', '3']],
		['rising=true&fading=false', ['1']],
		['rising=false&fading=false', ['4']],
	])('%s finds what the features say', async (query, ids) => {
		const found = await ask(alerts, `/api/v1/alerts?${query}`, locals);
		expect(idsOf((await found.json()) as Page<AlertRow>)).toEqual(ids);
		const counted = (await (await ask(count, `/api/v1/count?${query}`, locals)).json()) as { total: number };
		expect(counted.total).toBe(ids.length);
		expect((await ask(facets, `/api/v1/facets?${query}`, locals)).status).toBe(200);
	});
	it('are words of the box', async () => {
		const page = await loadSearch(locals, new URL('http://localhost/search?kind=alerts&q=rising+not+fading+mag<20'));
		expect(page.understood.problems).toEqual([]);
		expect(idsOf(page.page as Page<AlertRow>)).toEqual(['1']);
	});
	it('go to the call of the rows and to a filter', () => {
		const base = { kind: 'alerts', sort: 'mjd', descending: true, limit: 1 } as const;
		const query = { ...base, rising: true, fading: false };
		expect(apiParameters(query).toString()).toBe('rising=true&fading=false&sort=-mjd');
		expect(filterOfSearch(query).text).toBe('nRising > 0\nand nFading == 0\n');
	});
	it('name features of the catalogue', () => {
		const names = new Set(FEATURES.map(({ name }) => name));
		expect(SEARCH_TRENDS.filter(({ feature }) => !names.has(feature))).toEqual([]);
	});
	it('are true or false and nothing else', async () => {
		expect((await ask(alerts, '/api/v1/alerts?rising=maybe', locals)).status).toBe(400);
	});
});
