import { flag } from '../../../ops/rules/attributes.js';
import { attribute } from '../attribute-values.js';
import type { TensorName } from '../graph.js';
import type { NodeEmission, OperatorEmitter } from './emission.js';

/**
 * A 1x1 convolution of a 1x1 image, as channel attention has it, is a product of two small matrices. oneDNN's convolution spends some 0.1 ms
 * on each call to arrange the kernel anew; the product takes a few microseconds.
 */
export function isMatrixProduct(imageShape: readonly number[], kernelShape: readonly number[]): boolean {
  return imageShape[1] === 1 && imageShape[2] === 1 && kernelShape[0] === 1 && kernelShape[1] === 1;
}

/** [B, 1, 1, C] and a kernel [1, 1, C, O] give [B, 1, 1, O]. */
export function pointwiseConvolution(e: NodeEmission): TensorName {
  return product(e, matrix(e, e.input(0), rowsOf(e.shape(0))), matrix(e, e.input(1), e.shape(1).slice(2)), false, false);
}

/** dy [B, 1, 1, O] and a kernel [1, 1, C, O] give [B, 1, 1, C]. */
export function pointwiseInputGradient(e: NodeEmission): TensorName {
  return product(e, matrix(e, e.input(0), rowsOf(e.shape(0))), matrix(e, e.input(1), e.shape(1).slice(2)), false, true);
}

/** x [B, 1, 1, C] and dy [B, 1, 1, O] give [1, 1, C, O]. */
export function pointwiseFilterGradient(e: NodeEmission): TensorName {
  return product(e, matrix(e, e.input(0), rowsOf(e.shape(0))), matrix(e, e.input(1), rowsOf(e.shape(1))), true, false);
}

export const matmul: OperatorEmitter = (e) => {
  const [transposeA, transposeB] = [flag(e.attributes, 'transpose_a'), flag(e.attributes, 'transpose_b')];
  if (e.outputShape.length === 2) return multiply(e, e.input(0), e.input(1), transposeA, transposeB);
  return e.add('BatchMatMulV2', e.inputs, { adj_x: attribute.flag(transposeA), adj_y: attribute.flag(transposeB) });
};

function rowsOf([batch = 1, , , channels = 1]: readonly number[]): readonly number[] {
  return [batch, channels];
}

function matrix(e: NodeEmission, tensor: TensorName, shape: readonly number[]): TensorName {
  return e.add('Reshape', [tensor, e.graph.integers(shape)], { Tshape: attribute.type('int32') });
}

function product(e: NodeEmission, a: TensorName, b: TensorName, transposeA: boolean, transposeB: boolean): TensorName {
  return matrix(e, multiply(e, a, b, transposeA, transposeB), e.outputShape);
}

function multiply(e: NodeEmission, a: TensorName, b: TensorName, transposeA: boolean, transposeB: boolean): TensorName {
  return e.add('MatMul', [a, b], { transpose_a: attribute.flag(transposeA), transpose_b: attribute.flag(transposeB) });
}
