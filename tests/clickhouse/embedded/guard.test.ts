import { describe, expect, test } from 'vitest';
import { checkReading, forbiddenNames } from '#clickhouse/embedded/guard.ts';
import { parseStatement } from '#clickhouse/embedded/statement.ts';

const forbidden = forbiddenNames([
	'file',
	'url',
	's3',
	'remote',
	'mysql',
	'numbers',
	'executable',
	'merge',
	'loop',
	'format',
]);

const ALLOWED = [
	'SELECT 1',
	'  -- a comment; with a semicolon\n SELECT count() FROM alerts;',
	'WITH x AS (SELECT 1) SELECT * FROM x',
	"SELECT 'INTO OUTFILE file(' AS text, `file` FROM numbers(10)",
	'(SELECT 1) UNION ALL (SELECT 2)',
	'EXPLAIN PLAN SELECT 1',
	'DESCRIBE TABLE alerts',
	"SELECT $x$; file('a')$x$",
	"SELECT formatReadableSize(1), format('{}', 'a')",
	'SELECT file, settings FROM alerts WHERE settings = 1',
];

const REFUSED = [
	"SELECT file('/etc/passwd')",
	"SELECT FILE ( '/etc/passwd')",
	"SELECT `file`('/etc/passwd')",
	"SELECT /* x */ file/**/('/etc/passwd')",
	"SELECT * FROM file('/etc/passwd', 'LineAsString')",
	"SELECT * FROM url('http://127.0.0.1/')",
	"SELECT * FROM s3('http://a/b')",
	"SELECT 1 INTO OUTFILE '/tmp/x'",
	"SELECT 1 INTO/**/OUTFILE '/tmp/x'",
	"SELECT * FROM '/etc/passwd'",
	'SELECT * FROM default."/etc/passwd"',
	'SELECT * FROM `default`.`/etc/passwd`',
	'KILL QUERY WHERE 1',
	'INSERT INTO t SELECT 1',
	'SYSTEM SHUTDOWN',
	'DROP TABLE alerts',
	'SET readonly = 0',
	'WITH 1 AS x INSERT INTO t SELECT 1',
	'SELECT 1 SETTINGS readonly = 0',
	"SELECT dictGet('d', 'a', 1)",
	'SELECT sleep(3)',
	"SELECT * FROM executable('x', 'TSV', 'a String')",
	"EXPLAIN SELECT file('/etc/passwd')",
	"BACKUP TABLE alerts TO File('x')",
];

describe('a read-only request', () => {
	test.each(ALLOWED)('may run %s', (sql) => {
		expect(() => {
			checkReading(parseStatement(sql), forbidden);
		}).not.toThrow();
	});

	test.each(REFUSED)('may not run %s', (sql) => {
		expect(() => {
			checkReading(parseStatement(sql), forbidden);
		}).toThrow(/read-only request|no database "default"/);
	});

	test('is one statement', () => {
		expect(() => parseStatement('SELECT 1; SELECT 2')).toThrow('One statement at a time.');
		expect(() => parseStatement("SELECT 'open")).toThrow('A quote is not closed.');
		expect(() => parseStatement(' -- nothing')).toThrow('The statement is empty.');
	});
});
