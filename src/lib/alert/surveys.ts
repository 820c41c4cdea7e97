import type { Survey } from './survey.ts';
import { elasticc } from './surveys/elasticc.ts';
import { lsst } from './surveys/lsst.ts';
import { ztf } from './surveys/ztf.ts';

/** Every survey Nightjar reads; adding one is a line here and its files. */
export const SURVEYS: readonly Survey[] = [ztf, lsst, elasticc];

const byName = new Map(SURVEYS.map((survey) => [survey.name, survey]));

/** The survey of that name, or undefined when the name is not known. */
export function findSurvey(name: string): Survey | undefined {
	return byName.get(name);
}
