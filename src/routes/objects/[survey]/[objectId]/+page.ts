import { pointsOfText } from '#lib/alert/pointColumns.ts';
import type { PageLoad } from './$types';

/** Points travel as columns; the page has them one by one. */
export const load: PageLoad = ({ data }) => ({ ...data, points: pointsOfText(data.points) });
