import { version as packageVersion } from '../../../package.json';

/** Version of Nightjar. */
export const version = packageVersion;
