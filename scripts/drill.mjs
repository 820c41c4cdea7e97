// Runs a fault drill: npm run drill -- NAME [ARGS].
import { requireNode } from './node-version.mjs';

requireNode();
import('./tasks/drill.mjs')
	.then(function (task) {
		return task.main(process.argv.slice(2));
	})
	.catch(function (error) {
		console.error(error && error.expected ? error.message : error);
		process.exit(1);
	});
