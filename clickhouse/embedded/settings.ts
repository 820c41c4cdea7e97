/** What the engine may use; one object renders the configuration file and the settings of each request. */
export interface EngineSettings {
	/** Bytes that all queries, merges and caches may hold together. */
	readonly serverMemoryBytes: number;
	/** Bytes that one query may hold. */
	readonly queryMemoryBytes: number;
	/** Threads of one query. */
	readonly threads: number;
	/** Folder that BACKUP may write to and RESTORE may read from. */
	readonly backupFolder: string;
	/** Whether each insert waits for the disk itself: survives a power cut, costs a sync per part. */
	readonly syncInserts: boolean;
}

const GIGABYTE = 1024 ** 3;

/** Parts of this size and more are compressed harder: few parts are, and they are merged rarely. */
const LARGE_PART_BYTES = 16 * 1024 ** 2;

/** Settings that suit a machine with so many bytes of memory and cores. */
export function settingsFor(memoryBytes: number, cores: number, backupFolder: string): EngineSettings {
	const server = Math.max(GIGABYTE, Math.floor(memoryBytes * 0.4));
	return {
		serverMemoryBytes: server,
		queryMemoryBytes: Math.max(GIGABYTE / 2, Math.floor(server * 0.5)),
		threads: Math.min(8, Math.max(2, cores)),
		backupFolder,
		syncInserts: false,
	};
}

const escapeXml = (text: string) => text.replace(/[&<>]/g, (sign) => `&#${String(sign.charCodeAt(0))};`);

function xml(value: unknown): string {
	if (typeof value !== 'object' || value === null) return escapeXml(String(value));
	return Object.entries(value)
		.map(([name, inner]) => `<${name}>${xml(inner)}</${name}>`)
		.join('');
}

/** The engine's configuration file. Background pools are small: on two cores merges must leave room for readers. */
export function renderConfig(settings: EngineSettings): string {
	const pool = Math.max(2, Math.min(8, settings.threads));
	return `${xml({
		clickhouse: {
			timezone: 'UTC',
			logger: { level: 'fatal' },
			max_server_memory_usage: settings.serverMemoryBytes,
			mark_cache_size: Math.floor(settings.serverMemoryBytes / 16),
			uncompressed_cache_size: 0,
			background_pool_size: pool,
			background_merges_mutations_concurrency_ratio: 2,
			background_common_pool_size: 2,
			background_schedule_pool_size: 4,
			background_move_pool_size: 1,
			background_fetches_pool_size: 1,
			backups: { allowed_path: settings.backupFolder },
			// fresh parts are written light (LZ4); merging makes them small
			compression: {
				case: { min_part_size: LARGE_PART_BYTES, min_part_size_ratio: 0, method: 'zstd', level: 1 },
			},
			merge_tree: {
				number_of_free_entries_in_pool_to_lower_max_size_of_merge: 1,
				number_of_free_entries_in_pool_to_execute_mutation: 1,
				number_of_free_entries_in_pool_to_execute_optimize_entire_partition: 1,
				fsync_after_insert: settings.syncInserts ? 1 : 0,
				fsync_part_directory: settings.syncInserts ? 1 : 0,
			},
		},
	})}\n`;
}

/** Settings of every request before its own: what chDB sets otherwise than a server, and what keeps queries off the network. */
export function baseSettings(settings: EngineSettings): Record<string, string> {
	return {
		implicit_select: '0',
		async_insert: '0',
		http_max_tries: '1',
		allow_introspection_functions: '0',
		storage_file_read_method: 'pread',
		// long lists of ids arrive as parameters, which chDB takes as a statement
		max_query_size: String(256 * 1024 ** 2),
		max_threads: String(settings.threads),
		max_memory_usage: String(settings.queryMemoryBytes),
		input_format_parallel_parsing: '0',
	};
}
