import type { OpName } from '../../../ops/index.js';
import { convolutionEmitters } from './convolution.js';
import { depthwiseEmitters } from './depthwise.js';
import { elementwiseEmitters } from './elementwise.js';
import { filterGradientEmitters } from './filter-gradient.js';
import { matrixEmitters } from './matrix.js';
import type { OperatorEmitter } from './operator-emitter.js';
import { poolingEmitters } from './pooling.js';
import { reductionEmitters } from './reduction.js';
import { shapeEmitters } from './shape.js';
import { transposedConvolutionEmitters } from './transposed-convolution.js';

/** How each operator is written in ONNX. The type checker names the operators that are missing here. */
export const operatorEmitters: Record<OpName, OperatorEmitter> = {
  ...elementwiseEmitters,
  ...reductionEmitters,
  ...shapeEmitters,
  ...convolutionEmitters,
  ...transposedConvolutionEmitters,
  ...filterGradientEmitters,
  ...depthwiseEmitters,
  ...poolingEmitters,
  ...matrixEmitters,
};
