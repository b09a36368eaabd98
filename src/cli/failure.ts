/** 1: failed while running, or, of `mfnc diff`, different; 2: the input is wrong. */
export type FailureCode = 1 | 2;

/**
 * Ends a command with a message for the user and an exit code. Commands throw it for everything the user, the data or the machine did wrong;
 * main.ts prints `message` to stderr without a stack trace. An empty message prints nothing (the command has said it already).
 */
export class CommandFailure extends Error {
  constructor(
    readonly exitCode: FailureCode,
    message: string,
    /** What to do about it; printed on a line of its own. */
    readonly hint?: string,
  ) {
    super(message);
    this.name = 'CommandFailure';
  }
}
