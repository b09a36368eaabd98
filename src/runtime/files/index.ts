export { compareNaturally } from '../../compiler/natural-order.js';
export { type FileContent, makeFolder, writeFileAtomically, writeFolderAtomically } from './atomic-write.js';
export { inputFailure, operationFailure, RuntimeFailure } from './failure.js';
export { withLock } from './lock.js';
export { isPartial, removePartials } from './partial.js';
export { readBytes, readText } from './read.js';
export { realName } from './real-name.js';
export { systemErrorCode, systemFailure } from './system-error.js';
export { mfncVersion } from './version.js';
