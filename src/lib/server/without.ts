/** The object without some of its entries. */
export function without<T extends object, K extends keyof T>(value: T, ...names: readonly K[]): Omit<T, K> {
	const left: ReadonlySet<PropertyKey> = new Set(names);
	return Object.fromEntries(Object.entries(value).filter(([name]) => !left.has(name))) as Omit<T, K>;
}
