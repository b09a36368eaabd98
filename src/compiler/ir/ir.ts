import type { Span } from '../diagnostics/diagnostic.js';
import type { AttributeValue } from '../ops/index.js';
import type { Shape } from './dimension.js';

/**
 * The hierarchical IR: what the author wrote, with names resolved, parameters bound, loops unrolled and shapes inferred.
 * Blocks stay blocks: each is a definition, specialised by its arguments and input shapes, called through named instances.
 * Plain data: `JSON.stringify` writes it, `ir.schema.json` describes it, `verifyIR` checks it.
 */
export interface IR {
  readonly ir: 1;
  /** Version of the language, from the source's first line. */
  readonly language: 1;
  /** Path of the source of the model. */
  readonly source: string;
  /** The variant that this is of the model in `source`, and the file that declares it. */
  readonly variant?: { readonly name: string; readonly source: string };
  /** All definitions, callees before callers. The keys are their ids: `RCAB`, `RCAB#2`. */
  readonly definitions: readonly Definition[];
  readonly model: Model;
  readonly training?: Training;
}

/** Inclusive range of the values of an image; part of its type. */
export type ValueRange = readonly [number, number];

export interface Port {
  readonly name: string;
  /** Id of the value inside the definition. */
  readonly value: string;
  readonly shape: Shape;
  readonly range?: ValueRange;
}

export type ParameterValue = number | string | boolean | readonly ParameterValue[];

export interface Initializer {
  readonly kind: 'glorot_uniform' | 'he_normal' | 'kaiming_uniform' | 'normal' | 'truncated_normal' | 'zeros' | 'ones' | 'constant';
  /** Standard deviation of `normal` and `truncated_normal`, value of `constant`, gain of the others (default 1). */
  readonly value?: number;
  readonly fanIn: number;
  readonly fanOut: number;
}

/** A stored tensor of a definition, trained or a statistic. Its path in a model is the path of the instance, a dot, and `name`. */
export interface Weight {
  readonly name: string;
  /** Id of the value inside the definition. */
  readonly value: string;
  readonly shape: readonly number[];
  readonly initializer: Initializer;
  /** Not trained by any loss and no parameter of the network: updates change it, as they do the running mean of a batch normalisation. */
  readonly statistic?: true;
  readonly span: Span;
}

/** What a statistic is after the definition was applied in a training. Later applications of the same step see it. */
export interface Update {
  /** Name among the weights. */
  readonly statistic: string;
  /** Id of the value. */
  readonly value: string;
}

/** A named use of a definition's weights. Instances that are applied more than once appear once here. */
export interface Instance {
  /** Path segment(s) relative to the definition: `conv1`, `r[2].group[1]`. */
  readonly name: string;
  /** Definition that says which weights it has (that of its first application). */
  readonly definition: string;
  readonly span: Span;
}

interface NodeBase {
  readonly span: Span;
  /** The source name the value was bound to, `f[1, 2]`, where it has one. */
  readonly label?: string;
}

export interface OpNode extends NodeBase {
  readonly kind: 'op';
  readonly op: string;
  /** Ids of values. */
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly output: { readonly value: string; readonly shape: Shape };
}

export interface ConstantNode extends NodeBase {
  readonly kind: 'constant';
  /** Row-major; one number for a scalar. */
  readonly values: readonly number[];
  readonly output: { readonly value: string; readonly shape: readonly number[] };
}

export interface CallNode extends NodeBase {
  readonly kind: 'call';
  /** Name among `instances` of this definition. */
  readonly instance: string;
  /** Definition for these input shapes. */
  readonly definition: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly { readonly value: string; readonly shape: Shape }[];
}

export type Node = OpNode | ConstantNode | CallNode;

/** An argument as it was given: one value of the definition, the values of a list of tensors, or what is known without running the model. */
export type FunctionArgument =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly values: readonly string[] }
  | { readonly name: string; readonly data: ParameterValue };

/** Ids of the values that an argument names. */
export const valuesOf = (argument: FunctionArgument): readonly string[] =>
  'value' in argument ? [argument.value] : 'values' in argument ? argument.values : [];

/**
 * A call of a function that gave one tensor, none of its arguments. Functions are put in place where they are called, so their operators stand among the nodes;
 * this says how the source put it: `charbonnier(restored, normal)`.
 */
export interface FunctionCall {
  /** Name in its own file, with its namespace: `charbonnier`, `gan.fool`. */
  readonly function: string;
  /** Those that were given, in the order of the parameters; defaults are left out. */
  readonly arguments: readonly FunctionArgument[];
  /** Id of the value that the call gave. */
  readonly result: string;
}

/** A block specialised by its arguments and the shapes of its inputs, which are written in the model's B, H and W. */
export interface Definition {
  readonly id: string;
  /** Name of the block in the source; `DRGN` for the model itself, `DRGN.degradation` for a stage. */
  readonly block: string;
  readonly documentation?: string;
  readonly span: Span;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly weights: readonly Weight[];
  readonly instances: readonly Instance[];
  /** In an order in which every value is defined before it is used. */
  readonly nodes: readonly Node[];
  /** Only in definitions for a training, where a block updates statistics. All take place after the last node. */
  readonly updates?: readonly Update[];
  /** What functions gave, inner calls before outer ones. Left out where nothing was called. */
  readonly functionCalls?: readonly FunctionCall[];
}

/** "H divisible by 8": a condition on the sizes of the model's input, with what it comes from. */
export interface SizeConstraint {
  readonly symbol: string;
  readonly divisor: number;
  /** The places whose shapes agree only under the constraint. */
  readonly because: readonly { readonly message: string; readonly span: Span }[];
}

export interface Model {
  readonly name: string;
  readonly documentation?: string;
  /** Definition of the model: its inputs and outputs are the network's. */
  readonly definition: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly constraints: readonly SizeConstraint[];
}

/** Arithmetic over `step` (from 0, within the stage) and `epoch` (from 0), evaluated by the host in float64. */
export type RateExpression =
  | number
  | { readonly variable: 'step' | 'epoch' }
  | { readonly operator: '+' | '-' | '*' | '/' | '^' | 'min' | 'max' | 'floor'; readonly operands: readonly RateExpression[] };

export interface Adam {
  readonly kind: 'adam';
  readonly rate: RateExpression;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled weight decay (Loshchilov and Hutter 2019, AdamW): each step takes rate times this of every weight away. Left out where there is none. */
  readonly weightDecay?: number;
}

/** What is done to the gradients of one loss before the optimiser sees them, in this order. What is left out is not done. */
export interface GradientSettings {
  /** Each element is limited to [-clipValue, clipValue]. */
  readonly clipValue?: number;
  /** The norm of all gradients of the loss together is limited to this. */
  readonly clipNorm?: number;
  /** That norm, before it is limited, is logged as `LOSS:gradient_norm`. */
  readonly logNorm?: true;
}

export interface Minimizer {
  /** Name of the loss, `L_deg`; an output of the stage's definition. */
  readonly loss: string;
  /** Weight paths start with one of these instance paths. */
  readonly over: readonly string[];
  readonly optimizer: Adam;
  readonly gradients?: GradientSettings;
  readonly span: Span;
}

export interface Stage {
  readonly name: string;
  readonly documentation?: string;
  readonly duration: { readonly epochs: number } | { readonly steps: number };
  /** Definition whose inputs are data streams and whose outputs are losses and logged scalars, all scalars. */
  readonly definition: string;
  /** Instances of the model that the stage applies but does not train. */
  readonly frozen: readonly string[];
  readonly minimizers: readonly Minimizer[];
  /** Outputs that are only logged (`log` statements, named terms of losses). */
  readonly logged: readonly string[];
  /** Exponential moving averages of the model's weights are kept, which are the weights of the stage's result. */
  readonly ema?: { readonly decay: RateExpression };
  readonly span: Span;
}

export type Stream =
  | { readonly kind: 'pair'; readonly names: readonly string[] }
  | { readonly kind: 'unpaired'; readonly names: readonly string[] };

export interface Training {
  readonly streams: readonly Stream[];
  /** Height and width of a training patch, in pixels. */
  readonly patch: readonly [number, number];
  readonly batch: number;
  readonly augmentations: readonly ('flip' | 'scale')[];
  readonly stages: readonly Stage[];
  /** Training settings that an override may change, by name path, with their values: `refinement.lambda`. */
  readonly settings: Readonly<Record<string, ParameterValue>>;
  /** What the patches have to fulfil, the model's constraints among it. Left out where those are all. */
  readonly constraints?: readonly SizeConstraint[];
}
