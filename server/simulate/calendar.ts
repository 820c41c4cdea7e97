import { lsstVisits } from './schedule/lsst.ts';
import type { SurveyName, Visit } from './schedule/visit.ts';
import { ztfVisits } from './schedule/ztf.ts';

/** The visits of one night by field, and all of them in time order. */
export interface NightPlan {
	readonly visits: readonly Visit[];
	readonly byField: ReadonlyMap<number, readonly Visit[]>;
}

/** Schedules of both surveys, made when first asked for: a night's plan depends on nothing but the seed. */
export class Calendar {
	private readonly plans: Readonly<Record<SurveyName, Map<number, NightPlan>>> = { ztf: new Map(), lsst: new Map() };

	constructor(private readonly seed: number) {}

	/** The plan of a survey for a night (days since 1970-01-01). */
	plan(survey: SurveyName, night: number): NightPlan {
		const known = this.plans[survey].get(night);
		if (known) return known;
		const visits = survey === 'ztf' ? ztfVisits(this.seed, night) : lsstVisits(this.seed, night);
		const byField = new Map<number, Visit[]>();
		for (const visit of visits) {
			const list = byField.get(visit.field.index);
			if (list) list.push(visit);
			else byField.set(visit.field.index, [visit]);
		}
		const made = { visits, byField };
		this.plans[survey].set(night, made);
		if (this.plans[survey].size > 900) this.plans[survey].delete(this.plans[survey].keys().next().value ?? night);
		return made;
	}
}
