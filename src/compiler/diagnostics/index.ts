export { alternatives, type Place } from './build-diagnostic.js';
export { report } from './catalogue.js';
export type { Diagnostic, RelatedPlace, Severity, Span } from './diagnostic.js';
export { didYouMean, editDistance } from './did-you-mean.js';
export { LineIndex, type Position } from './positions.js';
