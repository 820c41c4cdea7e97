import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** @type {import('eslint').Linter.RulesRecord} */
const shared = {
	// a leading underscore says: named only to be left out
	'@typescript-eslint/no-unused-vars': [
		'error',
		{ argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_', ignoreRestSiblings: true },
	],

	'max-lines': ['warn', { max: 400, skipBlankLines: true, skipComments: true }],
	complexity: ['warn', 25],
};

export default ts.config(
	{ ignores: ['build/', 'dist/', '.svelte-kit/', '.nightjar/', 'node_modules/', 'test-results/', 'tests/fixtures/'] },
	js.configs.recommended,
	{
		files: ['**/*.ts', '**/*.svelte.ts'],
		extends: [...ts.configs.strictTypeChecked],
		languageOptions: {
			parserOptions: {
				projectService: true,
				tsconfigRootDir: import.meta.dirname,
			},
			globals: { ...globals.node, ...globals.browser },
		},
		rules: {
			...shared,
			'@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
			'@typescript-eslint/consistent-type-imports': 'error',
			// numbers in template strings are ordinary here
			'@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
			'no-restricted-properties': [
				'error',
				{ object: 'process', property: 'env', message: 'Only server/config.ts reads the environment.' },
			],
		},
	},
	{
		files: ['**/*.svelte'],
		// in this order: both name a parser, and Svelte's must win
		extends: [...ts.configs.strict, ...svelte.configs.recommended],
		languageOptions: {
			parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig },
			globals: { ...globals.browser },
		},
		rules: {
			...shared,
			'no-undef': 'off',
			// `let { a } = $props()` is how Svelte writes it
			'prefer-const': 'off',
			'svelte/prefer-const': ['error', { excludedRunes: ['$props', '$derived'] }],
			// the portal is always served from the root of its address
			'svelte/no-navigation-without-resolve': 'off',
		},
	},
	{
		files: ['server/config.ts', 'tests/**', 'bench/**', 'drills/**', 'scripts/**', 'bin/**', '*.config.*'],
		rules: { 'no-restricted-properties': 'off' },
	},
	{
		files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
		languageOptions: { globals: globals.node },
	},
);
