/**
 * The filter language: one text, one checked tree, two back ends with one meaning.
 *
 *     const { filter, problems, printed } = check(text, environment);   // never throws
 *     const set = new FilterSet(filters);                               // filters checked into one Pool
 *     const runs = set.run(alerts);                                     // live: hits with annotations, error, cost per filter
 *     const { conditions, survivors, alone } = explain(filter, alerts); // why an alert passes or not; funnel of a sample
 *     const { sql, params } = toSql(filter, { ... });                   // the same on the archive, as known then
 *
 * - `check` gives the syntax tree with places (`parse` alone gives it without checking), the problems with place, sentence and
 *   suggestion, the canonical text with names in full, the named parts with their types, and the checked filter where nothing is
 *   wrong. Warnings do not stop a filter. `print(parse(text).syntax)` is canonical: parsing it gives the same tree.
 * - `Environment` resolves blocks (`use "name@3" as x`), areas, lists, catalogues and models when a filter is checked; a block is
 *   taken in whole, so a checked filter does not change when a block does.
 * - Missing values: what is not a finite number, an empty text and a record that is not there are absent. Whatever is computed from
 *   an absent value is absent; a comparison with it is unknown; `not` unknown is unknown; `and` and `or` are unknown unless the other
 *   side decides. A filter passes only where it is true. Aggregates leave absent values out; of nothing, count and sum are 0 and the
 *   others absent. "is present" and "is absent" are never unknown.
 * - Three kinds: live; after the night (`order by`, `limit`, `one per object`); sampled (`sample 0.01`).
 * - Cost is bounded when a filter is checked (LIMITS), and measured per filter and batch by `FilterSet.run`.
 */
export { check, type Annotation, type CheckedFilter } from './check.ts';
export { Pool } from './core.ts';
export {
	EMPTY_ENVIRONMENT,
	environmentFrom,
	type Area,
	type CatalogColumn,
	type Environment,
	type EnvironmentData,
	type NamedList,
} from './environment.ts';
export { FILTER_FIELDS, MEMBERS, type Member } from './catalogue.ts';
export { FUNCTIONS, type FunctionEntry } from './functions.ts';
export { LIMITS } from './limits.ts';
export { KEYWORDS, parse } from './parse.ts';
export { lineAndColumn, type Problem } from './place.ts';
export { print, printExpression } from './print.ts';
export { countTrue, explain, FilterSet, type AnnotationValue, type FilterRun } from './run.ts';
export { recordsSql, toColumnsSql, toFunnelSql, toSql, toStatesSql, type RecordName } from './sql.ts';
export type { Expr, FilterSyntax, Statement } from './syntax.ts';
export { describeType, type Type } from './type.ts';
export type { Histogram } from './histogram.ts';
export type { ClassEfficiency } from './efficiency.ts';
export type { NightFunnel, NightFunnels } from './nightFunnel.ts';
export { valuesMet } from './met.ts';
export { packAlert, unpackAlert, type WireAlert } from './wire.ts';
export { blockExpression, shapeOf, testOf, type Shape, type TestOp } from './shape.ts';
export {
	annotationsOf,
	changeAnnotation,
	conditionOf,
	groupOf,
	insertInto,
	moveTerm,
	placeOf,
	readExpression,
	replaceIn,
	withAnnotation,
	withCondition,
	withoutStatement,
	type AnnotationEntry,
} from './tree.ts';
