import { build, install } from './prepare.mjs';

/** Builds the portal and the command where they are stale. */
export async function main() {
	await install();
	await build(['portal', 'command']);
	console.log('Everything is built.');
}
