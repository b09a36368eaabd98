import type { ParameterValue, ValueRange } from '../ir/ir.js';

/**
 * The structural difference of two models, A and B. Plain data: `mfnc diff --json` prints it, `diff.schema.json` describes it. What stands in no list
 * is equal. Lists are in the natural order of names, whatever the order of the sources. Swapping A and B swaps `a` and `b`, 'added' and 'removed'.
 */
export interface ModelDiff {
  readonly diff: 1;
  readonly equal: boolean;
  readonly a: ModelFacts;
  readonly b: ModelFacts;
  /** Height and width of the picture that the costs are for, in pixels; the batch is 1. */
  readonly size: { readonly height: number; readonly width: number };
  readonly model: InterfaceDiff;
  readonly weights: WeightCounts;
  /** Instances of the model that differ, outer ones before those inside them. Inside an added or removed one, none is listed. */
  readonly instances: readonly InstanceDiff[];
  /** Blocks whose own text differs, each once, with the instances that are made of it. */
  readonly blocks: readonly BlockDiff[];
  /** Null where the trainings are equal. */
  readonly training: TrainingDiff | null;
}

export interface ModelFacts {
  /** As the user named it: 'models/drgn.mfn'. */
  readonly label: string;
  readonly model: string;
  /** Trained numbers of the model; shared weights count once. */
  readonly parameters: number;
  /** Multiply-accumulates for one picture. */
  readonly macs: number;
  /** 2 macs + additions of biases. */
  readonly flops: number;
}

/** Both sides of something that differs; null where a side does not have it. */
export interface Change<T> {
  readonly a: T | null;
  readonly b: T | null;
}

export interface NamedChange<T> extends Change<T> {
  readonly name: string;
}

/** What a model or a block shows to the outside. */
export interface InterfaceDiff {
  /** Null where it is the same. */
  readonly name: Change<string> | null;
  readonly parameters: readonly NamedChange<ParameterValue>[];
  readonly inputs: readonly NamedChange<PortFacts>[];
  readonly outputs: readonly NamedChange<PortFacts>[];
  /** Divisors that the sizes of the input must have, by symbol. Of a block: none. */
  readonly constraints: readonly NamedChange<number>[];
}

export interface PortFacts {
  /** '[B, H, W, 3]' */
  readonly shape: string;
  readonly range: ValueRange | null;
}

/** Tensors of weights of the model and of its stages, by their paths: what of a checkpoint of A fits B. */
export interface WeightCounts {
  /** Of the same path and shape. */
  readonly kept: number;
  /** Of the same path and another shape. */
  readonly reshaped: number;
  readonly removed: number;
  readonly added: number;
}

/** What is known of one instance of a block, with everything in it. */
export interface InstanceFacts {
  readonly block: string;
  /** Values of the block's parameters. */
  readonly arguments: Readonly<Record<string, ParameterValue>>;
  /** How often it is applied. */
  readonly applications: number;
  /** Shapes of its outputs, batch first, each once. */
  readonly shapes: readonly (readonly number[])[];
  readonly parameters: number;
  readonly macs: number;
  readonly flops: number;
}

/**
 * renamed: within the same block, what was removed and what was added have the same contents and the same place in the flow of data, or are the
 * only ones with these contents. moved: elsewhere in the model there is one of the same last name and the same contents, and only one.
 * Both only for instances with weights.
 */
export type InstanceChange = 'added' | 'removed' | 'changed' | 'renamed' | 'moved';

export interface InstanceDiff extends Change<InstanceFacts> {
  readonly change: InstanceChange;
  /** Paths in A and in B. */
  readonly path: Change<string>;
}

/** A weight of a block. */
export interface WeightFacts {
  readonly shape: readonly number[];
  /** 'kaiming_uniform(1)' */
  readonly initializer: string;
}

export interface BlockDiff {
  /** Names of the block in A and B; the same unless one was put in place of the other. */
  readonly block: { readonly a: string; readonly b: string };
  /** The instances, by their paths; '' for the model itself. */
  readonly instances: readonly { readonly a: string; readonly b: string }[];
  readonly parameters: readonly NamedChange<ParameterValue>[];
  readonly inputs: readonly NamedChange<PortFacts>[];
  readonly outputs: readonly NamedChange<PortFacts>[];
  readonly weights: readonly NamedChange<WeightFacts>[];
  /** Named values and outputs whose expression differs, as text over the named values before them. */
  readonly values: readonly NamedChange<string>[];
}

export type Presence = 'added' | 'removed' | 'changed';

export interface TrainingDiff {
  readonly change: Presence;
  /** 'streams', 'patch', 'batch', 'augment', as source text. */
  readonly data: readonly NamedChange<string>[];
  /** `let`s, and what else an override may change, by name path. */
  readonly settings: readonly NamedChange<ParameterValue>[];
  /** The stages in the order in which they run; null where those on both sides run in the same order. */
  readonly order: { readonly a: readonly string[]; readonly b: readonly string[] } | null;
  readonly stages: readonly StageDiff[];
}

export interface StageDiff {
  readonly name: string;
  readonly change: Presence;
  /** '20 epochs' */
  readonly duration: Change<string> | null;
  /** The decay of moving averages, as source text; null on a side that keeps none. */
  readonly ema: Change<string> | null;
  /** Instances that are applied and not trained. */
  readonly frozen: Change<readonly string[]> | null;
  readonly losses: readonly LossDiff[];
  /** Logged values, as expressions. */
  readonly logged: readonly NamedChange<string>[];
  /** Other named values, as expressions. */
  readonly values: readonly NamedChange<string>[];
  /** Instances that the stage itself makes (discriminators); costs are for one patch, all applications of a step. */
  readonly instances: readonly InstanceDiff[];
}

export interface LossDiff {
  readonly name: string;
  readonly change: Presence;
  /** Instances that it trains. */
  readonly over: Change<readonly string[]> | null;
  /** 'kind', 'rate' as source text, 'beta1', 'beta2', 'epsilon', and where they are set 'weight_decay', 'clip_value', 'clip_norm', 'log_norm'. */
  readonly optimizer: readonly NamedChange<string | number>[];
  readonly expression: Change<string> | null;
  /** Terms of the sum that the loss is, whose factors differ. */
  readonly terms: readonly TermDiff[];
}

export interface TermDiff {
  /** 'ssim(restored, normal)' */
  readonly term: string;
  /** Factors; null where the term does not occur. */
  readonly a: number | null;
  readonly b: number | null;
}
