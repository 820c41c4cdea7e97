import type { AlertRow, Page } from '#lib/alert/views.ts';

/** A line of the list of what the map shows. */
export interface Listed {
	/** In the columns of the map. */
	readonly index: number;
	readonly survey: string;
	readonly alertId: string;
	/** MJD, TAI. */
	readonly mjd: number;
	readonly band: string;
	readonly mag: number | null;
	readonly class: string;
}

/** What the lasso holds; `page` null while it is read. */
export interface Selection {
	/** ICRS degrees. */
	readonly corners: readonly { readonly ra: number; readonly dec: number }[];
	readonly page: Page<AlertRow> | null;
	/** The same as a query of the API and of the search page. */
	readonly query: Readonly<Record<string, string>>;
}
