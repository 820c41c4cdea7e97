// Starts everything on one machine: installs and builds what is missing or stale, then `nightjar start`.
import { requireNode } from './node-version.mjs';

requireNode();
import('./tasks/start.mjs')
	.then(function (task) {
		return task.main(process.argv.slice(2));
	})
	.catch(function (error) {
		console.error(error && error.expected ? error.message : error);
		process.exit(1);
	});
