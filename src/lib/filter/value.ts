import type { IdNode, ListNode, NumNode, RefNode, TextNode, TruthNode } from './core.ts';
import type { ElementType, RecordKind, Type } from './type.ts';

/** An expression with its type and its node. */
export type Checked = NumberValue | TruthValue | TextValue | IdValue | RecordValue | ListValue | PositionValue;
export type Of<K extends Type['kind']> = Extract<Type, { kind: K }>;
export interface Value<K extends Type['kind'], N> {
	readonly kind: K;
	readonly type: Of<K>;
	readonly node: N;
}
export type NumberValue = Value<'number', NumNode>;
export type TruthValue = Value<'truth', TruthNode>;
export type TextValue = Value<'text', TextNode>;
export type IdValue = Value<'id', IdNode>;
export type RecordValue = Value<'record', RefNode>;
export type ListValue = Value<'list', ListNode>;
export type PositionValue = Value<'position', null>;

/** A number with its unit. */
export const num = (node: NumNode, unit: string | null): NumberValue => ({
	kind: 'number',
	type: { kind: 'number', unit },
	node,
});
export const truth = (node: TruthNode): TruthValue => ({ kind: 'truth', type: { kind: 'truth' }, node });
export const text = (node: TextNode, domain: Of<'text'>['domain'] = 'any'): TextValue => ({
	kind: 'text',
	type: { kind: 'text', domain },
	node,
});
export const record = (of: RecordKind, node: RefNode): RecordValue => ({
	kind: 'record',
	type: { kind: 'record', record: of },
	node,
});
export const list = (of: ElementType, node: ListNode): ListValue => ({
	kind: 'list',
	type: { kind: 'list', of },
	node,
});
