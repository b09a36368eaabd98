export { writeReport } from './report.js';
export { ReportWriter } from './report-writer.js';
