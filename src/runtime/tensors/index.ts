export { type ImageLayout, imageLayouts, toImageLayout } from './layout.js';
export { type AssignedTensors, assignTensors, type NamedTensor } from './named-tensors.js';
export { runModel } from './run-model.js';
