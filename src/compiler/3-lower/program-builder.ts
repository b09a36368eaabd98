import type { ElementType } from '../ir/element-type.js';
import type {
  InputRole,
  Origin,
  OutputRole,
  Program,
  ProgramConstant,
  ProgramInput,
  ProgramNode,
  ProgramOutput,
  TensorId,
  TensorInfo,
} from '../ir/program.js';
import { type Attributes, concreteShapes, inferShape, inferType, isOpName, isProblem, opDefinition } from '../ops/index.js';

/** A fault of the compiler itself: a Program under construction broke a rule of its operators. */
export class InternalError extends Error {
  override readonly name = 'InternalError';
}

/** Builds a Program node by node. Shapes and types are inferred by the operators' rules; a scalar or tensor constant is stored once. */
export class ProgramBuilder {
  private readonly tensors: TensorInfo[] = [];
  private readonly inputs: ProgramInput[] = [];
  private readonly constants: ProgramConstant[] = [];
  private readonly nodes: ProgramNode[] = [];
  private readonly outputs: ProgramOutput[] = [];
  private readonly constantIds = new Map<string, TensorId>();
  private readonly definitions = new Map<TensorId, ProgramNode>();
  private readonly constantValues = new Map<TensorId, Float32Array>();
  /** Given to the nodes that are emitted from now on. */
  origin: Origin | undefined;

  constructor(
    private readonly name: string,
    private readonly purpose: Program['purpose'],
  ) {}

  shapeOf(tensor: TensorId): readonly number[] {
    return this.info(tensor).shape;
  }

  typeOf(tensor: TensorId): ElementType {
    return this.info(tensor).type;
  }

  /** The node that defines a tensor; undefined for inputs and constants. */
  nodeOf(tensor: TensorId): ProgramNode | undefined {
    return this.definitions.get(tensor);
  }

  /** The values of a constant; undefined for other tensors. */
  constantOf(tensor: TensorId): Float32Array | undefined {
    return this.constantValues.get(tensor);
  }

  input(name: string, role: InputRole, shape: readonly number[]): TensorId {
    const tensor = this.tensor(shape, 'float32');
    this.inputs.push({ name, role, tensor });
    return tensor;
  }

  /** @param values for bfloat16, numbers that it has. */
  constant(values: Float32Array, shape: readonly number[], type: ElementType = 'float32'): TensorId {
    const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
    const key = `${type} ${shape.join('x')}:${bits.join(',')}`;
    let tensor = this.constantIds.get(key);
    if (tensor === undefined) {
      tensor = this.tensor(shape, type);
      this.constants.push({ tensor, values });
      this.constantIds.set(key, tensor);
      this.constantValues.set(tensor, values);
    }
    return tensor;
  }

  scalar(value: number): TensorId {
    return this.constant(Float32Array.of(value), []);
  }

  /**
   * Adds a node and gives the tensor it defines. Attributes that are left out get their defaults.
   * @throws InternalError when the operator does not accept the inputs.
   */
  emit(op: string, inputs: readonly TensorId[], attributes: Attributes = {}, origin: Origin | undefined = this.origin): TensorId {
    if (!isOpName(op)) throw new InternalError(`there is no operator ${op}`);
    const shapes = inputs.map((input) => this.shapeOf(input));
    const call = inferShape(opDefinition(op), shapes, attributes, concreteShapes);
    if (isProblem(call)) throw new InternalError(`${op}: ${call.problem}${where(origin)}`);
    const type = inferType(
      opDefinition(op),
      inputs.map((input) => this.typeOf(input)),
      call.attributes,
    );
    if (isProblem(type)) throw new InternalError(`${op}: ${type.problem}${where(origin)}`);
    const output = this.tensor(call.shape.map(Number), type);
    const node: ProgramNode = { op, inputs, output, attributes: call.attributes, ...(origin && { origin }) };
    this.nodes.push(node);
    this.definitions.set(output, node);
    return output;
  }

  output(name: string, role: OutputRole, tensor: TensorId): void {
    this.outputs.push({ name, role, tensor });
  }

  build(): Program {
    return {
      name: this.name,
      purpose: this.purpose,
      tensors: [...this.tensors],
      inputs: [...this.inputs],
      constants: [...this.constants],
      nodes: [...this.nodes],
      outputs: [...this.outputs],
    };
  }

  private tensor(shape: readonly number[], type: ElementType): TensorId {
    return this.tensors.push({ shape: [...shape], type }) - 1;
  }

  private info(tensor: TensorId): TensorInfo {
    const info = this.tensors[tensor];
    if (info === undefined) throw new InternalError(`there is no tensor ${tensor}`);
    return info;
  }
}

const where = (origin: Origin | undefined): string => (origin ? ` (in ${origin.path || origin.file})` : '');
