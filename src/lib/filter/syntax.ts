import type { Place } from './place.ts';

/** Operators between two values, weakest first. */
export type CompareOp = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type ArithmeticOp = '+' | '-' | '*' | '/' | '%';
export type TextOp = 'contains' | 'startsWith' | 'endsWith';

interface Base {
	readonly place: Place;
}

/** An expression as it was written; `broken` stands where nothing could be read. */
export type Expr =
	| (Base & { readonly kind: 'number'; readonly text: string })
	| (Base & { readonly kind: 'text'; readonly value: string })
	| (Base & { readonly kind: 'truth'; readonly value: boolean })
	| (Base & { readonly kind: 'name'; readonly name: string })
	| (Base & { readonly kind: 'member'; readonly object: Expr; readonly name: string; readonly namePlace: Place })
	| (Base & { readonly kind: 'call'; readonly name: string; readonly namePlace: Place; readonly args: readonly Expr[] })
	| (Base & { readonly kind: 'lambda'; readonly param: string; readonly paramPlace: Place; readonly body: Expr })
	| (Base & { readonly kind: 'list'; readonly items: readonly Expr[] })
	| (Base & { readonly kind: 'logic'; readonly op: 'and' | 'or'; readonly terms: readonly Expr[] })
	| (Base & { readonly kind: 'not'; readonly operand: Expr })
	| (Base & { readonly kind: 'negative'; readonly operand: Expr })
	| (Base & { readonly kind: 'arithmetic'; readonly op: ArithmeticOp; readonly left: Expr; readonly right: Expr })
	| (Base & { readonly kind: 'compare'; readonly op: CompareOp | TextOp; readonly left: Expr; readonly right: Expr })
	| (Base & {
			readonly kind: 'between';
			readonly value: Expr;
			readonly low: Expr;
			readonly high: Expr;
			readonly negated: boolean;
	  })
	/** Membership of a list of values, or of an area or a named list (a call); without a value the alert itself is meant. */
	| (Base & { readonly kind: 'in'; readonly value: Expr | null; readonly set: Expr; readonly negated: boolean })
	| (Base & { readonly kind: 'presence'; readonly value: Expr; readonly present: boolean })
	| (Base & { readonly kind: 'broken' });

/** One line of a filter; `comments` stood before it or within it. */
export type Statement = Base & { readonly comments: readonly string[] } & (
		| { readonly kind: 'use'; readonly block: string; readonly name: string; readonly namePlace: Place }
		| { readonly kind: 'let'; readonly name: string; readonly namePlace: Place; readonly value: Expr }
		| { readonly kind: 'condition'; readonly value: Expr }
		| {
				readonly kind: 'annotate';
				readonly entries: readonly { readonly name: string; readonly namePlace: Place; readonly value: Expr }[];
		  }
		| { readonly kind: 'order'; readonly value: Expr; readonly descending: boolean }
		| { readonly kind: 'limit'; readonly count: number }
		| { readonly kind: 'onePerObject' }
		| { readonly kind: 'sample'; readonly fraction: string }
	);

/** A whole filter as it was written. */
export interface FilterSyntax {
	readonly statements: readonly Statement[];
	/** Comments after the last statement. */
	readonly trailing: readonly string[];
}
