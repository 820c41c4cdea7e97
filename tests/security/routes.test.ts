import { describe, expect, it } from 'vitest';
import { handlers } from './routeFiles.ts';
import { ROUTE_TABLE } from './routeTable.ts';

describe('the table of routes', () => {
	it('says who may use every handler of src/routes', () => {
		const unknown = handlers().filter((handler) => !Object.hasOwn(ROUTE_TABLE, handler));
		expect(unknown, 'write into tests/security/routeTable.ts who may use these').toEqual([]);
	});

	it('names no handler that is gone', () => {
		const there = new Set(handlers());
		expect(Object.keys(ROUTE_TABLE).filter((handler) => !there.has(handler))).toEqual([]);
	});
});
