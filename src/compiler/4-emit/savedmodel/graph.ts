import type { ElementType } from '../../ir/element-type.js';
import { attribute } from './attribute-values.js';
import type { AttributeMessage, DataType, NodeMessage } from './messages.js';
import { NodeNames } from './node-names.js';

/** A tensor of the graph as TensorFlow names it in `input` fields: the node's name, with `:n` for a later output. */
export type TensorName = string;

/** The elements' types as TensorFlow names them. */
export const dataTypeOf: Readonly<Record<ElementType, DataType>> = { float32: 'float', bfloat16: 'bfloat16' };

/** Attribute of a constant that is a weight: its path, as nodes cannot carry all names of weights. */
export const weightPathAttribute = '_mfnc_weight';

/** Collects the nodes of a graph, each with a unique name; equal small constants become one node. */
export class GraphBuilder {
  readonly nodes: NodeMessage[] = [];
  private readonly names = new NodeNames();
  private readonly integerConstants = new Map<string, TensorName>();
  private readonly scalarConstants = new Map<string, TensorName>();

  /** Adds a node. Attributes are written in alphabetical order, so that the bytes do not depend on how they were listed. */
  add(op: string, wantedName: string, input: readonly TensorName[], attributes: Readonly<Record<string, AttributeMessage>>): TensorName {
    const name = this.names.unique(wantedName);
    const attr = Object.fromEntries(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
    this.nodes.push({ name, op, input, attr });
    return name;
  }

  placeholder(wantedName: string, shape: readonly number[]): TensorName {
    return this.add('Placeholder', wantedName, [], { dtype: attribute.type('float'), shape: attribute.shape(shape) });
  }

  floats(wantedName: string, values: Float32Array, shape: readonly number[], type: ElementType = 'float32'): TensorName {
    const value = type === 'bfloat16' ? attribute.bfloat16s(values, shape) : attribute.floats(values, shape);
    return this.add('Const', wantedName, [], { dtype: attribute.type(dataTypeOf[type]), value });
  }

  /** A weight, with its path as an attribute: TensorFlow keeps those that begin with an underscore and reads none of them. */
  weight(path: string, values: Float32Array, shape: readonly number[]): TensorName {
    return this.add('Const', path, [], {
      dtype: attribute.type('float'),
      value: attribute.floats(values, shape),
      [weightPathAttribute]: attribute.text(path),
    });
  }

  /** @param value for bfloat16, a number that it has. */
  scalar(value: number, type: ElementType = 'float32'): TensorName {
    return cached(this.scalarConstants, `${type} ${value}`, () => this.floats('constant/scalar', new Float32Array([value]), [], type));
  }

  /** A vector of int32: axes, shapes, permutations, which TensorFlow's operators take as inputs. */
  integers(values: readonly number[]): TensorName {
    return cached(this.integerConstants, values.join(), () =>
      this.add('Const', 'constant/integers', [], { dtype: attribute.type('int32'), value: attribute.integers(values, [values.length]) }),
    );
  }

  /** [[before, after], ...] as an int32 matrix. */
  pairs(values: readonly (readonly [number, number])[]): TensorName {
    return cached(this.integerConstants, `pairs ${values.join()}`, () =>
      this.add('Const', 'constant/pairs', [], {
        dtype: attribute.type('int32'),
        value: attribute.integers(values.flat(), [values.length, 2]),
      }),
    );
  }

  /** An int32 number: the axis of a concatenation. */
  integer(value: number): TensorName {
    return cached(this.integerConstants, `scalar ${value}`, () =>
      this.add('Const', 'constant/integer', [], { dtype: attribute.type('int32'), value: attribute.integers([value], []) }),
    );
  }
}

function cached<K>(map: Map<K, TensorName>, key: K, make: () => TensorName): TensorName {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
