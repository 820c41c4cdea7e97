// Pins the jars of an Apache Kafka version: Maven resolves them, their hashes go to scripts/kafka/jars.mjs.
// Use: node scripts/kafka/pin.mjs 4.1.2    (needs Maven; nobody needs it to run the tests)
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';

const [version] = process.argv.slice(2);
if (!/^\d+\.\d+\.\d+$/.test(version ?? '')) {
	console.error('Say which version: node scripts/kafka/pin.mjs 4.1.2');
	process.exit(2);
}

/** Kafka itself, and a logger that writes plain lines. */
const ARTEFACTS = [
	['org.apache.kafka', 'kafka_2.13', version],
	['org.slf4j', 'slf4j-simple', '1.7.36'],
];

const folder = mkdtempSync(join(tmpdir(), 'nightjar-pin-'));
try {
	const dependencies = ARTEFACTS.map(
		([group, artefact, number]) =>
			`<dependency><groupId>${group}</groupId><artifactId>${artefact}</artifactId><version>${number}</version></dependency>`,
	).join('');
	writeFileSync(
		join(folder, 'pom.xml'),
		`<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>x</groupId><artifactId>x</artifactId><version>1</version><dependencies>${dependencies}</dependencies></project>`,
	);
	const lib = join(folder, 'lib');
	execFileSync(
		'mvn',
		['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${lib}`, '-Dmdep.useRepositoryLayout=true'],
		{ cwd: folder, stdio: 'inherit' },
	);
	const jars = readdirSync(lib, { recursive: true })
		.filter((name) => name.endsWith('.jar'))
		.sort()
		.map((name) => {
			const bytes = readFileSync(join(lib, name));
			const path = name.split(sep).join('/');
			return `\t{\n\t\tpath: '${path}',\n\t\tsize: ${bytes.length},\n\t\tsha256: '${createHash('sha256').update(bytes).digest('hex')}',\n\t},\n`;
		});
	writeFileSync(
		new URL('jars.mjs', import.meta.url),
		`// Written by pin.mjs.\n\n/** Version of Apache Kafka that tests start. */\nexport const KAFKA_VERSION = '${version}';\n\n/** Its jars on Maven Central. */\nexport const JARS = [\n${jars.join('')}];\n`,
	);
	console.log(`${jars.length} jars of Kafka ${version} pinned.`);
} finally {
	rmSync(folder, { recursive: true, force: true });
}
