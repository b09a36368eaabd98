/** What a shell expects of a process that Ctrl-C ended: 128 and the number of the signal. */
export const interruptedExitCode = 130;

/** Ctrl-C, and what a service manager sends, as a signal that work can look at. */
export interface Interruption {
  readonly signal: AbortSignal;
  stop(): void;
}

/** The first Ctrl-C says `message` and aborts the signal, the second ends the process. */
export function listenForInterruption(message: string): Interruption {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(interruptedExitCode);
    process.stderr.write(`\n${message}\n`);
    controller.abort();
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, interrupt);
  return {
    signal: controller.signal,
    stop: () => {
      for (const signal of signals) process.off(signal, interrupt);
    },
  };
}
