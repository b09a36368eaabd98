export * from './compiler/index.js';
export {
  allEngines,
  type Engine,
  type EngineChoice,
  EngineFailure,
  type EngineName,
  type EngineOptions,
  type EngineStatus,
  type Executable,
  findEngine,
  type HostTensor,
} from './runtime/engines/index.js';
