import type { Column } from './columns.ts';

const CHARS = 'datatype="char" arraysize="*"';

/** How VOTable names the type of a column (TABLEDATA; empty cells are absent, VOTable 1.4 section 6.3). */
function datatypeOf(column: Column): string {
	switch (column.kind) {
		case 'number':
			return 'datatype="double"';
		case 'integer':
			return column.field?.type === 'long' ? 'datatype="long"' : 'datatype="int"';
		case 'id':
			return 'datatype="long"';
		case 'truth':
			return 'datatype="boolean"';
		case 'text':
			return 'datatype="unicodeChar" arraysize="*"';
		case 'date':
			return CHARS;
		case 'time':
			return `${CHARS} xtype="timestamp"`;
	}
}

function attribute(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** What stands before the rows: one FIELD per column with unit, UCD and meaning; `ucds` replaces those of columns by name, `chars` are declared as characters. */
export function votableHeader(
	columns: readonly Column[],
	{
		name,
		infos = [],
		ucds = {},
		chars = [],
	}: {
		readonly name: string;
		readonly infos?: readonly (readonly [name: string, value: string])[];
		readonly ucds?: Readonly<Record<string, string>>;
		readonly chars?: readonly string[];
	},
): string {
	const fields = columns.map((column) => {
		const about = column.core ?? column.like;
		const unit = about?.unit ?? column.field?.unit ?? '';
		const meaning = about?.meaning ?? column.field?.meaning ?? '';
		const ucd = ucds[column.name] ?? about?.ucd ?? '';
		const frame = ['ra', 'dec'].includes(column.name) ? ' ref="icrs"' : '';
		const scale = /mjd$/i.test(column.name) ? ' ref="tai"' : '';
		return [
			`<FIELD name="${attribute(column.name)}" ${chars.includes(column.name) ? CHARS : datatypeOf(column)}`,
			unit === '' ? '' : ` unit="${attribute(unit)}"`,
			ucd === '' ? '' : ` ucd="${attribute(ucd)}"`,
			`${frame}${scale}><DESCRIPTION>${attribute(meaning)}</DESCRIPTION></FIELD>`,
		].join('');
	});
	return [
		'<?xml version="1.0" encoding="UTF-8"?>',
		'<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">',
		'<RESOURCE type="results">',
		'<INFO name="QUERY_STATUS" value="OK"/>',
		...infos.map(([key, value]) => `<INFO name="${attribute(key)}" value="${attribute(value)}"/>`),
		'<COOSYS ID="icrs" system="ICRS"/>',
		'<TIMESYS ID="tai" timeorigin="MJD-origin" timescale="TAI" refposition="TOPOCENTER"/>',
		`<TABLE name="${attribute(name)}">`,
		...fields,
		'<DATA><TABLEDATA>',
		'',
	].join('\n');
}

/** What stands after the rows. */
export const VOTABLE_END = '</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>\n';

/** A document that says why there are no rows (DALI 1.1 section 4.4). */
export function votableError(sentence: string): string {
	return [
		'<?xml version="1.0" encoding="UTF-8"?>',
		'<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">',
		`<INFO ID="Error" name="Error" value="${attribute(sentence)}"/>`,
		'<RESOURCE type="results">',
		`<INFO name="QUERY_STATUS" value="ERROR">${attribute(sentence)}</INFO>`,
		'</RESOURCE></VOTABLE>',
		'',
	].join('\n');
}

function cell(column: Column): string {
	switch (column.kind) {
		case 'number':
			return `if(isFinite(${column.sql}), toString(${column.sql}), '')`;
		case 'truth':
			return `ifNull(if(${column.sql}, 'T', 'F'), '')`;
		case 'text': {
			// what XML cannot hold is left out
			const plain = `replaceRegexpAll(ifNull(toString(${column.sql}), ''), '[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]', '')`;
			return `replaceAll(replaceAll(replaceAll(${plain}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')`;
		}
		case 'time':
			return `concat(replaceOne(toString(${column.sql}), ' ', 'T'), 'Z')`;
		case 'integer':
		case 'id':
		case 'date':
			return `ifNull(toString(${column.sql}), '')`;
	}
}

/** One SELECT expression that is a whole row. */
export function votableRowList(columns: readonly Column[]): string {
	const cells = columns.map((column) => `'<TD>', ${cell(column)}, '</TD>'`);
	return `concat('<TR>', ${cells.join(', ')}, '</TR>') AS line`;
}
