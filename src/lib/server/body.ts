import type { RequestEvent } from '@sveltejs/kit';
import * as v from 'valibot';
import { plainSchema, readQuery } from './params.ts';
import { ProblemError } from './problem.ts';

const MOST_BYTES = 500_000;

/**
 * The JSON body of a request by a schema, beside which the address asks for nothing but an origin; throws a problem that names each
 * fault. An empty body counts as `{}`. With an `example` it is a question that changes nothing: it may come under any content type,
 * and faults show the example.
 */
export async function readBody<Schema extends v.GenericSchema>(
	schema: Schema,
	{ request, url }: Pick<RequestEvent, 'request' | 'url'>,
	example = '',
): Promise<v.InferOutput<Schema>> {
	readQuery(plainSchema, url);
	const send = example === '' ? '' : ` Send ${example}.`;
	// a page of another site must not act for whoever sits at this machine
	const origin = request.headers.get('origin');
	if (origin !== null && origin !== url.origin) {
		throw new ProblemError(
			403,
			'This request was sent by a page of another site: send it from here, or from a script.',
		);
	}
	const type = request.headers.get('content-type') ?? '';
	const bytes = await request.arrayBuffer();
	if (bytes.byteLength > MOST_BYTES) {
		throw new ProblemError(413, `The body has ${bytes.byteLength} bytes: ${MOST_BYTES} are the most.`);
	}
	if (example === '' && bytes.byteLength > 0 && !/^application\/(?:[\w.-]+\+)?json\b/i.test(type)) {
		throw new ProblemError(415, 'Send the body as JSON, with the header Content-Type: application/json.');
	}
	let value: unknown;
	try {
		value = bytes.byteLength === 0 ? {} : JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
	} catch {
		throw new ProblemError(400, `The body is no JSON in UTF-8.${send}`);
	}
	const parsed = v.safeParse(schema, value);
	if (parsed.success) return parsed.output;
	const faults = parsed.issues.map((issue) => {
		const name = issue.path?.map((item) => String(item.key)).join('.') ?? '';
		const unknown = issue.type === 'strict_object' && issue.expected === 'never';
		const missing = issue.type === 'strict_object' && issue.received === 'undefined';
		return { parameter: name, message: unknown ? 'is not known here' : missing ? 'is needed' : issue.message };
	});
	const [first] = faults;
	const fault = `The body cannot be used: ${first?.parameter ?? ''} ${first?.message ?? ''}.`;
	throw new ProblemError(400, `${fault}${send}`, faults);
}
