export { plainAssets } from './assets.js';
export { type Column, escaped, table, zoomHint } from './html.js';
export { writeReport } from './report.js';
export { ReportWriter } from './report-writer.js';
