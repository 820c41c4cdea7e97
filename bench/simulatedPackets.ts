/** Placeholder until the simulator is merged. */
export async function simulatedPackets(_count: number): Promise<Uint8Array[]> {
	return Promise.resolve([]);
}
