export { type AnalyzeResult, analyze } from './2-analyze/analyze.js';
export type { CompileOptions, SourceHost } from './2-analyze/options.js';
export { type Diagnostic, report, type Span } from './diagnostics/index.js';
export type { IR } from './ir/ir.js';
