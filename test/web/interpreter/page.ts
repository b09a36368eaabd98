/** A page as a user of the package would write it: it compiles the text of a model by itself and runs it with the interpreter. */
import { compileInBrowser, EngineFailure } from 'mfnc/browser';
import { type InterpreterPage, perform } from './work.js';

const page: InterpreterPage = {
  perform: (task, engine, options) =>
    perform(task, (program) => compileInBrowser(engine, program, options)).catch((error: unknown) => {
      if (error instanceof EngineFailure) return error.message;
      throw error;
    }),
};
Object.assign(globalThis, { interpreter: page });
