export { makeFolder, writeFileAtomically } from './atomic-write.js';
export { inputFailure, operationFailure, RuntimeFailure } from './failure.js';
export { compareNaturally } from './natural-order.js';
export { readBytes, readText } from './read.js';
export { systemErrorCode, systemFailure } from './system-error.js';
export { mfncVersion } from './version.js';
