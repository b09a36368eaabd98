/**
 * Bounds of what the compiler takes on. Each lies far above any network of use, and low enough that whatever a file holds ends within a second or so, in a
 * diagnostic that names the limit. `grammar/mfn.md` tabulates them.
 */
export const limits = {
  // ---- Sources -------------------------------------------------------------------------------------------------------
  /** UTF-16 code units of one source: 30,000 lines. */
  sourceLength: 1024 * 1024,
  /** UTF-16 code units of one name, text or number. */
  nameLength: 200,
  textLength: 1_000,
  numberLength: 400,
  /** Brackets (and `if`s and comprehensions within them) that are open at once. */
  brackets: 200,
  /** Operators, calls and brackets on one path of an expression's tree; later phases walk trees by recursion. */
  operations: 400,
  /** Files that import each other in a chain, and in all. */
  importDepth: 64,
  modules: 1_000,
  /** Mistakes that are reported of the text of one file, and errors of a whole run. */
  mistakesOfFile: 100,
  errors: 1_000,

  // ---- What is unrolled ----------------------------------------------------------------------------------------------
  /** Turns of one loop or `repeat`, elements of one range. */
  turns: 10_000,
  /** Numbers, tensors and lists within one list, however deep. */
  elements: 250_000,
  /** Lists within lists. */
  listDepth: 64,
  /** Expressions evaluated and turns of loops begun in a run; DRGN with its training takes some 10,000. Going through long lists counts as well. */
  evaluations: 500_000,
  /** Blocks within blocks, functions within functions. */
  depth: 64,
  /** Expressions within expressions, through all functions and blocks. */
  nesting: 1_000,

  // ---- Networks ------------------------------------------------------------------------------------------------------
  /** Nodes of all definitions together. */
  nodes: 100_000,
  /** Operations of a model or a stage with all blocks put in place of their applications. */
  nodesInPlace: 1_000_000,
  /** Axes of a tensor. */
  axes: 32,
  /** Trained numbers of a model and its stages. */
  parameters: 1_000_000_000,
} as const;

/** Elements of lists, inputs of nodes and the like that may be gone through at the price of one evaluation or node. */
export const elementsOfEvaluation = 8;
