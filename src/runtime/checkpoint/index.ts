export { CheckpointStore, type FoundCheckpoint, type Position } from './checkpoint-store.js';
export { type WeightForm, weightForms } from './forms/index.js';
export { applyNameMap, mapBeside, type NameMap, readNameMap } from './name-map/index.js';
export { decodeSafetensors, encodeSafetensors, type SafetensorsContent, type StoredType, storedTypes } from './safetensors.js';
export { checkpointName, DamagedCheckpoint, type DataCursor, type TrainingCheckpoint } from './training-checkpoint.js';
export { encodeWeights, hashTensors, matchWeights, readWeights, roundToHalf, type WeightsFile, writeWeights } from './weights.js';
