const BROWSERS: readonly (readonly [RegExp, string])[] = [
	[/Edg\//, 'Edge'],
	[/OPR\//, 'Opera'],
	[/Firefox\//, 'Firefox'],
	[/Chrome\//, 'Chrome'],
	[/Safari\//, 'Safari'],
	[/curl\//, 'curl'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
	[/iPhone|iPad/, 'iOS'],
	[/Android/, 'Android'],
	[/Windows/, 'Windows'],
	[/Mac OS X/, 'macOS'],
	[/Linux|X11/, 'Linux'],
];

/** What a browser says of itself, in two words. */
export function browserName(agent: string): string {
	const found = (list: typeof BROWSERS): string | undefined => list.find(([sign]) => sign.test(agent))?.[1];
	const [browser, system] = [found(BROWSERS), found(SYSTEMS)];
	if (browser === undefined && system === undefined) return agent === '' ? 'unknown' : agent.slice(0, 40);
	return [browser ?? 'a browser', system].filter(Boolean).join(' on ');
}
