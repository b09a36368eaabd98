export { type Ablation, ablationDefaults, readAblation, type VariantPlan } from './ablation-file.js';
export { type Budget, mostMinutes, stepLimits } from './budget.js';
export type { AblationRow } from './cell.js';
export type { AblationResults, CellResult } from './results.js';
export { type AblationReporter, runAblation } from './run-ablation.js';
export { legend, type TextTable, tablesOf } from './table.js';
export { variantRun } from './variant-run.js';
export { type ReportFiles, resultsAsJSON, writeReports } from './write-reports.js';
