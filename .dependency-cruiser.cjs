// The import rules of the folders: arrows run one way, cli -> runtime -> compiler -> ops, and the compiler is pure. `npx depcruise src` checks them; so does a test.
/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles-between-folders',
      comment: 'A cycle hides which folder is the lower one. Inside one folder, functions that walk a recursive tree may call each other.',
      severity: 'error',
      from: { path: '^src/(.+)/[^/]+$' },
      to: { circular: true, via: { pathNot: '^src/$1/', dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'compiler-is-pure',
      comment: 'The compiler runs in Node, a worker and a browser alike: no file system, no process, no engine.',
      severity: 'error',
      from: { path: '^src/compiler/' },
      to: {
        path: [
          '^(node:)?(fs|path|os|process|child_process|worker_threads|url|module)(/|$)',
          '@tensorflow/',
          'onnxruntime',
          '(^|/)sharp(/|$)',
        ],
      },
    },
    {
      name: 'compiler-does-not-know-the-outside',
      comment: 'The compiler is used by the runtime and the command line, never the other way round.',
      severity: 'error',
      from: { path: '^src/compiler/' },
      to: { path: '^src/(runtime|cli)/' },
    },
    {
      name: 'runtime-does-not-know-the-command-line',
      comment: 'The runtime is a library; only commands print and exit.',
      severity: 'error',
      from: { path: '^src/runtime/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'tiles-run-in-browsers',
      comment: 'examples/web enhances tiles by the same code as the command and its engines, so these files need nothing of Node.',
      severity: 'error',
      from: { path: '^src/runtime/(enhance/(tiles|padding|enhance-tile)|data/pixels|engines/tfjs/kernels/wasm/phases)[.]ts$' },
      to: {
        pathNot: '^src/runtime/(enhance/(tiles|padding|enhance-tile)|data/pixels|engines/tfjs/kernels/wasm/phases)[.]ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'interpreter-runs-in-browsers',
      comment: 'mfnc/browser is bundled into pages: nothing that it leads to needs Node.',
      severity: 'error',
      from: { path: '^src/runtime/engines/tfjs/browser[.]ts$' },
      to: {
        path: '^(node:)?(fs|path|os|process|child_process|worker_threads|url|module|crypto)(/|$)|(^|/)(onnxruntime-node|sharp|webgpu)(/|$)',
        reachable: true,
      },
    },
    {
      name: 'ops-know-only-the-ir',
      comment: 'An operator is described once, below every phase.',
      severity: 'error',
      from: { path: '^src/compiler/ops/' },
      to: { path: '^src/', pathNot: '^src/compiler/(ops|ir)/' },
    },
    {
      name: 'phases-run-forwards',
      comment: 'A phase uses what earlier phases made, never a later phase.',
      severity: 'error',
      from: { path: '^src/compiler/1-parse/' },
      to: { path: '^src/compiler/[234]-' },
    },
    {
      name: 'analysis-comes-before-lowering',
      comment: 'Analysis knows nothing of Programs and targets.',
      severity: 'error',
      from: { path: '^src/compiler/2-analyze/' },
      to: { path: '^src/compiler/[34]-' },
    },
    {
      name: 'lowering-comes-before-emitting',
      comment: 'Lowering knows nothing of targets, and sees the IR, not the source tree.',
      severity: 'error',
      from: { path: '^src/compiler/3-lower/' },
      to: { path: '^src/compiler/(1|2|4)-' },
    },
    {
      name: 'emitters-see-programs-only',
      comment:
        'Emitters translate Programs and the IR; the source tree is long gone. The one exception goes from source to source: it needs the loops and functions that the IR has unrolled.',
      severity: 'error',
      from: { path: '^src/compiler/4-emit/', pathNot: '^src/compiler/4-emit/typescript/' },
      to: { path: '^src/compiler/(1|2)-' },
    },
    {
      name: 'no-development-dependencies',
      comment: 'What users install must not need what only developers have.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
