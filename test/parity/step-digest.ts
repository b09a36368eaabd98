/** Prints a digest of everything that two train steps of the miniature's stage 2 leave. Run in a process of its own by determinism.test.ts. */
import { createHash } from 'node:crypto';
import { type EngineName, findEngine } from '../../src/runtime/engines/index.js';
import { beginningOf, miniature } from './miniature.js';

const { step, data, parameters, states } = beginningOf(miniature(), 'refinement');
const engine = await findEngine(process.argv[2] as EngineName);
const executable = await engine.compile(step.program, { threads: 2 });
executable.write('parameter', parameters);
executable.write('state', states);
const digest = createHash('sha256');
for (let index = 0; index < 2; index++) {
  const results = await executable.run(new Map([...data, ...step.hostScalars(index, 0)]));
  for (const [name, { values }] of [...results, ...(await executable.read('parameter')), ...(await executable.read('state'))]) {
    digest.update(name).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
}
console.log(digest.digest('hex'));
process.exit(0);
