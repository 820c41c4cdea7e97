import { findSurvey } from '#lib/alert/surveys.ts';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { normalise } from '#server/ingest/normalise/index.ts';
import { archiveSource } from '#server/ingest/source/archive.ts';

/** Every alert of public programmes in the files of a folder, as `survey alertId` to object id; read without the store. */
export async function publicAlerts(folder: string): Promise<Map<string, string>> {
	const decoder = createDecoder({ cacheFolder: folder, registryUrl: null });
	const found = new Map<string, string>();
	for await (const packet of archiveSource([folder]).packets(new AbortController().signal)) {
		if ('broken' in packet) continue;
		for (const record of await decoder.decode(packet)) {
			const alert = normalise(record, packet.receivedAtMs);
			const programme = findSurvey(alert.survey)?.programmes.find(({ name }) => name === alert.programme);
			if (programme?.public === true) found.set(`${alert.survey} ${alert.alertId}`, alert.objectId);
		}
	}
	return found;
}
