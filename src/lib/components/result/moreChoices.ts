import { findSurvey } from '#lib/alert/surveys.ts';

/** A field, a feature or a score that can be added as a column. */
export interface Choice {
	/** As the address names it. */
	readonly name: string;
	readonly group: string;
	readonly unit: string;
	readonly meaning: string;
	/** What a search looks at, in small letters. */
	readonly words: string;
}

interface Model {
	readonly name: string;
	readonly state: string;
	readonly done: number;
	readonly labels: readonly string[];
}

const GROUPS: Readonly<Record<string, string>> = { core: 'Core', features: 'Features' };

/** Scores of the models that are in use or have scored something here, each once. */
function scoresOf(models: readonly Model[]): Choice[] {
	const scores = models
		.filter(({ state, done }) => state !== 'notInstalled' || done > 0)
		.flatMap(({ name, labels }) => labels.map((label) => ({ model: name, label })));
	const byName = new Map(scores.map((score) => [`score:${score.model}:${score.label}`, score]));
	return [...byName].map(([name, { model, label }]) => ({
		name,
		group: 'Scores',
		unit: '',
		meaning: `Model ${model}: ${label}`,
		words: `score ${model} ${label}`.toLowerCase(),
	}));
}

/** All that can be added: scores, features and fields, in groups. The catalogue is large and comes only now. */
export async function readChoices(
	version: string,
	ask: (path: string) => Promise<Response>,
): Promise<readonly Choice[]> {
	const [{ fieldCatalogue }, answer] = await Promise.all([
		import('#lib/alert/fieldCatalogue.ts'),
		ask('/api/v1/models'),
	]);
	if (!answer.ok) throw new Error(answer.statusText);
	const { models } = (await answer.json()) as { models: readonly Model[] };
	const fields = fieldCatalogue(version).map(({ name, group, unit, meaning }): Choice => {
		const label = GROUPS[group] ?? findSurvey(group)?.label ?? group;
		return { name, group: label, unit, meaning, words: `${name} ${meaning} ${label}`.toLowerCase() };
	});
	return [...scoresOf(models), ...fields];
}

/** The choices in whose name or meaning every word stands, in their groups: how many there are, and the first `most` of them. */
export function groupsOf(
	choices: readonly Choice[],
	typed: string,
	most: number,
): readonly { readonly group: string; readonly all: number; readonly rows: readonly Choice[] }[] {
	const words = typed.trim().toLowerCase().split(/\s+/);
	const groups = new Map<string, { all: number; rows: Choice[] }>();
	for (const choice of choices) {
		if (!words.every((word) => choice.words.includes(word))) continue;
		const group = groups.get(choice.group) ?? { all: 0, rows: [] };
		groups.set(choice.group, group);
		group.all += 1;
		if (group.rows.length < most) group.rows.push(choice);
	}
	return [...groups].map(([group, found]) => ({ group, ...found }));
}
