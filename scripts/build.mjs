// Installs what is missing and builds the portal and the command where they are stale.
import { requireNode } from './node-version.mjs';

requireNode();
import('./tasks/build.mjs')
	.then(function (task) {
		return task.main(process.argv.slice(2));
	})
	.catch(function (error) {
		console.error(error && error.expected ? error.message : error);
		process.exit(1);
	});
