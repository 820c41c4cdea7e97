import type { Observatory, Survey } from './survey.ts';
import { atlas } from './surveys/atlas.ts';
import { decam } from './surveys/decam.ts';
import { elasticc } from './surveys/elasticc.ts';
import { lsst } from './surveys/lsst.ts';
import { pgir } from './surveys/pgir.ts';
import { winter } from './surveys/winter.ts';
import { ztf } from './surveys/ztf.ts';

/** Every survey Nightjar reads; adding one is a line here and its files. */
export const SURVEYS: readonly Survey[] = [ztf, lsst, winter, decam, pgir, atlas, elasticc];

const byName = new Map(SURVEYS.map((survey) => [survey.name, survey]));

/** The survey of that name, or undefined when the name is not known. */
export function findSurvey(name: string): Survey | undefined {
	return byName.get(name);
}

/** Where the surveys whose alerts everybody may see observe from, each place once: what maps show of horizons. */
export const PUBLIC_OBSERVATORIES: readonly Observatory[] = [
	...new Map(
		SURVEYS.filter(({ programmes }) => programmes.some((programme) => programme.public)).flatMap(({ observatory }) =>
			observatory === null ? [] : [[observatory.name, observatory] as const],
		),
	).values(),
];
