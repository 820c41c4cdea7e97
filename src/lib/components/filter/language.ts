import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { Decoration, hoverTooltip, MatchDecorator, ViewPlugin, type Tooltip } from '@codemirror/view';
import { KEYWORDS, type EnvironmentData, type Member } from '#lib/filter/index.ts';
import { catalogueEntries, FIELD_ENTRIES, memberEntries, textEntries, valuesOfType, type Entry } from './vocabulary.ts';

const STARTS = new Set([
	'let',
	'annotate',
	'use',
	'as',
	'order',
	'by',
	'limit',
	'one',
	'per',
	'object',
	'sample',
	'descending',
	'ascending',
]);

const WORDS = [...KEYWORDS, ...STARTS].join('|');
const INKS = ['', 'ink-comment', 'ink-value', 'ink-word', 'ink-sign'] as const;
const inker = new MatchDecorator({
	regexp: new RegExp(
		`(#.*)|("(?:[^"\\\\]|\\\\.)*"?|\\b\\d[\\d_]*(?:\\.\\d+)?(?:[eE][+-]?\\d+)?\\b)|\\b(${WORDS})\\b|([-+*/%<>=!]+)`,
		'g',
	),
	decoration: (match) =>
		Decoration.mark({
			class: INKS[match.findIndex((part: string | undefined, i) => i > 0 && part !== undefined)] ?? '',
		}),
});

/** Inks of the text: words, values, comments, signs. */
export const filterInks = ViewPlugin.define(
	(view) => ({
		decorations: inker.createDeco(view),
		update(update) {
			this.decorations = inker.updateDeco(update, this.decorations);
		},
	}),
	{ decorations: ({ decorations }) => decorations },
);

const completionType: Readonly<Record<Entry['kind'], string>> = {
	question: 'text', field: 'property', function: 'function', catalogue: 'namespace', model: 'class', member: 'property', part: 'variable', word: 'keyword',
}; // prettier-ignore

function info({ detail, meaning }: Entry): () => HTMLElement {
	return () => {
		const box = document.createElement('div');
		const what = document.createElement('b');
		what.textContent = detail;
		const text = document.createElement('div');
		text.textContent = meaning;
		box.append(what, text);
		return box;
	};
}

function completion(entry: Entry, boost = 0): Completion {
	return {
		label: entry.label,
		apply: entry.insert,
		detail: entry.unit,
		type: completionType[entry.kind],
		boost,
		info: info(entry),
	};
}

/** What kind of record an element or a picked record is, judged by what stands before it. */
function recordOf(source: string): Member['record'] | null {
	if (/^pairs\b/.test(source)) return 'pair';
	if (/^(?:matches|nearest)\b/.test(source)) return 'match';
	if (/^(?:associated|associations)\b/.test(source)) return 'association';
	if (/^(?:detections|forcedPhotometry|upperLimits)\b/.test(source)) return 'point';
	const inner = /^(?:where|sort|take|takeLast|first|last|any|all|count)\(\s*(.*)$/s.exec(source);
	return inner?.[1] === undefined ? null : recordOf(inner[1]);
}

/** The kind of record that a name of an element stands for at a place: `d` in `any(detections, d => d.`. */
export function recordOfParam(before: string, param: string): Member['record'] | null {
	const at = before.search(new RegExp(`\\b${param}\\s*=>(?![\\s\\S]*\\b${param}\\s*=>)`));
	if (at === -1) return null;
	// back to the bracket that is still open
	let open = 0;
	for (let i = at - 1; i >= 0; i -= 1) {
		if (before[i] === ')') open += 1;
		if (before[i] === '(' && open-- === 0) return recordOf(before.slice(i + 1, at).trim());
	}
	return null;
}

const inQuotes =
	/\b(?:(nearest|matches|matchState|score|associated|associations|list|area)\(\s*|(use)\s+|(band|survey|class)\s*(?:==|!=)\s*)"?([^"\n]*)$/;

/** Names that may stand in the quotes that a place of the text is in, or that come next there. */
function quotedNames(
	before: string,
	environment: EnvironmentData,
): { readonly names: readonly string[]; readonly typed: string } | null {
	const [whole, call, use, field, typed = ''] = inQuotes.exec(before) ?? [];
	// without a quote only a name is begun there, no further words
	if (whole === undefined || (!whole.endsWith(`"${typed}`) && !/^[\w.-]*$/.test(typed))) return null;
	if (use !== undefined) return { names: Object.keys(environment.blocks), typed };
	if (field !== undefined) {
		const type = FIELD_ENTRIES.find(({ label }) => label === field)?.type ?? null;
		return { names: valuesOfType(type), typed };
	}
	switch (call) {
		case 'score':
			return { names: Object.keys(environment.models), typed };
		case 'list':
			return { names: Object.keys(environment.lists), typed };
		case 'area':
			return { names: Object.keys(environment.areas), typed };
		case 'associated':
		case 'associations':
			return { names: ['ztf', 'lsst'], typed };
		default:
			return { names: Object.keys(environment.catalogs), typed };
	}
}

/** Named parts of the block that a text imports under a name; null where it imports none under it. */
function partsOfBlock(text: string, name: string, { blocks }: EnvironmentData): readonly string[] | null {
	for (const [, reference = '', as] of text.matchAll(/\buse\s+"([^"\n]+)"\s+as\s+(\w+)/g)) {
		if (as !== name) continue;
		return [...(blocks[reference] ?? '').matchAll(/^\s*let\s+(\w+)\s*=/gm)].map(([, part = '']) => part);
	}
	return null;
}

/** Completions at a place of the text, by what stands before it. */
export function completer(environment: EnvironmentData, parts: () => readonly string[]) {
	const entries = textEntries(environment);
	const options = entries.map((entry, place) =>
		completion(entry, entry.kind === 'field' ? Math.max(0, 40 - place) : entry.kind === 'word' ? -10 : 0),
	);
	return (context: CompletionContext): CompletionResult | null => {
		const before = context.state.doc.sliceString(Math.max(0, context.pos - 2000), context.pos);
		if (/#[^\n]*$/.test(before)) return null;
		const named = quotedNames(before, environment);
		if (named !== null && named.names.length > 0) {
			const { names, typed } = named;
			const isOpen = before.endsWith(`"${typed}`);
			const head = isOpen ? '' : '"';
			const tail = isOpen && context.state.sliceDoc(context.pos, context.pos + 1) === '"' ? '' : '"';
			return {
				from: context.pos - typed.length,
				options: names.map((name) => ({ label: name, apply: head + name + tail, type: 'namespace' })),
				validFor: isOpen ? /^[^"\n]*$/ : /^[\w.-]*$/,
			};
		}
		const member = /(\b[A-Za-z_]\w*|\))\.(\w*)$/.exec(before);
		if (member !== null) {
			const [whole, object = '', typed = ''] = member;
			const imported = partsOfBlock(context.state.doc.toString(), object, environment);
			if (imported !== null) {
				return {
					from: context.pos - typed.length,
					options: imported.map((name) => ({ label: name, type: 'variable', detail: 'named part' })),
					validFor: /^\w*$/,
				};
			}
			const found = membersAt(before.slice(0, before.length - whole.length), object, environment);
			if (found !== null) {
				return {
					from: context.pos - typed.length,
					options: found.map((entry) => completion(entry)),
					validFor: /^\w*$/,
				};
			}
		}
		const word = context.matchBefore(/[A-Za-z_][\w.]*$/);
		if (word === null && !context.explicit) return null;
		return {
			from: word?.from ?? context.pos,
			options: [
				...parts().map((name): Completion => ({ label: name, type: 'variable', detail: 'named part', boost: 50 })),
				...options,
			],
			validFor: /^[\w.]*$/,
		};
	};
}

function membersAt(before: string, object: string, environment: EnvironmentData): Entry[] | null {
	if (object !== ')') {
		const record = recordOfParam(before, object);
		return record === null ? null : memberEntries(record, '');
	}
	// a call has just been closed: back to where it began
	let open = 0;
	for (let i = before.length - 1; i >= 0; i -= 1) {
		if (before[i] === ')') open += 1;
		if (before[i] === '(' && open-- === 0) {
			const name = /\w+$/.exec(before.slice(0, i))?.[0] ?? '';
			const record = recordOf(`${name}(${before.slice(i + 1)}`);
			if (record === null) return null;
			const catalogue = /"([^"]*)"/.exec(before.slice(i))?.[1] ?? '';
			return [...memberEntries(record, ''), ...(record === 'match' ? catalogueEntries(environment, catalogue) : [])];
		}
	}
	return null;
}

/** What the word under the pointer is. */
export function hovering(environment: EnvironmentData) {
	const byName = new Map(textEntries(environment).map((entry) => [entry.label, entry]));
	return hoverTooltip((view, pos): Tooltip | null => {
		const line = view.state.doc.lineAt(pos);
		const words = /[A-Za-z_][\w.]*/g;
		for (const match of line.text.matchAll(words)) {
			const from = line.from + match.index;
			const to = from + match[0].length;
			if (pos < from || pos > to) continue;
			const [head = '', tail = ''] = match[0].split('.');
			const record = recordOfParam(view.state.doc.sliceString(0, from), head);
			const entry =
				byName.get(match[0]) ??
				(record === null ? byName.get(head) : memberEntries(record, '').find(({ label }) => label === tail));
			if (entry === undefined || entry.kind === 'word') return null;
			return {
				pos: from,
				end: to,
				above: true,
				create: () => {
					const dom = document.createElement('div');
					dom.className = 'cm-about';
					const name = document.createElement('b');
					name.textContent = match[0];
					dom.append(name, ` ${entry.detail}`);
					const meaning = document.createElement('p');
					meaning.textContent = entry.meaning;
					dom.append(meaning);
					return { dom };
				},
			};
		}
		return null;
	});
}
