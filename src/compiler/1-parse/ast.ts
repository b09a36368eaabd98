import type { Span } from '../diagnostics/diagnostic.js';

/** A name as written, with its place. */
export interface Name {
  readonly text: string;
  readonly span: Span;
}

/** A string literal with its place. */
export interface Text {
  readonly value: string;
  readonly span: Span;
}

interface Located {
  readonly span: Span;
}

// ---- Files -------------------------------------------------------------------------------------------------------------

export interface SourceFile extends Located {
  readonly kind: 'file';
  readonly path: string;
  /** Language version of the first line; undefined where it is missing (a diagnostic says so). */
  readonly version?: { readonly value: number; readonly span: Span };
  readonly items: readonly Item[];
}

export type Item =
  | Import
  | BlockDeclaration
  | FunctionDeclaration
  | NamespaceDeclaration
  | ModelDeclaration
  | TrainingDeclaration
  | VariantDeclaration
  | LetStatement;

/** import { conv, RCAB as Block } from "std/blocks" */
export interface Import extends Located {
  readonly kind: 'import';
  readonly names: readonly { readonly name: Name; readonly alias?: Name }[];
  readonly from: Text;
}

export interface Parameter extends Located {
  readonly name: Name;
  readonly type: TypeExpression;
  readonly default?: Expression;
}

/** block MFN(width: int = 64, groups: int[] = [2, 3, 4]) { ... } */
export interface BlockDeclaration extends Located {
  readonly kind: 'block';
  readonly documentation?: string;
  readonly name: Name;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
}

/** function charbonnier(a: tensor, b: tensor, epsilon: float = 1e-3) = mean(sqrt(square(a - b) + epsilon ^ 2)), or with a body in braces that ends in `return`. */
export interface FunctionDeclaration extends Located {
  readonly kind: 'function';
  readonly documentation?: string;
  readonly name: Name;
  readonly parameters: readonly Parameter[];
  /** `let`s that come before the result; empty for the short form. */
  readonly body: readonly Statement[];
  readonly result: Expression;
}

/** namespace gan { function fool(...) = ... } */
export interface NamespaceDeclaration extends Located {
  readonly kind: 'namespace';
  readonly documentation?: string;
  readonly name: Name;
  readonly functions: readonly FunctionDeclaration[];
}

export interface ModelDeclaration extends Located {
  readonly kind: 'model';
  readonly documentation?: string;
  readonly name: Name;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
}

// ---- Types -------------------------------------------------------------------------------------------------------------

export type TypeExpression =
  /** int, float, bool, string, image, tensor */
  | (Located & { readonly kind: 'named-type'; readonly name: Name; readonly range?: readonly [Expression, Expression] })
  /** int[] */
  | (Located & { readonly kind: 'list-type'; readonly element: TypeExpression })
  /** [B, H, W, C]: a name binds or refers to a dimension, an expression demands a value. */
  | (Located & {
      readonly kind: 'shape-type';
      readonly dimensions: readonly Expression[];
      readonly range?: readonly [Expression, Expression];
    });

// ---- Statements --------------------------------------------------------------------------------------------------------

export type Statement =
  | PortStatement
  | WeightStatement
  | StatisticStatement
  | UpdateStatement
  | LetStatement
  | AssignStatement
  | ForStatement;

/** in x: image   out y: image in [-1, 1] */
export interface PortStatement extends Located {
  readonly kind: 'port';
  readonly direction: 'in' | 'out';
  readonly name: Name;
  readonly type: TypeExpression;
  readonly documentation?: string;
}

/** weight kernel: [size, size, C, filters] = glorot_uniform() */
export interface WeightStatement extends Located {
  readonly kind: 'weight';
  readonly documentation?: string;
  readonly name: Name;
  readonly dimensions: readonly Expression[];
  readonly initializer: Expression;
}

/** statistic mean: [C] = zeros(): a stored tensor that no loss trains; `update` statements change it in a training. */
export interface StatisticStatement extends Located {
  readonly kind: 'statistic';
  readonly documentation?: string;
  readonly name: Name;
  readonly dimensions: readonly Expression[];
  readonly initializer: Expression;
}

/** update mean = 0.9 * mean + 0.1 * reduce_mean(x, axes: [0, 1, 2]) */
export interface UpdateStatement extends Located {
  readonly kind: 'update';
  readonly documentation?: string;
  /** The statistic that gets the value when a step of a training ends. */
  readonly target: Name;
  readonly value: Expression;
}

/** let levels = length(groups) */
export interface LetStatement extends Located {
  readonly kind: 'let';
  readonly documentation?: string;
  readonly name: Name;
  readonly value: Expression;
}

/** f[j, i] = ...   deg = MFN()   [a, b] is not a target. */
export interface AssignStatement extends Located {
  readonly kind: 'assign';
  readonly target: Name;
  readonly indices: readonly Expression[];
  readonly value: Expression;
  readonly documentation?: string;
}

/** for i in 1..levels { ... } */
export interface ForStatement extends Located {
  readonly kind: 'for';
  readonly documentation?: string;
  readonly variable: Name;
  readonly over: Expression;
  readonly body: readonly Statement[];
}

// ---- Expressions -------------------------------------------------------------------------------------------------------

export type BinaryOperator = '+' | '-' | '*' | '/' | '%' | '^' | '==' | '!=' | '<' | '<=' | '>' | '>=' | 'and' | 'or';

export interface Argument extends Located {
  /** Given for `kernel: 3`. */
  readonly name?: Name;
  readonly value: Expression;
}

export type ListElement =
  | (Located & { readonly kind: 'element'; readonly value: Expression })
  /** for j in 1..<i: f[j, i] */
  | (Located & { readonly kind: 'comprehension'; readonly variable: Name; readonly over: Expression; readonly body: ListElement });

export type Expression =
  | (Located & { readonly kind: 'number'; readonly value: number; readonly isInteger: boolean })
  | (Located & { readonly kind: 'string'; readonly value: string })
  | (Located & { readonly kind: 'boolean'; readonly value: boolean })
  | (Located & { readonly kind: 'name'; readonly name: Name })
  /** f[j, i] */
  | (Located & { readonly kind: 'index'; readonly target: Expression; readonly indices: readonly Expression[] })
  /** gan.fool */
  | (Located & { readonly kind: 'member'; readonly target: Expression; readonly name: Name })
  | (Located & { readonly kind: 'call'; readonly callee: Expression; readonly arguments: readonly Argument[] })
  /** A list of values, or, of tensors, their concatenation along channels. */
  | (Located & { readonly kind: 'list'; readonly elements: readonly ListElement[] })
  /** 1..n and 1..<n */
  | (Located & { readonly kind: 'range'; readonly from: Expression; readonly to: Expression; readonly exclusive: boolean })
  | (Located & { readonly kind: 'unary'; readonly operator: '-' | 'not'; readonly operand: Expression })
  | (Located & { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Expression; readonly right: Expression })
  | (Located & { readonly kind: 'if'; readonly condition: Expression; readonly then: Expression; readonly else: Expression })
  /** x |> conv(64, 3) as init |> relu */
  | (Located & { readonly kind: 'pipe'; readonly input: Expression; readonly stage: PipeStage })
  /** What stands in for an expression that could not be parsed; a diagnostic has been given. */
  | (Located & { readonly kind: 'error' });

export type PipeStage =
  /** conv(64, 3) as init, relu, deg */
  | (Located & { readonly kind: 'apply'; readonly callee: Expression; readonly label?: Name })
  /** repeat(3) as group { ResidualGroup(width, rcabs) |> relu } */
  | (Located & { readonly kind: 'repeat'; readonly count: Expression; readonly label?: Name; readonly body: readonly PipeStage[] });

// ---- Training ----------------------------------------------------------------------------------------------------------

export interface TrainingDeclaration extends Located {
  readonly kind: 'training';
  readonly documentation?: string;
  readonly model: Name;
  readonly items: readonly TrainingItem[];
}

export type TrainingItem = DataSection | OptimizerSection | StageDeclaration | LetStatement;

/** data { pair(low, normal)  unpaired(reference)  patch 96 x 96  batch 16  augment flip, scale } */
export interface DataSection extends Located {
  readonly kind: 'data';
  readonly documentation?: string;
  readonly streams: readonly DataStream[];
  readonly patch?: { readonly height: Expression; readonly width: Expression; readonly span: Span };
  readonly batch?: { readonly value: Expression; readonly span: Span };
  readonly augmentations: readonly Name[];
}

/** pair(low, normal)  unpaired(reference) */
export interface DataStream extends Located {
  readonly kind: 'pair' | 'unpaired';
  readonly names: readonly Name[];
}

/** How losses change weights: adam { rate = 5e-4 * 0.9 ^ (step / 6000)  beta1 = 0.9 }, gradients { clip_norm = 1 }, ema { decay = 0.999 } */
export interface OptimizerSection extends Located {
  readonly kind: 'optimizer';
  readonly documentation?: string;
  readonly name: Name;
  readonly settings: readonly OptimizerSetting[];
}

export interface OptimizerSetting extends Located {
  readonly name: Name;
  readonly value: Expression;
}

/** stage degradation for 20 epochs { ... } */
export interface StageDeclaration extends Located {
  readonly kind: 'stage';
  readonly documentation?: string;
  readonly name: Name;
  readonly duration: { readonly amount: Expression; readonly unit: 'epochs' | 'steps'; readonly span: Span };
  readonly body: readonly StageStatement[];
}

export type StageStatement =
  | LetStatement
  | AssignStatement
  | ForStatement
  | FrozenStatement
  | OptimizerSection
  | MinimizeStatement
  | LogStatement;

/** frozen deg, d_low */
export interface FrozenStatement extends Located {
  readonly kind: 'frozen';
  readonly documentation?: string;
  readonly names: readonly Name[];
}

/** minimize L_deg over deg, reg = ... */
export interface MinimizeStatement extends Located {
  readonly kind: 'minimize';
  readonly loss: Name;
  readonly over: readonly Name[];
  readonly value: Expression;
  readonly documentation?: string;
}

/** log mean_I_D = mean(I_D) */
export interface LogStatement extends Located {
  readonly kind: 'log';
  readonly documentation?: string;
  readonly name: Name;
  readonly value: Expression;
}

// ---- Variants ----------------------------------------------------------------------------------------------------------

/** variant "w/o SSIM" of "../drgn.mfn" { set training.refinement.lambda = 0 } */
export interface VariantDeclaration extends Located {
  readonly kind: 'variant';
  readonly documentation?: string;
  readonly name: Text;
  /** What it amends: `../drgn.mfn`, `../drgn.mfn#other variant`, or `#other variant` of the same file. */
  readonly base: Text;
  readonly edits: readonly Edit[];
}

/** training.refinement.lambda   MFN.f[j, i]   MFN.long[i][2] */
export interface NamePath extends Located {
  readonly steps: readonly PathStep[];
}

export interface PathStep extends Located {
  readonly name: Name;
  /** What stands in each pair of brackets behind the name. */
  readonly indices: readonly (readonly Expression[])[];
}

export type Edit = SetEdit | ReplaceEdit | ReplaceBlockEdit | RemoveEdit | InsertEdit | RenameEdit;

interface EditBase extends Located {
  readonly documentation?: string;
}

/** set training.refinement.lambda = 0 */
export interface SetEdit extends EditBase {
  readonly kind: 'set';
  readonly path: NamePath;
  readonly value: Expression;
}

/** replace MFN.msr[i] by f[i, i]   replace MFN.long[i] by { ... } */
export interface ReplaceEdit extends EditBase {
  readonly kind: 'replace';
  readonly path: NamePath;
  readonly by: Insertion | (Located & { readonly kind: 'expression'; readonly value: Expression });
}

/** replace block MFN by Plain(width, rcabs: 10) */
export interface ReplaceBlockEdit extends EditBase {
  readonly kind: 'replace-block';
  readonly block: Name;
  readonly by: Expression;
}

/** remove training.degradation */
export interface RemoveEdit extends EditBase {
  readonly kind: 'remove';
  readonly path: NamePath;
}

/** insert after MFN.y.fuse { |> relu } */
export interface InsertEdit extends EditBase {
  readonly kind: 'insert';
  readonly where: 'before' | 'after';
  readonly path: NamePath;
  readonly content: Insertion;
}

/** rename MFN.r to features */
export interface RenameEdit extends EditBase {
  readonly kind: 'rename';
  readonly path: NamePath;
  readonly to: Name;
}

/** What stands in the braces of `insert` and `replace`. */
export type Insertion =
  | (Located & { readonly kind: 'statements'; readonly statements: readonly InsertedStatement[] })
  | (Located & { readonly kind: 'elements'; readonly elements: readonly ListElement[] })
  | (Located & { readonly kind: 'links'; readonly links: readonly PipeStage[] })
  | (Located & { readonly kind: 'parameters'; readonly parameters: readonly Parameter[] });

/** Which of them fit depends on the place they are put in. */
export type InsertedStatement = Statement | StageStatement | StageDeclaration | DataSection | DataStream;
