import { describe, expect, it } from 'vitest';
import { chooseColumns } from '#clickhouse/read/columns.ts';
import { render } from '#clickhouse/read/render.ts';
import { accessPredicate } from '#clickhouse/read/scope.ts';

const files: Record<string, string> = import.meta.glob('../../../clickhouse/queries/*.sql', {
	query: '?raw',
	import: 'default',
	eager: true,
});
/** Questions of commands, whose asker is the operator: no reader's request runs them. */
const OPERATORS = /\/(?:has_survey_alerts|simulated_totals|ingest_\w+)\.sql$/;
// filters have rights of their own: owner, group, everyone; their hits are read within a scope
const OPEN =
	/\b(?:FROM|JOIN)\s+(?:watermarks|catalogs|catalog_sources|ingest_log|deliveries|dead_letters|nights|migrations|replays|worker_status|filters|filter_(?:states|versions|costs|trials|trial_nights)|system\.\w+|\()/g;

describe('query files', () => {
	it.each(Object.entries(files).filter(([path]) => !OPERATORS.test(path)))(
		'%s begins with its purpose and reads within a scope',
		(path, sql) => {
			expect(sql).toMatch(/^-- Purpose: /);
			const code = sql.replace(/^\s*--.*$/gm, '').replace(/\bARRAY JOIN\b/g, '');
			// what the query itself names with WITH ... AS was read where it is made
			const own = [...code.matchAll(/(?:\bWITH|\),)\s+(\w+) AS \(/g)].map(([, name]) => name ?? '');
			const reads = [...code.matchAll(/\b(?:FROM|JOIN)\s+(\w*)/g)].filter(
				([, name]) => !own.includes(name ?? ''),
			).length;
			const free = code.match(OPEN)?.length ?? 0;
			const scoped = sql.match(/WHERE \{scope\}/g)?.length ?? 0;
			if (sql.includes('{scope}')) expect(scoped, path).toBe(reads - free);
			else expect(reads, path).toBe(free);
		},
	);

	it('are refused without a scope of their own', () => {
		const scope = { origin: 'real', grants: [] } as const;
		expect(() => render('SELECT 1 FROM alerts WHERE 1', scope)).toThrow(/scope/);
		expect(() => render('SELECT 1 FROM alerts WHERE {scope} AND x IN (SELECT y FROM photometry)', scope)).toThrow(
			/scope/,
		);
		expect(() => render('SELECT {thing}', scope)).toThrow(/thing/);
	});
});

describe('the access predicate', () => {
	it('names public programmes, and others only where granted and declared', () => {
		const open = accessPredicate({ origin: 'real', grants: [] });
		expect(open).toContain("origin = 'real'");
		expect(open).toMatch(/\(survey IN \('ztf', [^()]*\) AND programme IN \('public'\)\)/);
		expect(open).not.toMatch(/partnership|caltech|private/);
		const granted = accessPredicate({
			origin: 'test',
			grants: [
				{ survey: 'ztf', programme: 'caltech' },
				{ survey: 'ztf', programme: "x') OR (1=1" },
			],
		});
		// what is granted of one survey opens nothing of another
		expect(granted).toContain("(survey IN ('ztf') AND programme IN ('caltech', 'public'))");
		expect(granted.match(/caltech/g)).toHaveLength(1);
		expect(granted).toMatch(/\(survey IN \('lsst'[^()]*\) AND programme IN \('public'\)\)/);
		expect(granted).not.toContain('1=1');
	});
});

describe('columns', () => {
	it('are chosen by the names of the catalogue alone', () => {
		expect(chooseColumns('mag, ra,mag').columns.map((column) => column.name)).toEqual(['mag', 'ra']);
		expect(chooseColumns('mag,nonsense').unknown).toEqual(['nonsense']);
		expect(chooseColumns('ztf.drb,ztf_drb').columns.map((column) => column.name)).toEqual(['ztf_drb']);
		expect(chooseColumns('all').columns.length).toBeGreaterThan(chooseColumns(undefined).columns.length);
	});
});
