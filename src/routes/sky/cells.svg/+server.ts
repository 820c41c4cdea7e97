import { api } from '#lib/server/api.ts';
import { skyPicture } from '#lib/server/skyPicture.ts';

/** The first picture of the sky map. */
export const GET = api(skyPicture);
