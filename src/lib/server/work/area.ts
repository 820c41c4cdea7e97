import { coarser, mocText, MocError, orderOf, readMoc, skyFraction } from '#lib/format/moc.ts';
import { ProblemError } from '../problem.ts';
import { areaOf, findList, type KeptArea } from './list.ts';
import { workOf } from './page.ts';
import { unpacked } from './upload.ts';

/** Finest order of an area: pixels of 26 arcsec; a finer MOC grows to whole pixels of it. */
const FINEST = 13;
const MOST_RANGES = 100_000;

/** The area of a MOC file (JSON, ASCII or FITS, gzip too). */
export async function readAreaFile(bytes: Uint8Array): Promise<KeptArea> {
	try {
		const all = await readMoc(unpacked(bytes));
		const order = Math.min(FINEST, orderOf(all));
		const ranges = coarser(all, order);
		if (ranges.length > MOST_RANGES) {
			throw new ProblemError(
				413,
				`The area has ${ranges.length} separate pieces: at most ${MOST_RANGES}. Send it at a coarser order.`,
			);
		}
		return { order, ranges, skyFraction: skyFraction(ranges, order) };
	} catch (error) {
		if (error instanceof MocError) throw new ProblemError(400, `The area cannot be read: ${error.message}`);
		throw error;
	}
}

/** An area of somebody's by the id of its list, with its MOC as text, to be drawn on the sky; null where none is asked for. */
export function areaOnMap(
	locals: Pick<App.Locals, 'config' | 'principal'>,
	id: string | null,
): { readonly name: string; readonly moc: string } | null {
	if (id === null || id === '') return null;
	const database = workOf(locals);
	const list = findList(database, locals.principal, id);
	const area = areaOf(database, list.id);
	return area === null ? null : { name: list.name, moc: mocText(area.ranges, area.order) };
}
