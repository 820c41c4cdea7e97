import type { Config } from '#server/config.ts';
import type { Store } from '#clickhouse/store.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import type { Origin } from '#lib/alert/survey.ts';

declare global {
	namespace App {
		interface Error {
			message: string;
			/** Names the log line that has the details. */
			reference?: string;
		}
		interface Locals {
			config: Config;
			store: Store;
			/** What this reader may see. */
			scope: AccessScope;
			/** Origins that have alerts in the reader's scope, so that a page can offer the others. */
			origins: readonly Origin[];
			/** The reader sits at the machine itself: raw status is theirs (design rule 7). */
			operator: boolean;
			/** Signs cursors; from the state folder. */
			cursorKey: Buffer;
		}
	}
}

export {};
