export * from './observer.js';
export * from './records.js';
