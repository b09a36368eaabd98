/** Runs the network of fused-network.ts once, for fusion.test.ts: TensorFlow reads where to write its graphs when it starts. */
import { tfjsNodeEngine } from '../../../src/runtime/engines/tfjs-node/index.js';
import { fusedNetwork, valuesOf } from '../fused-network.js';

const program = fusedNetwork();
const executable = await tfjsNodeEngine.compile(program, { weights: valuesOf(program, 'parameter') });
await executable.run(valuesOf(program, 'data'));
await executable.dispose();
