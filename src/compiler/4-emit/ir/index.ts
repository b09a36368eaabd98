import type { IR } from '../../ir/ir.js';
import { jsonText } from '../json-text.js';

/** The IR as JSON text, as `mfnc compile --target ir` writes it and `ir.schema.json` describes it. The same IR always gives the same text. */
export function emitIR(ir: IR): string {
  return jsonText(ir);
}
