import type { RawPacket } from '../source.ts';

/** Packets that wait to be taken, with their bytes counted; one taker. */
export class PacketQueue {
	#packets: RawPacket[] = [];
	#head = 0;
	#bytes = 0;
	#wake: (() => void) | null = null;

	get bytes(): number {
		return this.#bytes;
	}

	push(packet: RawPacket): void {
		this.#packets.push(packet);
		this.#bytes += packet.bytes.length;
		this.wake();
	}

	/** The next packet, or null when none waits. */
	take(): RawPacket | null {
		const packet = this.#packets[this.#head];
		if (packet === undefined) return null;
		this.#head += 1;
		this.#bytes -= packet.bytes.length;
		if (this.#head === this.#packets.length) this.clear();
		else if (this.#head > 1024) {
			this.#packets = this.#packets.slice(this.#head);
			this.#head = 0;
		}
		return packet;
	}

	/** Drops what waits. */
	clear(): void {
		this.#packets = [];
		this.#head = 0;
		this.#bytes = 0;
	}

	/** Resolves at the next push or wake. */
	arrival(): Promise<void> {
		return new Promise((resolve) => {
			this.#wake = resolve;
		});
	}

	wake(): void {
		this.#wake?.();
		this.#wake = null;
	}
}
