import {
	annotationsOf,
	blockExpression,
	changeAnnotation,
	conditionOf,
	groupOf,
	insertInto,
	moveTerm,
	placeOf,
	printExpression,
	readExpression,
	replaceIn,
	testOf,
	withAnnotation,
	withCondition,
	withoutStatement,
	type AnnotationEntry,
	type EnvironmentData,
	type Expr,
	type FilterSyntax,
	type Member,
	type Shape,
	type Statement,
	type TestOp,
	type Type,
} from '#lib/filter/index.ts';
import type { FilterEditor } from './editor.svelte.ts';
import { derivedEntries, FIELD_ENTRIES, memberEntries, questionsFor, valuesOfType, type Entry } from './vocabulary.ts';

/** Where in a filter a condition asks: of the alert, or of an element of a list. */
export interface Scope {
	/** Name of the element and what it is; null about the alert itself. */
	readonly element: { readonly param: string; readonly record: Member['record'] } | null;
}

/** A condition on its way, and where it comes from. */
export interface Dragged {
	readonly term: Expr;
	readonly scope: Scope;
}

/** A new condition that is being picked: not in the text before it is whole. */
export interface Draft {
	/** The group that it goes into; null = the whole condition. */
	readonly group: Expr | null;
	/** What has been picked for a new group. */
	readonly first: Expr | null;
	/** Joined with this condition by the other word than its group's. */
	readonly beside: Expr | null;
	readonly isGroup: boolean;
}

const NOWHERE = { start: 0, end: 0 };
export const NUMBER_OPS: readonly TestOp[] = [
	'<',
	'<=',
	'>',
	'>=',
	'==',
	'!=',
	'between',
	'not between',
	'is present',
	'is absent',
];
const TEXT_OPS: readonly TestOp[] = [
	'==',
	'!=',
	'in',
	'not in',
	'contains',
	'startsWith',
	'endsWith',
	'is present',
	'is absent',
];
const TRUTH_OPS: readonly TestOp[] = ['is', 'is not', 'is present', 'is absent'];

/** The words of an operator in a form. */
export const OP_WORDS: Readonly<Record<TestOp, string>> = {
	'<': '<', '<=': '≤', '>': '>', '>=': '≥', '==': '=', '!=': '≠', between: 'between', 'not between': 'not between', in: 'is one of',
	'not in': 'is none of', contains: 'contains', startsWith: 'starts with', endsWith: 'ends with', is: 'is true', 'is not': 'is false',
	'is present': 'is present', 'is absent': 'is absent',
}; // prettier-ignore

/** What a form can do with a filter: reads its tree, and writes changes through the editor. */
export class FilterForm {
	draft = $state.raw<Draft | null>(null);
	dragged = $state.raw<Dragged | null>(null);
	/** Place of a condition that has just been moved by keyboard, until it has the focus again. */
	moved = $state<string | null>(null);
	private readonly fields: readonly Entry[];
	private readonly questions: readonly Entry[];

	constructor(
		readonly editor: FilterEditor,
		private readonly middle: (expression: string) => Promise<number | null>,
	) {
		const names: EnvironmentData = editor.names ?? { blocks: {}, areas: {}, lists: {}, catalogs: {}, models: {} };
		this.fields = [...FIELD_ENTRIES, ...derivedEntries(names)];
		this.questions = questionsFor(names);
	}

	private get parts(): Entry[] {
		return (this.editor.lastGood?.parts ?? []).map(({ name, isTruth }) => ({
			...{
				kind: 'part' as const,
				label: name,
				insert: name,
				detail: isTruth ? 'true or false' : 'value',
				meaning: 'A named part of this filter',
				words: '',
				unit: '',
			},
			type: isTruth ? { kind: 'truth' as const } : { kind: 'number' as const, unit: null },
		}));
	}

	/** What a condition may be about. */
	subjects({ element }: Scope): readonly Entry[] {
		if (element !== null) return [...memberEntries(element.record, element.param), ...this.fields];
		return [...this.parts, ...this.fields];
	}

	/** What a new condition may be: questions in words first. */
	offers(scope: Scope): readonly Entry[] {
		return scope.element === null ? [...this.parts, ...this.questions, ...this.fields] : this.subjects(scope);
	}

	/** The entry that stands for a value, where it is one of the catalogue. */
	entryOf(subject: Expr, scope: Scope): Entry | null {
		const name = printExpression(subject);
		const bare = name.includes('.') ? null : `.${name}`;
		return (
			this.subjects(scope).find(({ insert }) => insert === name) ??
			(bare === null ? undefined : this.fields.find(({ insert }) => insert.endsWith(bare))) ??
			null
		);
	}

	typeOf(subject: Expr, scope: Scope, op: TestOp): Type {
		const known = this.entryOf(subject, scope)?.type;
		if (known !== null && known !== undefined) return known;
		if (op === 'is' || op === 'is not') return { kind: 'truth' };
		return op === 'in' || op === 'contains' ? { kind: 'text', domain: 'any' } : { kind: 'number', unit: null };
	}

	opsOf(type: Type): readonly TestOp[] {
		if (type.kind === 'truth') return TRUTH_OPS;
		if (type.kind === 'text')
			return type.domain === 'any'
				? TEXT_OPS
				: TEXT_OPS.filter((op) => !['contains', 'startsWith', 'endsWith'].includes(op));
		return type.kind === 'id' ? ['==', '!=', 'in', 'not in'] : NUMBER_OPS;
	}

	/** A value as someone types it: texts without their quotes. */
	shownValue(value: Expr | undefined, type: Type): string {
		if (value === undefined) return '';
		if (value.kind === 'text' && type.kind === 'text') return value.value;
		if (value.kind === 'list') return value.items.map((item) => this.shownValue(item, type)).join(', ');
		return printExpression(value);
	}

	/** What was typed as an expression; a sentence where it cannot be read. */
	readValue(typed: string, type: Type, op: TestOp): { readonly value: Expr } | { readonly problem: string } {
		if (op === 'in' || op === 'not in') {
			const items: Expr[] = [];
			for (const part of typed.split(',').filter((text) => text.trim() !== '')) {
				const read = this.readValue(part.trim(), type, '==');
				if ('problem' in read) return read;
				items.push(read.value);
			}
			return items.length === 0
				? { problem: 'Write values with commas between them.' }
				: { value: { kind: 'list', items, place: NOWHERE } };
		}
		if (type.kind === 'text' && !/["(]/.test(typed)) {
			return typed.trim() === ''
				? { problem: 'Write a text.' }
				: { value: { kind: 'text', value: typed.trim(), place: NOWHERE } };
		}
		// a unit after a number is the field's own
		const read = readExpression(
			typed.replace(/^([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*(?:″|°|arcsec|deg|mag|d|days?)$/, '$1'),
		);
		return 'problem' in read ? { problem: read.problem.message } : read;
	}

	/** Changes one expression for another, or takes it away. */
	put(target: Expr, by: Expr | null): void {
		this.write(replaceIn(this.editor.syntax, target, by));
	}

	private write(syntax: FilterSyntax): void {
		this.editor.write(syntax);
	}

	/** The test with another operator, its values kept where they still fit. */
	withOp(expression: Expr, shape: Shape & { kind: 'test' }, op: TestOp, scope: Scope): void {
		const type = this.typeOf(shape.subject, scope, op);
		const [first] = shape.values;
		const values =
			first === undefined
				? [this.usualValue(type)]
				: op === 'between' || op === 'not between'
					? [first, shape.values[1] ?? first]
					: [this.single(first, op)];
		this.put(expression, testOf(shape.subject, op, values));
	}

	private single(value: Expr, op: TestOp): Expr {
		return value.kind === 'list' && op !== 'in' && op !== 'not in' ? (value.items[0] ?? value) : value;
	}

	private usualValue(type: Type): Expr {
		if (type.kind === 'text') return { kind: 'text', value: valuesOfType(type)[0] ?? '?', place: NOWHERE };
		return { kind: 'number', text: '0', place: NOWHERE };
	}

	/** A test about another value, with an operator and a threshold that fit it. */
	async withSubject(
		expression: Expr,
		shape: Shape & { kind: 'test' },
		picked: Entry | string,
		scope: Scope,
	): Promise<void> {
		const before = this.typeOf(shape.subject, scope, shape.op);
		const read = readExpression(typeof picked === 'string' ? picked : picked.insert);
		if ('problem' in read) return;
		if (typeof picked === 'string' ? !isValue(read.value) : picked.kind === 'question') {
			this.put(expression, read.value);
			return;
		}
		const type = this.typeOf(read.value, scope, shape.op);
		if (
			type.kind === before.kind &&
			type.kind !== 'text' &&
			(type.kind !== 'number' || before.kind !== 'number' || type.unit === before.unit)
		) {
			this.put(expression, testOf(read.value, shape.op, shape.values));
		} else this.put(expression, await this.usualTest(read.value, type));
	}

	/** The first question that one asks of a value. */
	private async usualTest(subject: Expr, type: Type): Promise<Expr> {
		if (type.kind === 'truth') return subject;
		if (type.kind === 'text') return testOf(subject, '==', [this.usualValue(type)]);
		const found = await this.middle(printExpression(subject));
		const value = found === null ? 0 : Number(found.toPrecision(Math.abs(found) > 1000 ? 7 : 3));
		const number: Expr = { kind: 'number', text: String(Math.abs(value)), place: NOWHERE };
		return testOf(subject, '<', [value < 0 ? { kind: 'negative', operand: number, place: NOWHERE } : number]);
	}

	/** Takes what was picked for a draft; it goes into the text once it is whole. */
	async pickDraft(picked: Entry | string, scope: Scope): Promise<void> {
		const { draft } = this;
		const read = readExpression(typeof picked === 'string' ? picked : picked.insert);
		if (draft === null || 'problem' in read) return;
		const { value } = read;
		const isWhole = typeof picked === 'string' ? !isValue(value) : picked.kind === 'question';
		const term = isWhole ? value : await this.usualTest(value, this.typeOf(value, scope, '<'));
		if (draft.isGroup && draft.first === null) {
			this.draft = { ...draft, first: term };
			return;
		}
		this.draft = null;
		const { syntax } = this.editor;
		if (draft.beside !== null) {
			const op = placeOf(syntax, draft.beside)?.group.op === 'or' ? 'and' : 'or';
			this.put(draft.beside, groupOf(op, [draft.beside, term]));
			return;
		}
		const op = draft.group?.kind === 'logic' ? draft.group.op : 'and';
		const added = draft.first === null ? term : groupOf(op === 'and' ? 'or' : 'and', [draft.first, term]);
		if (added !== null) this.insert(draft.group, added);
	}

	/** Puts a term at the end of a group. */
	insert(group: Expr | null, term: Expr): void {
		const { syntax } = this.editor;
		const whole = group ?? conditionOf(syntax);
		const end = whole?.kind === 'logic' ? whole.terms.length : 1;
		this.write(insertInto(syntax, group, end, term));
	}

	/** Adds a question about some element of the light curve. */
	addBlock(group: Expr | null): void {
		const read = readExpression('any(detections, d => d.mag < 20)');
		if ('value' in read) this.insert(group, read.value);
	}

	/** Changes all into any and any into all. */
	turn(group: Expr, op: 'and' | 'or'): void {
		if (group.kind === 'logic') this.put(group, { ...group, op });
	}

	setBlock(expression: Expr, shape: Shape & { kind: 'block' }, changes: Partial<Shape & { kind: 'block' }>): void {
		this.put(expression, blockExpression({ ...shape, ...changes }));
	}

	/** Moves a condition one place up or down; past the end of its group it leaves it, onto a group it goes in. */
	step(term: Expr, by: -1 | 1): void {
		const after = this.stepped(term, by);
		if (after === null) return;
		this.write(after);
		this.moved = pathOf(conditionOf(after), term);
	}

	private stepped(term: Expr, by: -1 | 1): FilterSyntax | null {
		const { syntax } = this.editor;
		const here = placeOf(syntax, term);
		if (here === null) return null;
		const beside = here.group.terms[here.at + by];
		if (beside?.kind === 'logic') return moveTerm(syntax, term, beside, by === 1 ? 0 : beside.terms.length);
		if (beside !== undefined) return moveTerm(syntax, term, here.group, by === 1 ? here.at + 2 : here.at - 1);
		const outer = placeOf(syntax, here.group);
		return outer === null ? null : moveTerm(syntax, term, outer.group, by === 1 ? outer.at + 1 : outer.at);
	}

	/** Whether what is dragged means anything in a scope: what asks of an element stays where there is one of that name. */
	mayDrop({ element }: Scope): boolean {
		const { dragged } = this;
		if (dragged === null) return false;
		const param = dragged.scope.element?.param;
		if (param === undefined || param === element?.param) return true;
		return !new RegExp(`(?<![\\w.])${param}(?!\\w)`).test(printExpression(dragged.term));
	}

	/** Drops what is dragged before a condition. */
	dropBefore(term: Expr, scope: Scope): void {
		const { dragged, editor } = this;
		const may = this.mayDrop(scope);
		this.dragged = null;
		const here = placeOf(editor.syntax, term);
		if (may && dragged !== null && dragged.term !== term && here !== null)
			this.write(moveTerm(editor.syntax, dragged.term, here.group, here.at));
	}

	/** Drops what is dragged at the end of a group. */
	dropInto(group: Expr, scope: Scope): void {
		const { dragged, editor } = this;
		const may = this.mayDrop(scope);
		this.dragged = null;
		if (may && dragged !== null && group.kind === 'logic')
			this.write(moveTerm(editor.syntax, dragged.term, group, group.terms.length));
	}

	clear(): void {
		this.write(withCondition(this.editor.syntax, null));
	}

	/** Records a value with every hit, under a name made from it. */
	addColumn(picked: Entry | string): void {
		const read = readExpression(typeof picked === 'string' ? picked : picked.insert);
		if ('problem' in read) return;
		const taken = new Set(annotationsOf(this.editor.syntax).map(({ name }) => name));
		const bare = columnName(printExpression(read.value));
		let name = bare;
		for (let n = 2; taken.has(name); n += 1) name = `${bare}${n}`;
		this.write(withAnnotation(this.editor.syntax, name, read.value));
	}

	/** Another name for a column; what is no name is left alone. */
	renameColumn(entry: AnnotationEntry, name: string): void {
		if (/^[A-Za-z]\w*$/.test(name))
			this.write(changeAnnotation(this.editor.syntax, entry, { name, value: entry.value }));
	}

	/** Another value for a column; a sentence where it cannot be read. */
	setColumn(entry: AnnotationEntry, picked: Entry | string): void {
		const read = readExpression(typeof picked === 'string' ? picked : picked.insert);
		if ('value' in read)
			this.write(changeAnnotation(this.editor.syntax, entry, { name: entry.name, value: read.value }));
	}

	dropColumn(entry: AnnotationEntry): void {
		this.write(changeAnnotation(this.editor.syntax, entry, null));
	}

	dropLine(statement: Statement): void {
		this.write(withoutStatement(this.editor.syntax, statement));
	}

	/** Values that can be columns. */
	get values(): readonly Entry[] {
		return [...this.parts, ...this.fields];
	}
}

/** Place of a term in the form: of the groups around it and its own, with dots between; null where it has none of its own. */
function pathOf(condition: Expr | null, term: Expr): string | null {
	if (condition === null) return null;
	const terms = condition.kind === 'logic' ? condition.terms : [condition];
	for (const [i, one] of terms.entries()) {
		if (one === term) return String(i);
		const group = one.kind === 'not' ? one.operand : one;
		const within = group.kind === 'logic' ? pathOf(group, term) : null;
		if (within !== null) return `${i}.${within}`;
	}
	return null;
}

/** A name of a column for a value: `host` of `nearest("NED").name` is its last word, joined with a band's. */
function columnName(value: string): string {
	const words = value.replace(/"[^"]*"/g, '').match(/[A-Za-z]\w*/g) ?? [];
	const last = words[words.length - 1] ?? 'value';
	const before = words[words.length - 2] ?? '';
	return before.length === 1 ? `${before}${last.charAt(0).toUpperCase()}${last.slice(1)}` : last;
}

/** Whether an expression is a value and no question yet. */
function isValue(expression: Expr): boolean {
	return (
		['name', 'member', 'call', 'arithmetic', 'negative', 'number'].includes(expression.kind) &&
		!(expression.kind === 'call' && ['any', 'all', 'sample'].includes(expression.name))
	);
}
