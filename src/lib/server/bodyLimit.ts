import { error } from '@sveltejs/kit';

/** A request whose body ends with a refusal once it is longer than allowed. */
export interface Bounded {
	readonly request: Request;
	/** Whether the body was too long, as far as it was read. */
	readonly exceeded: () => boolean;
}

/** Why a body is not read on. */
export function tooLarge(most: number): string {
	return `The body is too large: at most ${most} bytes.`;
}

/** What a route throws when it reads on; the framework knows it, so that no log takes it for a fault of ours. */
function refusal(most: number): unknown {
	try {
		error(413, tooLarge(most));
	} catch (thrown) {
		return thrown;
	}
}

/**
 * Counts a body as it is read, for one whose length nobody told: no more than `most` bytes are ever held. What comes after them is left
 * unread, so that the sender still gets the answer.
 */
export function bounded(request: Request, most: number): Bounded {
	const { body } = request;
	if (body === null) return { request, exceeded: () => false };
	const reader = body.getReader();
	let size = 0;
	let exceeded = false;
	const counted = new ReadableStream<Uint8Array>({
		async pull(controller) {
			const { done, value } = await reader.read();
			if (done) {
				controller.close();
				return;
			}
			size += value.byteLength;
			exceeded = size > most;
			if (exceeded) controller.error(refusal(most));
			else controller.enqueue(value);
		},
		cancel: (reason) => reader.cancel(reason),
	});
	// a body that is not known beforehand goes one way: the type of the web leaves the word out
	const init: RequestInit & { readonly duplex: 'half' } = { body: counted, duplex: 'half' };
	return { request: new Request(request, init), exceeded: () => exceeded };
}
