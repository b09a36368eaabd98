// What the fuzzing tests, in the sources.
export { toLanguageServerDiagnostics } from '../../src/cli/language-server-diagnostics.js';
export { renderDiagnostics } from '../../src/cli/terminal/render-diagnostic.js';
export { analyze, format, verifyIR } from '../../src/compiler/index.js';
