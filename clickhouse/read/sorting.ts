import type { AddedSort, SearchQuery } from '#lib/alert/views.ts';
import type { Column } from './columns.ts';
import { objectSortExpression, sortExpression } from './conditions.ts';
import { moreColumnsOf, type ScoreColumn } from './moreColumns.ts';
import { scoredBy, scoreSql, type Scored } from './scored.ts';

/** How the alerts of a search are sorted. */
export interface Sorting {
	/** The key of an alert, absent values last: never NaN, never null. */
	readonly key: string;
	readonly keyType: 'Float64' | 'String';
	/** What the key needs joined to the alerts. */
	readonly scored: Scored;
	readonly isJoined: boolean;
}

const NOT_JOINED = { scored: scoredBy([], '', ''), isJoined: false };

/** A number as a key, absent ones last. */
function numberKey(sql: string, descending: boolean): string {
	const last = descending ? '-1e300' : '1e300';
	return `ifNull(if(isFinite(${sql}), toFloat64(${sql}), ${last}), ${last})`;
}

/** A text as a key, empty ones last: its first letter says on which side of the others it stands. */
function textKey(text: string, descending: boolean): string {
	const [there, absent] = descending ? ['1', '0'] : ['0', '1'];
	const value = `ifNull(toString(${text}), '')`;
	return `if(${value} = '', '${absent}', concat('${there}', ${value}))`;
}

/** A whole number of 64 bits as a text that sorts like it: a float would take neighbours for equal. */
function longKey(sql: string, isSigned: boolean, descending: boolean): string {
	const bits = isSigned
		? `bitXor(reinterpretAsUInt64(toInt64(ifNull(${sql}, 0))), bitShiftLeft(toUInt64(1), 63))`
		: sql;
	const digits = `leftPad(toString(${bits}), 20, '0')`;
	return textKey(isSigned ? `if(isNull(${sql}), '', ${digits})` : digits, descending);
}

/** The key of an added column, and its type. */
function columnKey({ sql, kind, field }: Column, descending: boolean): Pick<Sorting, 'key' | 'keyType'> {
	const number = (key: string): Pick<Sorting, 'key' | 'keyType'> => ({ key, keyType: 'Float64' });
	switch (kind) {
		case 'number':
			return number(numberKey(sql, descending));
		case 'truth':
			return number(numberKey(`toFloat64(${sql})`, descending));
		case 'integer':
			return field?.type === 'long'
				? { key: longKey(sql, true, descending), keyType: 'String' }
				: number(numberKey(`toFloat64(${sql})`, descending));
		case 'id':
			return { key: longKey(sql, false, descending), keyType: 'String' };
		case 'date':
			return number(`toFloat64(toRelativeDayNum(${sql}))`);
		case 'time':
			return number(`toFloat64(toUnixTimestamp64Milli(${sql}))`);
		case 'text':
			return { key: textKey(sql, descending), keyType: 'String' };
	}
}

/** The field or the score of a name that was checked when it was asked for. */
export function addedColumn({ column }: AddedSort): Column | ScoreColumn {
	const { fields, scores } = moreColumnsOf(column);
	const found = fields[0] ?? scores[0];
	if (found === undefined) throw new Error(`A search is sorted by ${column}, which nobody checked.`);
	return found;
}

/** How a search sorts alerts, or objects by their newest matching alert. */
export function sortingOf({ kind, sort, descending }: Pick<SearchQuery, 'kind' | 'sort' | 'descending'>): Sorting {
	if (typeof sort === 'string') {
		const expression = kind === 'objects' ? objectSortExpression : sortExpression;
		return { key: expression(sort, descending), keyType: 'Float64', ...NOT_JOINED };
	}
	const added = addedColumn(sort);
	if ('sql' in added) return { ...columnKey(added, descending), ...NOT_JOINED };
	return {
		key: scoreKey(0, descending),
		keyType: 'Float64',
		scored: scoredBy([added], 'alerts.survey', 'alerts.alert_id'),
		isJoined: true,
	};
}

/** The key of a score that is joined already, at its place among the joined. */
export function scoreKey(place: number, descending: boolean): string {
	return numberKey(scoreSql(place), descending);
}
