// Runs the checks alone (format, types, lint, imports, dead code, lock file), without tests.
import { requireNode } from './node-version.mjs';

requireNode();
import('./tasks/check.mjs')
	.then(function (task) {
		return task.main(process.argv.slice(2));
	})
	.catch(function (error) {
		console.error(error && error.expected ? error.message : error);
		process.exit(1);
	});
