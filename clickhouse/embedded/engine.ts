import { Session } from 'chdb';
import { closeSession } from './closeSession.ts';
import { forbiddenNames } from './guard.ts';
import { baseSettings, type EngineSettings } from './settings.ts';

/** Database that holds all tables: the engine's own `default` shows files of the machine as tables. */
const DATABASE = 'nightjar';

/** Statements below this length need no setting that allows it. */
const SHORT_BYTES = 128 * 1024;

/** Text as a quoted SQL string. */
export function quote(text: string): string {
	return `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'").replace(/\0/g, '\\0')}'`;
}

function assignments(values: ReadonlyMap<string, string>, prefix: string): string {
	return [...values].map(([name, value]) => `${prefix}${name} = ${quote(value)}`).join(', ');
}

/** What a request brings along: settings and the values of its placeholders (`param_` left off). */
export interface SessionOptions {
	readonly id: string;
	readonly settings: ReadonlyMap<string, string>;
	readonly params: ReadonlyMap<string, string>;
	readonly readonly: boolean;
}

/** chDB on one folder, held open for the life of the process. */
export class Engine {
	/** Table functions that a read-only request may not call. */
	forbidden: ReadonlySet<string> = new Set();
	readonly #keeper: Session;

	private constructor(
		private readonly folder: string,
		private readonly configPath: string,
		private readonly settings: EngineSettings,
	) {
		this.#keeper = this.#connect();
	}

	/** Opens the folder, creating the database; throws the engine's error when another process holds it. */
	static async open(folder: string, configPath: string, settings: EngineSettings): Promise<Engine> {
		const engine = new Engine(folder, configPath, settings);
		try {
			await engine.#keeper.queryAsync('DROP DATABASE IF EXISTS default');
			// empty, but there: a connection begins in it
			await engine.#keeper.queryAsync('CREATE DATABASE IF NOT EXISTS default ENGINE = Memory');
			await engine.#keeper.queryAsync(`CREATE DATABASE IF NOT EXISTS ${DATABASE} ENGINE = Atomic`);
			const names = await engine.#keeper.queryAsync('SELECT name FROM system.table_functions', { format: 'TSV' });
			engine.forbidden = forbiddenNames(names.text().trim().split('\n'));
		} catch (error) {
			engine.close();
			throw error;
		}
		return engine;
	}

	#connect(): Session {
		return new Session(this.folder, { connectionArgs: [`--config-file=${this.configPath}`] });
	}

	/** A connection of its own for one request: settings and parameters live on the connection. */
	async session(options: SessionOptions): Promise<Session> {
		const settings = new Map([
			...Object.entries(baseSettings(this.settings)),
			...options.settings,
			['log_comment', options.id],
		]);
		const session = this.#connect();
		try {
			const params = options.params.size > 0 ? [assignments(options.params, 'param_')] : [];
			const own = [...params, ...(options.readonly ? ['readonly = 1'] : [])].join(', ');
			const usual = `USE ${DATABASE}; SET ${assignments(settings, '')}`;
			// a statement more costs a tenth of a query of nothing; but how long one may be is itself a setting
			const isShort = Buffer.byteLength(usual) + Buffer.byteLength(own) < SHORT_BYTES;
			await session.queryAsync(own === '' || !isShort ? usual : `${usual}, ${own}`);
			if (own !== '' && !isShort) await session.queryAsync(`SET ${own}`);
		} catch (error) {
			closeSession(session);
			throw error;
		}
		return session;
	}

	/** Asks the engine to end the query of a request; it may take a moment. */
	async kill(id: string): Promise<void> {
		const session = this.#connect();
		try {
			await session.queryAsync(`KILL QUERY WHERE Settings['log_comment'] = ${quote(id)} ASYNC`);
		} finally {
			closeSession(session);
		}
	}

	/** True when a real query is answered. */
	async answers(): Promise<boolean> {
		const session = this.#connect();
		try {
			const answer = await session.queryAsync('SELECT 1', { format: 'TSV' });
			return answer.text().trim() === '1';
		} catch {
			return false;
		} finally {
			closeSession(session);
		}
	}

	close(): void {
		this.#keeper.close();
	}
}
