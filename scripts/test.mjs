// Runs every check and test and ends with the counts.
import { requireNode } from './node-version.mjs';

requireNode();
import('./tasks/test.mjs')
	.then(function (task) {
		return task.main(process.argv.slice(2));
	})
	.catch(function (error) {
		console.error(error && error.expected ? error.message : error);
		process.exit(1);
	});
