import { expect, test } from 'vitest';
import { renderMigrations } from '#clickhouse/migrate.ts';

const render = (cluster: string | null) =>
	renderMigrations({ cluster })
		.map(({ id, name, statements }) => `-- ${String(id).padStart(4, '0')} ${name}\n${statements.join(';\n\n')};\n`)
		.join('\n');

test('the statements for a cluster are those reviewed', async () => {
	await expect(render('nightjar')).toMatchFileSnapshot('../fixtures/golden/cluster.sql');
});

test('on one machine nothing is replicated or distributed', () => {
	const sql = render(null);
	expect(sql).not.toMatch(/Replicated|Distributed|ON CLUSTER|_local|\{/);
	expect(sql).toContain('CREATE TABLE IF NOT EXISTS alerts (');
	expect(sql).toContain('non_replicated_deduplication_window = 10000');
});

test('every statement can be repeated', () => {
	for (const cluster of [null, 'c']) {
		for (const { statements } of renderMigrations({ cluster })) {
			for (const statement of statements)
				expect(statement).toMatch(
					/^(?:CREATE (?:TABLE|MATERIALIZED VIEW) IF NOT EXISTS |ALTER TABLE \w+(?: ON CLUSTER 'c')? ADD COLUMN IF NOT EXISTS )/,
				);
		}
	}
});

test('migrations are numbered without gaps', () => {
	expect(renderMigrations().map(({ id }) => id)).toEqual(renderMigrations().map((_, index) => index + 1));
});

test('the name of a cluster is a name', () => {
	expect(() => renderMigrations({ cluster: "x' SETTINGS" })).toThrow('NIGHTJAR_CLUSTER must be the name of a cluster');
});
