import { featurePlacesOf, FEATURES, FEATURE_VERSION } from './features.ts';
import { CORE_FIELDS, type CoreField, type FieldType } from './fields.ts';
import { SURVEYS } from './surveys.ts';

/** A field as the catalogue tells of it, whichever kind it is. */
export interface CatalogueField {
	/** As filters, pages and JSON name it: `mag`, `ztf.drb`, `g.riseRate`. */
	readonly name: string;
	/** `core`, `features` or the survey's name. */
	readonly group: string;
	/** The only surveys whose alerts have it; null = all. */
	readonly surveys: readonly string[] | null;
	readonly type: CoreField['type'] | FieldType;
	/** VOUnits string, or '' for none. */
	readonly unit: string;
	readonly meaning: string;
	/** What it is computed by; '' of what is taken over. */
	readonly formula: string;
	/** Where the formula comes from; '' = ours, or there is none. */
	readonly source: string;
	/** Where it stands in the survey's packet; '' of what all surveys have. */
	readonly from: string;
	/** Version of what computes it, or the field that names it alert by alert; '' of what is taken over. */
	readonly version: string;
}

function coreVersion({ formula, madeBy }: CoreField, nightjar: string): string {
	if (madeBy !== undefined) return madeBy;
	return formula === undefined ? '' : `Nightjar ${nightjar}`;
}

/** Surveys that have each feature, by its place; all of them are null. */
function surveysOfFeatures(): readonly (readonly string[] | null)[] {
	const having = FEATURES.map((): string[] => []);
	for (const { name } of SURVEYS) for (const place of featurePlacesOf(name)) having[place]?.push(name);
	return having.map((names) => (names.length === SURVEYS.length ? null : names));
}

/** Every field of an alert: those common to all surveys, features, and the surveys' own. `nightjar` is the version whose formulas these are. */
export function fieldCatalogue(nightjar: string): readonly CatalogueField[] {
	const having = surveysOfFeatures();
	return [
		...CORE_FIELDS.map((field) => ({
			...{ name: field.name, group: 'core', surveys: null, type: field.type, unit: field.unit, meaning: field.meaning },
			...{ formula: field.formula ?? '', source: '', from: '', version: coreVersion(field, nightjar) },
		})),
		...FEATURES.map(({ name, type, unit, meaning, formula, source }, place) => ({
			...{ name, group: 'features', surveys: having[place] ?? null, type, unit, meaning, formula, source },
			...{ from: '', version: FEATURE_VERSION },
		})),
		...SURVEYS.flatMap((survey) =>
			survey.fields.map(({ name, type, unit, meaning, from }) => ({
				...{ name: `${survey.name}.${name}`, group: survey.name, surveys: [survey.name], type, unit, meaning },
				...{ formula: '', source: '', from, version: '' },
			})),
		),
	];
}
