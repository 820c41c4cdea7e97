import { SURVEYS } from '#lib/alert/surveys.ts';
import type { ObjectKey } from '#clickhouse/read/objects.ts';
import { CsvReader, sniffDelimiter } from '#lib/format/csvRead.ts';
import * as v from 'valibot';
import { MOST_OBJECTS, objectIdParam } from './params.ts';
import { ProblemError } from './problem.ts';

/** Most bytes of a body. */
const MOST_BYTES = 300_000;

const listSchema = v.array(v.object({ survey: v.string(), objectId: v.string() }));

/** Objects that can be, each once, in the order given; `place` says where one stands in the body, counted from 0. */
function checked(rows: readonly ObjectKey[], place: (index: number) => string): ObjectKey[] {
	if (rows.length === 0) throw new ProblemError(400, 'The body names no object.');
	if (rows.length > MOST_OBJECTS) {
		throw new ProblemError(413, `The body names ${rows.length} objects: send at most ${MOST_OBJECTS} at once.`);
	}
	const objects = new Map<string, ObjectKey>();
	for (const [i, given] of rows.entries()) {
		const survey = given.survey.trim();
		const objectId = v.safeParse(objectIdParam, given.objectId);
		if (!SURVEYS.some(({ name }) => name === survey)) {
			throw new ProblemError(
				400,
				`${place(i)} cannot be: survey must be one of ${SURVEYS.map(({ name }) => name).join(', ')}.`,
				[{ parameter: `objects.${i}.survey`, message: 'is no survey that is read here' }],
			);
		}
		if (!objectId.success) {
			const message = objectId.issues[0].message;
			throw new ProblemError(400, `${place(i)} cannot be: objectId ${message}.`, [
				{ parameter: `objects.${i}.objectId`, message },
			]);
		}
		objects.set(`${survey} ${objectId.output}`, { survey, objectId: objectId.output });
	}
	return [...objects.values()];
}

function fromJson(text: string): ObjectKey[] {
	let body: unknown;
	try {
		body = JSON.parse(text);
	} catch {
		throw new ProblemError(400, 'The body is no JSON: send a list of objects, or CSV as text/csv.');
	}
	const list = typeof body === 'object' && body !== null && 'objects' in body ? body.objects : body;
	const parsed = v.safeParse(listSchema, list);
	if (!parsed.success) {
		const at = Number(parsed.issues[0].path?.[0].key ?? 0) + 1;
		throw new ProblemError(
			400,
			`Object ${at} of the body cannot be read: it must be {"survey": "ztf", "objectId": "..."}, and ids are texts.`,
		);
	}
	return checked(parsed.output, (i) => `Object ${i + 1} of the body`);
}

function fromCsv(text: string): ObjectKey[] {
	const reader = new CsvReader(sniffDelimiter(text.slice(0, text.search(/\n|$/))));
	const [header, ...rows] = [...reader.push(text.replace(/^\uFEFF/, '')), ...reader.end()];
	const names = (header?.cells ?? []).map((name) => name.trim().toLowerCase());
	const [survey, objectId] = [names.indexOf('survey'), names.indexOf('objectid')];
	if (survey === -1 || objectId === -1) {
		throw new ProblemError(400, 'The CSV needs a header line with the columns survey and objectId.');
	}
	return checked(
		rows.map(({ cells }) => ({ survey: cells[survey] ?? '', objectId: cells[objectId] ?? '' })),
		(i) => `Line ${rows[i]?.line ?? i + 2} of the CSV`,
	);
}

/** Objects of a request's body, JSON or CSV by its content type, at most `MOST_OBJECTS`; throws a problem that names what is wrong. */
export async function readAskedObjects(request: Request): Promise<ObjectKey[]> {
	const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
	if (type !== 'application/json' && type !== 'text/csv') {
		throw new ProblemError(400, 'Send the objects as application/json or text/csv, and say which in Content-Type.');
	}
	const text = await request.text();
	if (text.length > MOST_BYTES) {
		throw new ProblemError(413, `The body is too large: send at most ${MOST_OBJECTS} objects at once.`);
	}
	return type === 'application/json' ? fromJson(text) : fromCsv(text);
}
