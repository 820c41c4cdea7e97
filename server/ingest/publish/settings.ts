import type { Origin } from '#lib/alert/survey.ts';
import type { KafkaAccess } from '../source/kafka/settings.ts';

/** Where outgoing alerts go and what of them. */
export interface PublishSettings extends KafkaAccess {
	/** First word of every topic. */
	readonly prefix: string;
	/** Alerts of these origins are sent. */
	readonly origins: readonly Origin[];
	/** Whether programmes that are not public are sent, to topics of their own. */
	readonly privateTopics: boolean;
	readonly cutouts: boolean;
	/** Whether hits of filters are sent in the shape that SkyPortal's module for BOOM reads, too. */
	readonly boom: boolean;
	/** How a topic that is absent is made. */
	readonly partitions: number;
	/** Copies of it in the cluster; null = as the broker has it. */
	readonly replicas: number | null;
	readonly retentionHours: number;
	/** Bytes of a topic that are kept. */
	readonly retentionBytes: number;
}
