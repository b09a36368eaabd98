import type { Diagnostic } from '../../diagnostics/index.js';

const codes: readonly string[] = ['MFN1005', 'MFN1022', 'MFN1023'];

/** Whether a diagnostic is about something that is declared and of no use, which depends on the variant: another one may use it. */
export const isOfUnused = ({ code }: Diagnostic): boolean => codes.includes(code);
