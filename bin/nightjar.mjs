#!/usr/bin/env node
// Plain syntax only: this file must parse on the old Node it complains about.
import { existsSync } from 'fs';
import { fileURLToPath, pathToFileURL } from 'url';
import { requireNode } from '../scripts/node-version.mjs';

requireNode();
var built = fileURLToPath(new URL('../dist/nightjar.js', import.meta.url));
// later releases of ONNX Runtime look for a host of their maker's unless this stands here
process.env.ORT_DISABLE_TELEMETRY = '1';
if (existsSync(built)) {
	import(pathToFileURL(built).href);
} else {
	console.error(
		'Nightjar is not built yet: run `npm run build` (or `npm start`) in ' +
			fileURLToPath(new URL('..', import.meta.url)),
	);
	process.exit(1);
}
