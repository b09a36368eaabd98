import type { Origin, Program, ProgramNode } from '../../compiler/ir/program.js';
import { EngineFailure, type EngineName, engineNames } from './engine.js';
import { onnxOperators, onnxWebgpuOperators } from './onnx/operators.js';
import { type OperatorTable, refusalOf } from './operators.js';
import { tfjsCpuOperators, tfjsWasmOperators, tfjsWebgpuOperators } from './tfjs/operators.js';
import { tensorflowOperators } from './tfjs-node/operators.js';

/** What each engine declares of the operators. */
export const operatorTables: Readonly<Record<EngineName, OperatorTable>> = {
  'tfjs-node-gpu': tensorflowOperators,
  'tfjs-node': tensorflowOperators,
  onnx: onnxOperators,
  'onnx-webgpu': onnxWebgpuOperators,
  'tfjs-webgpu': tfjsWebgpuOperators,
  'tfjs-wasm': tfjsWasmOperators,
  'tfjs-cpu': tfjsCpuOperators,
};

/** A Program holds operators that the engine cannot run: the model, not the engine, has to change, or the engine be another one. */
export class UnsupportedProgram extends EngineFailure {}

/** Refusals that a message lists; further ones are counted. */
const mostRefusals = 5;

/** Checks a Program before it is compiled. @throws UnsupportedProgram that names the places in the source and the engines that can. */
export function requireSupport(engine: EngineName, program: Program): void {
  const lines = new Set<string>();
  for (const node of program.nodes) {
    const reason = refusalOf(operatorTables[engine], node, shapesOf(program, node));
    if (reason === undefined) continue;
    lines.add(`${placeOf(node.origin)}${node.op} cannot run on ${engine}: ${reason}.`);
  }
  if (lines.size === 0) return;
  const others = engineNames.filter((name) => supports(name, program));
  const rest = lines.size > mostRefusals ? [`... and ${lines.size - mostRefusals} more.`] : [];
  const advice = others.length > 0 ? `'${program.name}' can run on ${others.join(', ')}.` : 'No engine can run it.';
  throw new UnsupportedProgram([...[...lines].slice(0, mostRefusals), ...rest, advice].join('\n'));
}

function supports(engine: EngineName, program: Program): boolean {
  return program.nodes.every((node) => refusalOf(operatorTables[engine], node, shapesOf(program, node)) === undefined);
}

function shapesOf(program: Program, { inputs, output }: ProgramNode): (readonly number[])[] {
  return [...inputs, output].map((tensor) => program.tensors[tensor]?.shape ?? []);
}

/** 'drgn.mfn:31: in deg.r[2]: ', as far as it is known. */
function placeOf(origin: Origin | undefined): string {
  if (origin === undefined) return '';
  const line = origin.line === undefined ? '' : `:${origin.line}`;
  return `${origin.file}${line}: ${origin.path === '' ? '' : `in ${origin.path}: `}`;
}
