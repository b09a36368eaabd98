import type { BlockDeclaration, FunctionDeclaration } from '../../1-parse/ast.js';
import type { Span } from '../../diagnostics/index.js';
import { formatShape, type Shape } from '../../ir/dimension.js';
import type { Initializer, ParameterValue, RateExpression, ValueRange } from '../../ir/ir.js';
import type { SourceOpName } from '../../ops/index.js';
import type { Environment } from './environment.js';
import type { InstanceRecord } from './instances.js';

export interface NumberValue {
  readonly kind: 'number';
  readonly value: number;
  /** Whether it is an `int`. */
  readonly integer: boolean;
}

/** A tensor of the definition that is being built. */
export interface TensorValue {
  readonly kind: 'tensor';
  /** Id of the value in its definition. */
  readonly id: string;
  readonly shape: Shape;
  /** The expression that made it, for the other side of a mismatch. */
  readonly span: Span;
  /** Range of its elements, where its type says so. */
  readonly range?: ValueRange;
}

export interface ListValue {
  readonly kind: 'list';
  readonly elements: readonly Value[];
  /** How many values it holds, those of the lists within it included. */
  readonly size: number;
  /** Lists within lists, 1 where none holds another. */
  readonly depth: number;
}

export interface FamilyValue {
  readonly kind: 'family';
  readonly name: string;
  /** Members by their indices as text: `2`, `1, 3`. */
  readonly members: Map<string, { readonly value: Value; readonly span: Span }>;
}

export interface BlockValue {
  readonly kind: 'block';
  readonly declaration: BlockDeclaration;
  readonly environment: Environment;
}

export interface FunctionValue {
  readonly kind: 'function';
  /** Name in its file, with its namespace: `gan.fool`. */
  readonly name: string;
  readonly declaration: FunctionDeclaration;
  readonly environment: Environment;
}

export interface NamespaceValue {
  readonly kind: 'namespace';
  readonly name: string;
  readonly functions: ReadonlyMap<string, FunctionValue>;
}

/** What a weight may start as; one that starts as `none()` does not exist. */
export type InitializerName = Initializer['kind'] | 'none';

export interface InitializerValue {
  readonly kind: 'initializer';
  readonly initializer: InitializerName;
  readonly value?: number;
  readonly fanIn?: number;
  readonly fanOut?: number;
}

/** What an expression may stand for. `error` follows a diagnostic and silences what depends on it. */
export type Value =
  | NumberValue
  | TensorValue
  | ListValue
  | FamilyValue
  | BlockValue
  | FunctionValue
  | NamespaceValue
  | InitializerValue
  /** An extent that is known only when the model runs: `H`, `2*ceil(H/2)`. */
  | { readonly kind: 'dimension'; readonly dimension: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  /** The whole numbers from `from` to `to`, both included; empty where `to` is smaller. */
  | { readonly kind: 'range'; readonly from: number; readonly to: number }
  | { readonly kind: 'instance'; readonly instance: InstanceRecord }
  /** Results of a block with several `out` ports. */
  | { readonly kind: 'outputs'; readonly block: string; readonly members: ReadonlyMap<string, TensorValue> }
  | { readonly kind: 'op'; readonly name: SourceOpName }
  | { readonly kind: 'builtin'; readonly name: string }
  /** A weight that does not exist under these parameters. */
  | { readonly kind: 'absent'; readonly name: string }
  | { readonly kind: 'rate'; readonly expression: RateExpression }
  /** In a training, a tensor of the model's own pass: it has a name there, but no value. */
  | { readonly kind: 'model-value'; readonly name: string }
  | { readonly kind: 'error' };

export const errorValue: Value = { kind: 'error' };

export const integer = (value: number): NumberValue => ({ kind: 'number', value, integer: true });

export const float = (value: number): NumberValue => ({ kind: 'number', value, integer: false });

export const list = (elements: readonly Value[]): ListValue => {
  const inner = elements.flatMap((element) => (element.kind === 'list' ? [element] : []));
  return {
    kind: 'list',
    elements,
    size: inner.reduce((sum, { size }) => sum + size, elements.length),
    depth: inner.reduce((deepest, { depth }) => Math.max(deepest, depth + 1), 1),
  };
};

/** How many values a list or a range holds; 0 for anything else. */
export function sizeOf(value: Value): number {
  if (value.kind === 'list') return value.size;
  return value.kind === 'range' ? Math.max(0, value.to - value.from + 1) : 0;
}

export const boolean = (value: boolean): Value => ({ kind: 'boolean', value });

export const isError = (value: Value): boolean => value.kind === 'error';

/** A value in words, for messages: 'the int 3', 'a tensor [B, H, W, 64]'. */
export function describe(value: Value): string {
  switch (value.kind) {
    case 'number':
      return `the ${value.integer ? 'int' : 'float'} ${value.value}`;
    case 'tensor':
      return `a tensor ${formatShape(value.shape)}`;
    case 'list':
      return value.elements.length > 0 && value.elements.every((element) => element.kind === 'tensor')
        ? `a list of ${value.elements.length} tensors`
        : `a list of ${value.elements.length}`;
    case 'family':
      return `the family \`${value.name}\``;
    case 'block':
      return `the block \`${value.declaration.name.text}\``;
    case 'function':
      return `the function \`${value.declaration.name.text}\``;
    case 'namespace':
      return `the namespace \`${value.name}\``;
    case 'initializer':
      return `the initializer ${value.initializer}`;
    case 'dimension':
      return `the dimension ${value.dimension}, which is known only when the model runs`;
    case 'boolean':
      return `${value.value}`;
    case 'string':
      return `the string "${value.value}"`;
    case 'range':
      return `the range ${value.from}..${value.to}`;
    case 'instance':
      return `an instance of \`${value.instance.block.declaration.name.text}\``;
    case 'outputs':
      return `the result of \`${value.block}\``;
    case 'op':
      return `the operator \`${value.name}\``;
    case 'builtin':
      return `the function \`${value.name}\``;
    case 'absent':
      return `the weight \`${value.name}\`, which does not exist here, as it starts as \`none()\``;
    case 'rate':
      return 'an expression in `step` and `epoch`';
    case 'model-value':
      return `a value of the model's own pass`;
    case 'error':
      return 'an error';
  }
}

/** The plain data of a compile-time value; undefined for tensors, blocks and the like. */
export function toParameterValue(value: Value): ParameterValue | undefined {
  switch (value.kind) {
    case 'number':
    case 'string':
    case 'boolean':
      return value.value;
    case 'range':
      return Array.from({ length: Math.max(0, value.to - value.from + 1) }, (_, i) => value.from + i);
    case 'list': {
      const elements = value.elements.map(toParameterValue);
      return elements.every((element) => element !== undefined) ? elements : undefined;
    }
    default:
      return undefined;
  }
}

/** The value of plain data, as an override gives it. Numbers without a fraction are ints. */
export function fromParameterValue(value: ParameterValue): Value {
  if (typeof value === 'number') return { kind: 'number', value, integer: Number.isSafeInteger(value) };
  if (typeof value === 'string') return { kind: 'string', value };
  if (typeof value === 'boolean') return { kind: 'boolean', value };
  return list(value.map(fromParameterValue));
}
