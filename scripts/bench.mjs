// Runs a benchmark: npm run bench -- NAME [ARGS].
import { requireNode } from './node-version.mjs';

requireNode();
import('./tasks/bench.mjs')
	.then(function (task) {
		return task.main(process.argv.slice(2));
	})
	.catch(function (error) {
		console.error(error && error.expected ? error.message : error);
		process.exit(1);
	});
