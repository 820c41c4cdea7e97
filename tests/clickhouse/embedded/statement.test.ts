import { expect, test } from 'vitest';
import { withoutValues } from '#clickhouse/embedded/log.ts';
import { hasScalarSubquery, insertHead, parseStatement, tokensOf } from '#clickhouse/embedded/statement.ts';

test('the FORMAT clause is parted from the statement', () => {
	expect(parseStatement('SELECT 1\nFORMAT JSONEachRow')).toMatchObject({ sql: 'SELECT 1\n', format: 'JSONEachRow' });
	expect(parseStatement('SELECT 1 FORMAT CSV SETTINGS max_threads = 1;')).toMatchObject({
		sql: 'SELECT 1  SETTINGS max_threads = 1',
		format: 'CSV',
	});
	expect(parseStatement("SELECT format('{}', 'FORMAT CSV') AS format FROM t").format).toBeNull();
	expect(parseStatement('SELECT format FROM t').format).toBeNull();
	expect(parseStatement('SELECT (SELECT 1 FORMAT Null) FORMAT TSV').format).toBe('TSV');
});

test('the head of an INSERT ends where its data begin', () => {
	const binary = insertHead('INSERT INTO t (`a`, b) FORMAT RowBinary');
	expect(binary).toMatchObject({ target: 'INSERT INTO t (`a`, b) ', settings: '', format: 'RowBinary' });
	const settings = insertHead('INSERT INTO t SETTINGS async_insert = 0 FORMAT TSV\n1');
	expect(settings).toMatchObject({ target: 'INSERT INTO t ', settings: 'SETTINGS async_insert = 0 ', format: 'TSV' });
	expect(insertHead("INSERT INTO t VALUES (1, 'a;b')")).toMatchObject({ target: 'INSERT INTO t ', format: 'Values' });
	expect(insertHead('INSERT INTO t SELECT 1')).toBeNull();
	expect(insertHead('INSERT INTO t (a) WITH 1 AS x SELECT x')).toBeNull();
	expect(insertHead('SELECT 1')).toBeNull();
});

test('scalar sub-queries are told from tables and sets', () => {
	const scalar = (sql: string) => hasScalarSubquery(tokensOf(sql));
	expect(scalar('SELECT * FROM (SELECT 1)')).toBe(false);
	expect(scalar('SELECT * FROM t WHERE a IN (SELECT 1)')).toBe(false);
	expect(scalar('WITH x AS (SELECT 1) SELECT * FROM x JOIN (SELECT 2) AS y ON 1')).toBe(false);
	expect(scalar('SELECT (SELECT max(a) FROM t)')).toBe(true);
	expect(scalar('WITH (SELECT 1) AS x SELECT x')).toBe(true);
	expect(scalar('SELECT * FROM t WHERE a > (WITH 1 AS b SELECT b)')).toBe(true);
});

test('the log keeps no values', () => {
	expect(withoutValues("SELECT 'secret' -- why\n FROM t  WHERE a = 5")).toBe('SELECT ? FROM t WHERE a = 5');
});
