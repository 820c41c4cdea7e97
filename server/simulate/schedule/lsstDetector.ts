import { mix, normalOf, PURPOSE } from '../random.ts';
import type { Visit } from './visit.ts';

/** 5 sigma AB magnitude of one detector of a visit. */
export function lsstDetectorLimit(seed: number, visit: Visit, detector: number): number {
	return visit.limitMag + 0.05 * normalOf(mix(seed, visit.id, detector, PURPOSE.quadrant), 1);
}
