export { TensorBoardEvents } from './tensorboard-events.js';
