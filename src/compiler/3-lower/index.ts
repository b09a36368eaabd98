export { costOf, type InstanceCost } from './cost.js';
export type { Sources } from './flatten.js';
export { type ImageSize, lowerInference } from './inference.js';
export { initializeWeights, type TensorValues } from './initialize.js';
export { LoweringFailure } from './lowering-failure.js';
export { evaluateRate } from './rate.js';
export { lowerTrainStep, type TrainedLoss, type TrainStep } from './train-step.js';
export { listAllWeights, listWeights, type WeightInfo } from './weights.js';
