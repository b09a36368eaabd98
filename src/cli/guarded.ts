import { CommandFailure } from './failure.js';

/**
 * Makes an action whose failures below the command line end the command with the exit code they call for. What tells them apart knows the runtime, and is
 * loaded when there is something to tell: `check` never waits for engines.
 */
export function guarded<A extends unknown[]>(action: (...parameters: A) => Promise<void>): (...parameters: A) => Promise<void> {
  return async (...parameters) => {
    try {
      await action(...parameters);
    } catch (error) {
      if (error instanceof CommandFailure) throw error;
      const { asCommandFailure } = await import('./runtime-failure.js');
      throw asCommandFailure(error);
    }
  };
}
