import { unixMsFromTaiMjd } from '#lib/astro/time.ts';
import { mix, uniformOf } from './random.ts';
import type { Simulation, SurveyName } from './index.ts';

/** How much of a night has arrived at a moment, and when the next packet falls due. */
export interface LiveSchedule {
	/** Packets with a lower index have arrived. */
	readonly due: number;
	/** Milliseconds since 1970; null when the night is complete. */
	readonly nextMs: number | null;
}

/** Share of a night that is transferred late, and the hours over which that goes on. */
const LATE_SHARE = 0.25;
const LATE_HOURS = 14;

/**
 * When the packets of a night arrive. Observation times are never shifted: while a telescope works, a packet arrives a few
 * minutes after its exposure. The last quarter of a night is a late transfer: it trickles in, packet by packet, over
 * the 14 hours after the last exposure, until the next night has begun, so that something arrives at any hour of the
 * day; every packet says truthfully when it was exposed.
 */
export function liveTimes(simulation: Simulation, survey: SurveyName, night: number, nowMs: number): LiveSchedule {
	const times = simulation.times(survey, night);
	const count = times.length;
	const late = Math.floor(count * LATE_SHARE);
	const prompt = count - late;
	const end = unixMsFromTaiMjd(times[count - 1] ?? 0);
	const arrival = (index: number) => {
		const delay =
			(3 +
				8 * uniformOf(mix(simulation.seed, night, survey === 'ztf' ? 1 : 2), Math.floor((times[index] ?? 0) * 100))) *
			60_000;
		if (index < prompt) return unixMsFromTaiMjd(times[index] ?? 0) + delay;
		return end + 11 * 60_000 + ((index - prompt + 1) / (late + 1)) * LATE_HOURS * 3_600_000;
	};
	// arrival grows with the index up to the jitter of delays; the first that is not due ends the search
	let low = 0;
	let high = count;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (arrival(middle) <= nowMs) low = middle + 1;
		else high = middle;
	}
	return { due: low, nextMs: low < count ? arrival(low) : null };
}
