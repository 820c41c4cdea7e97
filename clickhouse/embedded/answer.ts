import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import type { Session } from 'chdb';
import { quote } from './engine.ts';
import { deliveryOf, type Delivery } from './formats.ts';
import { hasScalarSubquery, isSelect, type Statement } from './statement.ts';

/** Chooses how the answer of a statement is made: small answers in memory, large ones in blocks or through a file. */
export function planOf(statement: Statement, format: string, large: boolean): Delivery {
	if (!large || !isSelect(statement)) return { kind: 'buffer', format };
	const delivery = deliveryOf(format);
	// starting a stream evaluates scalar sub-queries on the main thread: such queries write a file instead
	if (delivery.kind !== 'buffer' && hasScalarSubquery(statement.tokens)) return { kind: 'file', format };
	return delivery;
}

async function* streamed(session: Session, sql: string, format: string): AsyncGenerator<Uint8Array> {
	for await (const chunk of session.queryStream(sql, { format })) {
		const bytes = chunk.raw();
		if (bytes.length > 0) yield bytes;
	}
}

async function* fromFile(session: Session, sql: string, format: string, path: string): AsyncGenerator<Uint8Array> {
	try {
		await session.queryAsync(`INSERT INTO FUNCTION file(${quote(path)}, ${quote(format)}) ${sql}`);
		// no rows, no file: then the buffered answer holds the bare document
		const size = await stat(path).then(
			(entry) => entry.size,
			() => 0,
		);
		if (size === 0) yield (await session.queryAsync(sql, { format })).bytes();
		else yield* createReadStream(path) as AsyncIterable<Buffer>;
	} finally {
		await rm(path, { force: true });
	}
}

/** The bytes of an answer; `path` is where a file may be made. */
export async function* answerOf(
	session: Session,
	statement: Statement,
	delivery: Delivery,
	path: string,
): AsyncGenerator<Uint8Array> {
	const { sql } = statement;
	switch (delivery.kind) {
		case 'buffer':
			yield (await session.queryAsync(sql, { format: delivery.format })).bytes();
			return;
		case 'stream':
			yield* streamed(session, sql, delivery.format);
			return;
		case 'headed':
			yield (await session.queryAsync(`SELECT * FROM (${sql}\n) LIMIT 0`, { format: delivery.header })).bytes();
			yield* streamed(session, sql, delivery.format);
			return;
		case 'file':
			yield* fromFile(session, sql, delivery.format, path);
	}
}
