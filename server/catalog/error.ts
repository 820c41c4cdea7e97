/** A file that is no catalogue that can be read, or a request that cannot be met; the sentence says what to do. */
export class CatalogError extends Error {
	override readonly name = 'CatalogError';
}
