// Compares simulated ZTF alerts with real ones: npm run bench -- simulator [REF_ROWS.json] [COUNT].
// REF_ROWS.json comes from scripts/golden/ref_rows.py; without it only quantiles are compared.
import { readFileSync } from 'node:fs';
import { Stream } from '#server/simulate/random.ts';
import {
	crossValidate,
	kolmogorovSmirnov,
	logisticRegression,
	quantile,
	randomForest,
	rankColumns,
} from './comparison.ts';
import { FIELDS, REAL_QUANTILES, selectedRows } from './simulatorRows.ts';

interface RealRow {
	readonly object: string;
	readonly fields: readonly (number | null)[];
}

const LEVELS = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99];
const shown = (value: number) => value.toFixed(2);
const [path, countText] = process.argv.slice(2);
const rows = await selectedRows(11, Number(countText ?? 2000));
console.log(`${rows.length} simulated alerts of ${new Set(rows.map((row) => row.object)).size} objects`);
const real =
	path === undefined
		? []
		: (JSON.parse(readFileSync(path, 'utf8')) as readonly RealRow[]).map((row) => ({
				object: row.object,
				fields: row.fields.map((value) => value ?? Number.NaN),
			}));

console.log('| field | real 1 / 10 / 25 / 50 / 75 / 90 / 99 % | simulated | D |');
console.log('| --- | --- | --- | --- |');
FIELDS.forEach((field, index) => {
	const simulated = rows.map((row) => row.fields[index] ?? Number.NaN);
	const d =
		real.length > 0
			? shown(
					kolmogorovSmirnov(
						simulated,
						real.map((row) => row.fields[index] ?? Number.NaN),
					),
				)
			: '-';
	console.log(
		`| ${field} | ${(REAL_QUANTILES[index] ?? []).map(shown).join(' / ')} | ${LEVELS.map((p) => shown(quantile(simulated, p))).join(' / ')} | ${d} |`,
	);
});

/** AUC of both classifiers for as many simulated rows as there are real ones, the mean of ten draws. */
function tellApart(columns: readonly number[]): { logistic: number; forest: number } {
	const stream = new Stream(4, 1, 1);
	let logistic = 0;
	let forest = 0;
	const rounds = columns.length === FIELDS.length ? 10 : 4;
	for (let round = 0; round < rounds; round++) {
		const chosen = rows
			.map((row) => ({ row, order: stream.uniform() }))
			.sort((a, b) => a.order - b.order)
			.slice(0, real.length)
			.map(({ row }) => row);
		const all = [...real, ...chosen];
		const ranked = rankColumns(all.map((row) => columns.map((column) => row.fields[column] ?? Number.NaN)));
		const labels = all.map((_, index) => index < real.length);
		const groups = all.map((row) => row.object);
		const folds = new Stream(5, round, 1);
		logistic += crossValidate(ranked, labels, groups, logisticRegression, () => folds.uniform()) / rounds;
		forest +=
			crossValidate(
				ranked,
				labels,
				groups,
				randomForest(100, () => stream.uniform()),
				() => folds.uniform(),
			) / rounds;
	}
	return { logistic, forest };
}

if (real.length > 0) {
	const every = FIELDS.map((_, index) => index);
	const all = tellApart(every);
	console.log(
		`AUC of telling simulated from real: logistic regression ${shown(all.logistic)}, forest ${shown(all.forest)} (target at most 0.75)`,
	);
	const without = every.map((left) => ({
		field: FIELDS[left] ?? '',
		forest: tellApart(every.filter((index) => index !== left)).forest,
	}));
	without.sort((a, b) => a.forest - b.forest);
	console.log(
		`worst three (the forest's AUC without them): ${without
			.slice(0, 3)
			.map((each) => `${each.field} ${shown(each.forest)}`)
			.join(', ')}`,
	);
}
for (const group of ['SN', 'VS', 'AGN']) {
	const own = rows.filter((row) => row.group === group);
	console.log(
		`${group} (${own.length}) medians: ${FIELDS.map(
			(field, index) =>
				`${field} ${shown(
					quantile(
						own.map((row) => row.fields[index] ?? Number.NaN),
						0.5,
					),
				)}`,
		).join(', ')}`,
	);
}
