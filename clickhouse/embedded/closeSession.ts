import { createRequire } from 'node:module';
import type { Session } from 'chdb';

// Session.close() waits for every operation of the process, not only its own: while one long query runs, each
// connection used meanwhile stays open at about 130 kB. The binding closes one connection alone.

function nativeClose(): ((connection: unknown) => void) | null {
	try {
		const require = createRequire(import.meta.url);
		const loader: unknown = createRequire(require.resolve('chdb'))('./dist/loader.js');
		if (typeof loader !== 'object' || loader === null || !('loadNative' in loader)) return null;
		if (typeof loader.loadNative !== 'function') return null;
		const native: unknown = Reflect.apply(loader.loadNative, loader, []);
		if (typeof native !== 'object' || native === null || !('CloseConnection' in native)) return null;
		const close = native.CloseConnection;
		return typeof close === 'function' ? (connection) => void Reflect.apply(close, native, [connection]) : null;
	} catch {
		return null;
	}
}

const closeConnection = nativeClose();

/** Closes a session whose own operations have all ended; with a binding that we do not know, by way of chdb. */
export function closeSession(session: Session): void {
	const { connection } = session;
	if (closeConnection !== null && connection !== null && connection !== undefined) {
		session.connection = null;
		closeConnection(connection);
	}
	session.close();
}
