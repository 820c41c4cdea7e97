import { extract } from 'tar-stream';

/** Files of a tar by name. */
export async function untar(answer: Response): Promise<Map<string, Buffer>> {
	const found = new Map<string, Buffer>();
	const tar = extract();
	tar.end(Buffer.from(await answer.arrayBuffer()));
	for await (const entry of tar) {
		const parts: Buffer[] = [];
		for await (const part of entry) parts.push(part as Buffer);
		found.set(entry.header.name, Buffer.concat(parts));
	}
	return found;
}
