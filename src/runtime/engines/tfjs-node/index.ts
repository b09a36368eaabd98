import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmissionError, type EmittedSavedModel, emitSavedModel } from '../../../compiler/4-emit/savedmodel/index.js';
import type { Program } from '../../../compiler/ir/program.js';
import { type Engine, EngineFailure, type EngineOptions, type EngineStatus, type Executable } from '../engine.js';
import type { TensorFlowEngineName } from '../install/index.js';
import { requireSupport } from '../support.js';
import { loadBinding, type SessionHandle, type TensorFlowBinding } from './binding.js';
import { TensorFlowExecutable } from './executable.js';
import { locateEngine } from './location.js';
import { probeEngine } from './probe.js';
import { chooseSettings } from './settings.js';

export { computeCapability } from './gpu.js';
export { hasAccelerator } from './probe.js';

/** Runs Programs as whole graphs on TensorFlow's C library, through tfjs-node's binding. */
class TensorFlowEngine implements Engine {
  constructor(readonly name: TensorFlowEngineName) {}

  probe(): Promise<EngineStatus> {
    return probeEngine(this.name);
  }

  async compile(program: Program, options: EngineOptions = {}): Promise<Executable> {
    requireSupport(this.name, program);
    const location = await locateEngine(this.name);
    if (!location) throw new EngineFailure(`The engine ${this.name} is not installed here. Run \`mfnc engine install ${this.name}\`.`);
    chooseSettings(options.threads);
    const binding = loadBinding(location);
    const emitted = this.emit(program, options.weights);
    const session = await this.load(binding, program, emitted);
    return new TensorFlowExecutable(program, this.name, binding, session, emitted);
  }

  private emit(program: Program, weights: EngineOptions['weights']): EmittedSavedModel {
    try {
      return emitSavedModel(program, weights ? { weights } : {});
    } catch (error) {
      if (error instanceof EmissionError)
        throw new EngineFailure(`${this.name} cannot run ${program.name}: ${error.message}`, { cause: error });
      throw error;
    }
  }

  /** The binding reads SavedModels from folders only. TensorFlow has all of it in memory afterwards. */
  private async load(binding: TensorFlowBinding, program: Program, { files }: EmittedSavedModel): Promise<SessionHandle> {
    const folder = await mkdtemp(join(tmpdir(), 'mfnc-model-'));
    try {
      for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
      return binding.loadSavedModel(folder, 'serve');
    } catch (error) {
      const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
      throw new EngineFailure(`${this.name} could not load ${program.name}: ${reason}`, { cause: error });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

export const tfjsNodeEngine: Engine = new TensorFlowEngine('tfjs-node');
export const tfjsNodeGpuEngine: Engine = new TensorFlowEngine('tfjs-node-gpu');
