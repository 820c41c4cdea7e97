import type { FieldType, SurveyField } from './fields.ts';

const LINE = /^(\S+)\s+(float32|float64|int|long|text|truth)\s+(\S+)\s+(.+)$/;

/**
 * Fields written one per line as `name type unit meaning`; unit `-` is none. A name that differs from the packet's is
 * written `name=name_in_packet`. `record` is the record of the packet they stand in, '' for the packet itself.
 */
export function fieldTable(record: string, lines: string): SurveyField[] {
	return lines
		.trim()
		.split('\n')
		.map((line) => {
			const match = LINE.exec(line.trim());
			if (match === null) throw new Error(`Not a field: "${line.trim()}".`);
			const [, names = '', type, unit = '', meaning = ''] = match;
			const [name = '', inPacket = name] = names.split('=');
			const from = record === '' ? inPacket : `${record}.${inPacket}`;
			return { name, from, type: type as FieldType, unit: unit === '-' ? '' : unit, meaning };
		});
}

/** The fields of those names from another survey's table, in the order asked for; throws for one that is not there. */
export function fieldsLike(fields: readonly SurveyField[], names: string): SurveyField[] {
	return names.split(' ').map((name) => {
		const field = fields.find((known) => known.name === name);
		if (field === undefined) throw new Error(`There is no field ${name} to take over.`);
		return field;
	});
}
