import { serialize } from 'node:v8';
import { analyze } from '../../compiler/2-analyze/analyze.js';
import { lowerInference } from '../../compiler/3-lower/index.js';
import type { Definition, IR } from '../../compiler/ir/ir.js';
import type { Program } from '../../compiler/ir/program.js';
import { defaultRange } from '../data/index.js';
import { writeFileAtomically } from '../files/index.js';
import type { BenchmarkInput, NetworkFile } from './network-file.js';

/** The inputs of a model. */
export function inputsOf(ir: IR): BenchmarkInput[] {
  const definition = ir.definitions.find(({ id }) => id === ir.model.definition) as Definition;
  return definition.inputs.map(({ name, range }) => ({ name, range: range ?? defaultRange }));
}

/** Writes what a process that times a network reads: the Program is made here, so that the compiler takes none of that process's memory. @throws RuntimeFailure */
export async function writeNetwork(path: string, network: Omit<NetworkFile, 'smallest'>): Promise<void> {
  await writeFileAtomically(path, serialize({ ...network, smallest: smallestNetwork() } satisfies NetworkFile));
}

const smallestSource = `mfn 1
import { conv } from "std/blocks"
model Smallest { in low: image  out high: image  layer = conv(3, 3)  high = layer(low) }
`;

function smallestNetwork(): Program {
  const { ir } = analyze('smallest.mfn', { read: () => smallestSource, resolve: (_from, specifier) => specifier });
  if (ir === undefined) throw new Error('the smallest network does not compile');
  return lowerInference(ir, { batch: 1, height: 8, width: 8 });
}
