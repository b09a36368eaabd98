export {
  type CpuTimes,
  describeMachine,
  gpuMemory,
  gpuMemoryIn,
  type LoadReading,
  type LoadShares,
  loadBetween,
  type MachineLoad,
  readCpuTimes,
  sharesOf,
} from './machine.js';
export { type Measured, type MeasuredNetwork, measureNetworks, type NetworkJob, type Settings } from './measure-networks.js';

export { randomImages } from './random-images.js';
export { median, medianRatio, percentile, type Sample, type Summary, summarize } from './statistics.js';
export { inputsOf, writeNetwork } from './write-network.js';
