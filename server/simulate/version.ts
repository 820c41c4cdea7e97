/** Changes whenever the same seed would give other packets; ZTF packets name it as their publisher. */
export const SIMULATION_VERSION = '2';
