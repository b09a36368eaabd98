export * from './observer.js';
export { sampleRecords, stepRecords, validationRecords } from './record-kinds.js';
export * from './records.js';
