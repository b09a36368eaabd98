/**
 * A failure with a message for the user: one or more whole sentences that name the place and say what to do.
 * `input` means that something given to the command is wrong (exit code 2); `operation` that something failed while running (exit code 1).
 */
export class RuntimeFailure extends Error {
  override readonly name = 'RuntimeFailure';

  constructor(
    readonly kind: 'input' | 'operation',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Something that the user gave is wrong: exit code 2. */
export function inputFailure(message: string, cause?: unknown): RuntimeFailure {
  return new RuntimeFailure('input', message, { cause });
}

/** Something failed while running, though the input is right: exit code 1. */
export function operationFailure(message: string, cause?: unknown): RuntimeFailure {
  return new RuntimeFailure('operation', message, { cause });
}
