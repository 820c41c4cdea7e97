const KEY = 'nightjar-time';

/** Whether times are told in the reader's own zone: remembered by the browser, off until it is chosen. */
class LocalTime {
	/** IANA name of the zone that times are told in; null for UTC, as pages are made and until they answer. */
	zone = $state<string | null>(null);

	/** Takes up what was chosen before; called once the page answers, so that it stands as it was made until then. */
	begin(): void {
		try {
			if (localStorage.getItem(KEY) === 'local') this.zone = zoneHere();
		} catch {
			// storage may be refused: UTC it is
		}
	}

	choose(local: boolean): void {
		this.zone = local ? zoneHere() : null;
		try {
			if (local) localStorage.setItem(KEY, 'local');
			else localStorage.removeItem(KEY);
		} catch {
			// storage may be refused: the choice then lasts until the next page load
		}
	}
}

/** The zone of the reader's browser, an IANA name. */
export function zoneHere(): string {
	return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export const localTime = new LocalTime();
