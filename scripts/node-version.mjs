// Says clearly when Node is too old. Plain syntax only: this file must parse on the old Node it complains about.

/**
 * Smallest Node that works, as [major, minor].
 * @type {[number, number]}
 */
export var SMALLEST = [20, 11];

/**
 * Whether `version` (as process.versions.node) is new enough.
 * @param {string} version
 */
export function newEnough(version) {
	var parts = version.split('.');
	var major = Number(parts[0]);
	return major > SMALLEST[0] || (major === SMALLEST[0] && Number(parts[1]) >= SMALLEST[1]);
}

/** Ends the process with a sentence when Node is too old. */
export function requireNode() {
	if (newEnough(process.versions.node)) return;
	console.error(
		'Nightjar needs Node ' +
			SMALLEST.join('.') +
			' or newer; this is ' +
			process.versions.node +
			'. Install Node 20 LTS from https://nodejs.org (or with your version manager) and run the command again.',
	);
	process.exit(1);
}
