import type { Config } from '#server/config.ts';
import type { Store } from '#clickhouse/store.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import type { Origin } from '#lib/alert/survey.ts';
import type { Identity } from '#lib/server/accounts/identify.ts';
import type { Principal } from '#lib/server/principal.ts';

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
			/** An operator is signed in, or nobody is and the reader sits at the machine itself: raw status is theirs (design rule 7). */
			operator: boolean;
			/** The account of the session or token that came with the request; null where there is none. */
			identity: Identity | null;
			/** Who acts; null where nobody is signed in. */
			principal: Principal | null;
			/** The reader asked for imagery from CDS: only then does a page call another site. */
			imagery: boolean;
			/** Signs cursors; from the state folder. */
			cursorKey: Buffer;
		}
	}
}

export {};
