import { readFile } from 'node:fs/promises';

/** Instruction sets that TensorFlow and onnxruntime have faster kernels for, as /proc/cpuinfo names them. */
const knownSets = ['avx2', 'fma', 'avx512f', 'avx512_vnni', 'avx512_bf16', 'amx_tile', 'amx_bf16', 'amx_int8'] as const;
export type InstructionSet = (typeof knownSets)[number];

/** Those of the sets above that the processor has; none where the system does not tell, which only Linux on x86 does. */
export async function instructionSets(): Promise<InstructionSet[]> {
  const information = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const flags = new Set(/^flags\s*:\s*(.*)$/m.exec(information)?.[1]?.split(' '));
  return knownSets.filter((name) => flags.has(name));
}
