/**
 * Pixels of a tile. On wasm a quarter of a million take about 250 MB while they are worked on, and a graphics card answers often enough for its
 * driver not to give up on it. `mfnc enhance --max-pixels 262144` cuts photographs in the same way.
 */
export const pixelLimit = 2 ** 18;
