export { DegradationNetwork } from './degradation-network.js';
export { type SynthesizeOptions, type SyntheticPair, synthesizeFiles } from './synthesize-files.js';
