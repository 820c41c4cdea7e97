import type { FieldType, SurveyField } from './fields.ts';

// A column costs every insert its share, used or not: 170 alerts of ZTF took twice as long when each field of every survey had one.

const LINE = /^(\S+)\s+(float32|float64|int|long|text|truth)\s+(\S+)\s+(.+)$/;

/** How the store keeps the fields of a table: together in the arrays of that group, but for those named as columns. */
interface Keeping {
	readonly group: string;
	/** Names of the fields that filters ask for most. */
	readonly columns?: string;
}

/** Text and 64-bit ids have columns of their own whatever their group. */
function groupOf(name: string, type: FieldType, { group, columns = '' }: Keeping): string {
	return type === 'text' || type === 'long' || columns.split(' ').includes(name) ? '' : group;
}

/**
 * Fields written one per line as `name type unit meaning`; unit `-` is none. A name that differs from the packet's is
 * written `name=name_in_packet`. `record` is the record of the packet they stand in, '' for the packet itself.
 * The arrays of a group keep the order of the lines: a field that comes later goes to the end, or into another group.
 */
export function fieldTable(record: string, keeping: Keeping, lines: string): SurveyField[] {
	return lines
		.trim()
		.split('\n')
		.map((line) => {
			const match = LINE.exec(line.trim());
			if (match === null) throw new Error(`Not a field: "${line.trim()}".`);
			const [, names = '', type, unit = '', meaning = ''] = match;
			const [name = '', inPacket = name] = names.split('=');
			const from = record === '' ? inPacket : `${record}.${inPacket}`;
			const group = groupOf(name, type as FieldType, keeping);
			return { name, from, type: type as FieldType, unit: unit === '-' ? '' : unit, meaning, group };
		});
}

/** The fields of those names from another survey's table, in the order asked for; throws for one that is not there. */
export function fieldsLike(fields: readonly SurveyField[], keeping: Keeping, names: string): SurveyField[] {
	return names.split(' ').map((name) => {
		const field = fields.find((known) => known.name === name);
		if (field === undefined) throw new Error(`There is no field ${name} to take over.`);
		return { ...field, group: groupOf(name, field.type, keeping) };
	});
}
