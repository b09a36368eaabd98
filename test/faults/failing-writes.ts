import { RuntimeFailure } from '../../src/runtime/files/index.js';
import { interceptFileCalls, systemError } from './file-calls.js';
import type { Reference } from './kills.js';
import { difference, type Subject } from './subject.js';

/** What came of a training one of whose writes failed. */
export interface FailureOutcome {
  readonly code: 'ENOSPC' | 'EIO';
  readonly call: number;
  /** The call, for people. */
  readonly place: string;
  /** `told`: the training stopped with a message; `stood`: it went on to its end, as what failed is needed for nothing. */
  readonly outcome: 'told' | 'stood';
  readonly problem?: string;
}

/**
 * Lets one call of a training fail, and resumes it without the fault. A write that fails for want of room has written half. The training has to tell, or to end as
 * if nothing had happened; the resumed one ends as the uninterrupted did.
 */
export async function failCall(
  subject: Subject,
  name: string,
  { engine, result, calls }: Reference,
  call: number,
  code: 'ENOSPC' | 'EIO',
): Promise<FailureOutcome> {
  const place = `${calls[call]?.kind} ${calls[call]?.path}`;
  const undo = interceptFileCalls(subject.folder(name), async (current, perform) => {
    if (current.number !== call) return perform();
    if (current.kind === 'close') await perform();
    if (code === 'ENOSPC') await current.half();
    throw systemError(code, current);
  });
  let outcome: FailureOutcome['outcome'] = 'told';
  try {
    await subject.train(name, engine);
    outcome = 'stood';
  } catch (error) {
    if (!(error instanceof RuntimeFailure)) return { code, call, place, outcome, problem: `not a message for users: ${String(error)}` };
  } finally {
    undo();
  }
  try {
    const found = await subject.newest(name);
    if (found !== undefined && found.problems.length > 0) return { code, call, place, outcome, problem: found.problems.join(' ') };
    await subject.train(name, engine);
    const problem = difference(subject.result(name), result);
    return { code, call, place, outcome, ...(problem === undefined ? {} : { problem }) };
  } catch (error) {
    return { code, call, place, outcome, problem: `resumed: ${error instanceof Error ? error.message : String(error)}` };
  }
}
