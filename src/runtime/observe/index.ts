export * from './observer.js';
export type * from './records.js';
