export { type EnhanceJob, type EnhanceResult, enhanceFiles, planJobs } from './enhance-files.js';
export { defaultPixelLimit, Enhancer, type EnhancerOptions } from './enhancer.js';
export { enlargement } from './image-ports.js';
export { padByReflection, roundUp, unpad } from './padding.js';
