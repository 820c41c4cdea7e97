import { SURVEYS } from '#lib/alert/surveys.ts';
import { nightAround } from '#lib/components/sky/sun.ts';
import { version } from '#lib/server/version.ts';
import type { LayoutServerLoad } from './$types';

/** Milliseconds of the Unix epoch to MJD UTC. */
const mjdOf = (ms: number): number => ms / 86_400_000 + 40_587;

/** What every page shows around itself: where the data come from, the time, and how far the night is. */
export const load: LayoutServerLoad = ({ locals, url }) => {
	const now = Date.now();
	const nights = SURVEYS.flatMap(({ observatory }) => {
		const night = observatory ? nightAround(mjdOf(now), observatory) : null;
		return observatory && night ? [{ name: observatory.name, ...night }] : [];
	});
	const dark = nights.find((night) => mjdOf(now) > night.sunset && mjdOf(now) < night.sunrise);
	return {
		// a page that needs no store is shown while the store is away, too: then nothing is known of the data
		origin: 'scope' in locals ? locals.scope.origin : null,
		origins: 'origins' in locals ? locals.origins : [],
		/** The origin that the address asks for; links keep it. */
		asked: url.searchParams.get('origin'),
		/** What is being ingested beside the portal: an empty page says what it waits for. */
		feed: locals.config.feed,
		version,
		/** Who is signed in, for the header. */
		who: locals.identity === null ? null : locals.identity.user.name,
		operator: locals.operator,
		/** The reader asked for imagery from CDS. */
		imagery: locals.imagery,
		nowMs: now,
		night: dark ?? null,
	};
};
