import { VISIBILITIES } from '#lib/filter/stored.ts';
import * as v from 'valibot';
import { conditionEntries, cursorParam, formatParam, limitParam, originParam, searchSchema } from '../params.ts';

const described = <Schema extends v.GenericSchema>(schema: Schema, description: string) =>
	v.pipe(schema, v.metadata({ description }));

const text = described(
	v.pipe(v.string('must be a text'), v.maxLength(100_000, 'is longer than any filter may be')),
	'The filter in the language',
);
const changelog = v.optional(
	described(v.pipe(v.string('must be a text'), v.maxLength(2000, 'must have at most 2000 characters')), 'What changed'),
	'',
);
const examples = (description: string) =>
	described(v.array(v.string('must be texts survey:alertId'), 'must be a list'), description);
const versionNumber = v.pipe(
	v.number('must be a number'),
	v.integer('must be a whole number'),
	v.minValue(1, 'must be at least 1'),
	v.maxValue(1_000_000, 'is no version'),
);

/** Body of `POST /api/v1/filters`. */
export const createSchema = v.strictObject({
	name: described(v.string('must be a text'), 'One line of at most 100 characters'),
	text,
	changelog,
	mustPass: v.optional(examples('Alerts as survey:alertId that must pass'), []),
	mustFail: v.optional(examples('Alerts as survey:alertId that must not pass'), []),
	meaning: v.optional(
		described(
			v.pipe(v.string('must be a text'), v.maxLength(2000, 'must have at most 2000 characters')),
			'What it is for',
		),
		'',
	),
	visibility: v.optional(
		described(
			v.picklist(VISIBILITIES, `must be one of ${VISIBILITIES.join(', ')}`),
			'Who sees it: private, group or public',
		),
		'private',
	),
	group: v.optional(described(v.string('must be a text'), 'Id of the group that sees it'), ''),
	topic: v.optional(
		described(
			v.nullable(v.string('must be a text or null')),
			'Kafka topic for its hits on public programmes: small letters, digits, dots, dashes, underscores; null for none. A public filter gets one made from its name',
		),
	),
	block: v.optional(described(v.boolean('must be true or false'), 'Made to be imported by others'), false),
	forkedFrom: v.optional(
		described(
			v.pipe(v.string('must be a text'), v.regex(/^(?:[0-9a-f-]{36}@\d{1,7})?$/, 'must be id@version')),
			'id@version of the filter that it was made from',
		),
		'',
	),
});

/** Body of `POST /api/v1/filters/examples`. */
export const examplesSchema = v.strictObject({
	text,
	mustPass: createSchema.entries.mustPass,
	mustFail: createSchema.entries.mustFail,
});

/** Body of `POST /api/v1/filters/{id}/versions`. */
export const newVersionSchema = v.strictObject({
	text,
	changelog,
	mustPass: v.optional(
		examples('Alerts as survey:alertId that must pass; left away, those of the version it was made from; [] for none'),
	),
	mustFail: v.optional(
		examples(
			'Alerts as survey:alertId that must not pass; left away, those of the version it was made from; [] for none',
		),
	),
	base: described(versionNumber, 'Version that it was made from; 409 where that is not the newest any more'),
});

/** Body of `POST /api/v1/filters/{id}/activate`. */
export const activateSchema = v.strictObject({
	version: v.optional(described(versionNumber, 'The newest unless told')),
});

/** Body of `pause` and `retire`. */
export const reasonSchema = v.strictObject({
	reason: v.optional(
		described(v.pipe(v.string('must be a text'), v.maxLength(500, 'must have at most 500 characters')), 'Why'),
		'',
	),
});

/** Query of the list of filters. */
export const filtersSchema = v.strictObject({
	owner: v.optional(
		described(v.picklist(['all', 'mine', 'shared', 'system'], 'must be one of all, mine, shared, system'), 'Whose'),
		'all',
	),
	origin: originParam,
	format: formatParam,
});

/** Query of the hits of a filter. */
export const hitsSchema = v.strictObject({
	version: v.optional(
		described(
			v.pipe(v.string(), v.regex(/^\d{1,7}$/, 'must be a version'), v.transform(Number)),
			'Only hits of this version',
		),
	),
	night: conditionEntries.night,
	nightFrom: conditionEntries.nightFrom,
	nightTo: conditionEntries.nightTo,
	survey: conditionEntries.survey,
	limit: limitParam(1000, 50),
	cursor: cursorParam,
	fields: searchSchema.entries.fields,
	format: formatParam,
	origin: originParam,
});

/** A body that says nothing. */
export const emptySchema = v.strictObject({});

const night = described(
	v.pipe(v.string('must be a date'), v.regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date like 2026-11-20')),
	'Night',
);

/** Body of `POST /api/v1/filters/test`. */
export const trialSchema = v.strictObject({
	filter: v.optional(described(v.string('must be a text'), 'Id of a stored filter')),
	version: v.optional(described(versionNumber, 'Its version; the newest unless told')),
	text: v.optional(text),
	nightFrom: described(night, 'First night'),
	nightTo: described(night, 'Last night'),
	survey: v.optional(described(v.string('must be a text'), 'Only nights of this survey'), ''),
});

/** Body of `PATCH /api/v1/filters/{id}`: what is left away stays. */
export const changeSchema = v.strictObject({
	name: v.optional(createSchema.entries.name),
	meaning: v.optional(createSchema.entries.meaning.wrapped),
	visibility: v.optional(createSchema.entries.visibility.wrapped),
	group: v.optional(createSchema.entries.group.wrapped),
	topic: createSchema.entries.topic,
	expected: v.optional(
		described(
			v.nullable(
				v.strictObject({
					low: v.pipe(v.number('must be a number'), v.minValue(0, 'must be at least 0')),
					high: v.pipe(v.number('must be a number'), v.minValue(0, 'must be at least 0')),
				}),
			),
			'Hits of a night that are expected; null = not known',
		),
	),
});

/** Query of the feed of a filter. */
export const feedSchema = v.strictObject({ origin: originParam });

/** Query of the bundle of a filter. */
export const bundleSchema = v.strictObject({
	version: hitsSchema.entries.version,
	nightFrom: conditionEntries.nightFrom,
	nightTo: conditionEntries.nightTo,
	origin: originParam,
});

/** Body of `POST /api/v1/filters/{id}/outputs`. */
export const outputSchema = v.strictObject({
	kind: described(
		v.picklist(['webhook', 'email', 'marshal'], 'must be webhook, email or marshal'),
		'webhook, email or marshal',
	),
	address: v.optional(
		described(
			v.pipe(v.string('must be a text'), v.maxLength(500, 'must have at most 500 characters')),
			'Of a webhook: where hits are posted, https. Of a marshal: your link and the number of its own filter, with a space between',
		),
		'',
	),
	everyMinutes: v.optional(
		described(
			v.pipe(
				v.number('must be a number'),
				v.integer('must be a whole number'),
				v.minValue(5, 'must be at least 5'),
				v.maxValue(10_080, 'must be at most 10080, a week'),
			),
			'Of a digest: minutes between letters',
		),
		1440,
	),
});

/** Body of `POST /api/v1/filters/{id}/outputs/{output}`. */
export const outputActionSchema = v.strictObject({
	action: described(
		v.picklist(['on', 'off', 'retry', 'test'], 'must be one of on, off, retry, test'),
		'on, off, retry (put what is dead back into the queue) or test (send the newest hit)',
	),
});
