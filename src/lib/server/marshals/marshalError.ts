/** Why a marshal did not do what was asked. */
export type MarshalFault =
	/** It cannot be reached, or its proxy says so. */
	| 'down'
	| 'slow'
	/** Its address leads where nothing may be called, or elsewhere. */
	| 'address'
	/** It answers, but not as a marshal does: HTML, broken JSON. */
	| 'not a marshal'
	/** The token is unknown or has ended. */
	| 'token'
	/** The token is alive and lacks a right. */
	| 'right'
	| 'account ended'
	/** Nothing there under this name that its user may see. */
	| 'unknown object'
	| 'busy'
	| 'too large'
	/** It says why not. */
	| 'refused';

const RETRIABLE: ReadonlySet<MarshalFault> = new Set(['down', 'slow', 'busy', 'not a marshal']);

/** A marshal that did not do what was asked; the message is for the user who linked it and holds no secret. */
export class MarshalError extends Error {
	override readonly name = 'MarshalError';
	constructor(
		readonly fault: MarshalFault,
		message: string,
		/** Whether what was sent may have been done all the same. */
		readonly mayBeDone = false,
		options?: ErrorOptions,
	) {
		super(message, options);
	}

	/** Whether the same may work later without anybody doing something. */
	get retriable(): boolean {
		return RETRIABLE.has(this.fault);
	}
}
