export { decodeSafetensors, encodeSafetensors, type SafetensorsContent } from './safetensors.js';
export { readCheckpoint, type TrainingCheckpoint, writeCheckpoint } from './training-checkpoint.js';
export { hashTensors, matchWeights, readWeights, type WeightsFile, writeWeights } from './weights.js';
