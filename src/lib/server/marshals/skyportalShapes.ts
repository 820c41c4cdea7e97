import * as v from 'valibot';

// Only what is named here is taken over; the raw profile holds every secret of its user.

/** Rows of a list that fit; others are left out, for one odd row must not hide the rest. */
export function rowsOf<Row>(schema: v.GenericSchema<unknown, Row>, value: unknown): Row[] {
	if (!Array.isArray(value)) return [];
	return value.flatMap((one: unknown) => {
		const parsed = v.safeParse(schema, one);
		return parsed.success ? [parsed.output] : [];
	});
}

const text = v.pipe(
	v.string(),
	v.transform((whole) => whole.slice(0, 300)),
);
const textOr = (fallback: string) => v.nullish(text, fallback);
const truth = (fallback: boolean) => v.nullish(v.boolean(), fallback);
const number = v.pipe(v.number(), v.finite());
/** A number, or null for anything else. */
const numberOrNull = v.optional(
	v.pipe(
		v.unknown(),
		v.transform((value): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)),
	),
	null,
);
const anything = v.optional(v.unknown());
const listOf = <Row>(schema: v.GenericSchema<unknown, Row>) =>
	v.optional(
		v.pipe(
			v.unknown(),
			v.transform((value) => rowsOf(schema, value)),
		),
		[],
	);
const id = v.pipe(v.number(), v.safeInteger());

export const envelopeShape = v.object({
	status: v.picklist(['success', 'error']),
	message: textOr(''),
	data: anything,
});

export const profileShape = v.object({
	id,
	username: text,
	roles: listOf(text),
	tokens: listOf(v.object({ id: v.string(), acls: v.array(text) })),
});

export const groupsShape = v.object({ user_groups: anything });
export const groupShape = v.object({
	id,
	name: text,
	nickname: v.nullish(text),
	single_user_group: truth(false),
});
export const membersShape = v.object({ users: anything });
export const memberShape = v.object({ id, can_save: v.boolean() });
export const filterShape = v.object({ id, name: text, group_id: id });

export const sourceShape = v.object({
	id: v.union([text, v.pipe(v.number(), v.transform(String))]),
	ra: numberOrNull,
	dec: numberOrNull,
	redshift: numberOrNull,
	redshift_error: numberOrNull,
	groups: anything,
	classifications: anything,
	annotations: anything,
});
export const sourcesShape = v.object({ sources: anything });

export const savedShape = v.object({
	id,
	name: textOr('a group'),
	active: truth(true),
	requested: truth(false),
	saved_at: textOr(''),
	saved_by: v.nullish(v.object({ username: textOr('') })),
});

export const classificationShape = v.object({
	id,
	classification: text,
	probability: numberOrNull,
	ml: truth(false),
	author_name: textOr(''),
	created_at: textOr(''),
});

export const annotationShape = v.object({ id, origin: text, data: v.record(v.string(), v.unknown()) });
export const commentShape = v.object({ id, text: v.string(), author_id: v.nullish(id) });

export const spectraShape = v.object({ spectra: anything });
export const spectrumShape = v.object({
	id,
	observed_at: text,
	wavelengths: v.array(number),
	fluxes: v.array(v.nullable(v.number())),
	units: textOr(''),
	type: textOr('source'),
	instrument_name: textOr(''),
	telescope_name: textOr(''),
});

export const pointShape = v.object({
	mjd: number,
	filter: text,
	instrument_name: textOr('an instrument'),
	mag: numberOrNull,
	magerr: numberOrNull,
	limiting_mag: numberOrNull,
	flux: numberOrNull,
	fluxerr: numberOrNull,
	zp: numberOrNull,
	ra: numberOrNull,
	dec: numberOrNull,
});

export const postedSourceShape = v.object({
	id: v.union([text, v.pipe(v.number(), v.transform(String))]),
	warnings: listOf(text),
});
export const postedAnnotationShape = v.object({ annotation_id: id });
export const postedCommentShape = v.object({ comment_id: id });
export const postedCandidateShape = v.object({ ids: v.array(id) });
