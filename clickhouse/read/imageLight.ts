import { fieldLayout, storedSql } from '#lib/alert/fieldPlaces.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { SAME_SOURCE_DISTNR } from '#lib/alert/surveys/ztf.ts';
import { AB_ZERO_POINT } from '#lib/astro/photometry.ts';

/** Light of an alert's images in SQL: tuples of flux and error in nJy, nan where its packet does not say. */
interface ImageLightSql {
	readonly template: string;
	readonly science: string;
}

const NONE = '(nan, nan)';

/** A survey's own field in SQL; throws for one that it has not. */
function fieldSql(survey: string, field: string): string {
	const known = findSurvey(survey);
	const place = known && fieldLayout(known).places.find((place) => place.field.name === field);
	if (place === undefined) throw new Error(`${survey} has no field ${field}.`);
	return storedSql(place, 'alerts');
}

const number = (survey: string, field: string): string => `toFloat64(${fieldSql(survey, field)})`;

/** A flux and its error, each a field of the packet. */
function measured(survey: string, field: string): string {
	const [flux, err] = [number(survey, field), number(survey, `${field}Err`)];
	return `if(isFinite(${flux}) AND ${err} >= 0, (${flux}, ${err}), ${NONE})`;
}

/** The same where alerts of several surveys are read at once. */
export function imageLightOf(surveys: readonly string[]): ImageLightSql {
	const each = [...new Set(surveys)].map((survey) => ({ survey, light: imageLightSql(survey) }));
	const [only, ...others] = each;
	if (only !== undefined && others.length === 0) return only.light;
	const choice = (part: keyof ImageLightSql): string => {
		// names of ours, as the registry of surveys has them
		const cases = each.flatMap(({ survey, light }) =>
			light[part] === NONE ? [] : [`alerts.survey = '${survey}'`, light[part]],
		);
		return cases.length === 0 ? NONE : `multiIf(${[...cases, NONE].join(', ')})`;
	};
	return { template: choice('template'), science: choice('science') };
}

/** Light of an alert of a survey, the same as its `point.images` (src/lib/alert/surveys) reads it from the fields. */
export function imageLightSql(survey: string): ImageLightSql {
	switch (survey) {
		case 'ztf': {
			const [mag, err] = [number('ztf', 'magnr'), number('ztf', 'sigmagnr')];
			const same = `${number('ztf', 'distnr')} < ${SAME_SOURCE_DISTNR} AND isFinite(${mag}) AND ${err} >= 0`;
			const flux = `exp10((${AB_ZERO_POINT} - ${mag}) / 2.5)`;
			return { template: `if(${same}, (${flux}, ${flux} * ${err} * ln(10) / 2.5), ${NONE})`, science: NONE };
		}
		case 'lsst': {
			const failed = `ifNull(${fieldSql('lsst', 'forced_PsfFlux_flag')}, false)`;
			return {
				template: measured('lsst', 'templateFlux'),
				science: `if(${failed}, ${NONE}, ${measured('lsst', 'scienceFlux')})`,
			};
		}
		default:
			return { template: NONE, science: NONE };
	}
}
