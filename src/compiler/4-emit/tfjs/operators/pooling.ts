import { poolWindow } from '../../../ops/rules/window.js';
import { paddingOf } from './convolutions.js';
import type { OperatorEmitter } from './emission.js';

/** The least float32: what a maximum never takes from outside the picture. */
const least = -3.4028234663852886e38;

export const avgPool: OperatorEmitter = (e) => {
  const window = poolWindow(e.attributes);
  const { padding, margins } = paddingOf(window, [e.shape(0)[1] ?? 1, e.shape(0)[2] ?? 1]);
  if (margins) e.fail(`TensorFlow.js has no average pooling with margins of [${margins.join(', ')}] that are not counted`);
  return e.apply('AveragePooling2D', [e.input(0)], { pool_size: window.size, strides: window.strides, padding });
};

export const maxPool: OperatorEmitter = (e) => {
  const window = poolWindow(e.attributes);
  const { padding, margins } = paddingOf(window, [e.shape(0)[1] ?? 1, e.shape(0)[2] ?? 1]);
  const config = { pool_size: window.size, strides: window.strides, padding };
  if (margins === undefined) return e.apply('MaxPooling2D', [e.input(0)], config);
  const [top = 0, bottom = 0, left = 0, right = 0] = margins;
  const paddings = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  return e.apply('MaxPooling2D', [e.apply('MfncPadding', [e.input(0)], { paddings, mode: 'constant', value: least })], config);
};
