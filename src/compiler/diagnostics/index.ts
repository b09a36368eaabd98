export { alternatives, type Place, replacement } from './build-diagnostic.js';
export { report } from './catalogue.js';
export type { Diagnostic, Fix, RelatedPlace, Severity, ShownValue, Span } from './diagnostic.js';
export { didYouMean, editDistance, nearFiles } from './did-you-mean.js';
export { LineIndex, type Position } from './positions.js';
