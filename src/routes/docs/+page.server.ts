import { GLOSSARY } from '#lib/server/docs/glossary.ts';
import type { PageServerLoad } from './$types';

/** The words of the glossary; the fields are known to the page itself. */
export const load: PageServerLoad = () => ({ words: GLOSSARY });
