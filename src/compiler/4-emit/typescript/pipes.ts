import type { Expression, PipeStage } from '../../1-parse/ast.js';
import { applyFresh, argumentsOf, blockOf, callValue } from './calls.js';
import { type Code, type Context, constant, finalText, nested, render } from './context.js';
import { translate } from './expressions.js';
import { asTensor, asTyped } from './tensors.js';
import { type Type, typeText } from './types.js';

type Pipe = Expression & { kind: 'pipe' };

/** A variable that a chain of layers goes through, as people write it: `h = rcab(scope, h)`. */
class Chain {
  constructor(private readonly name: Context['chainName']) {}

  private variable: { readonly name: string; readonly type: Type; isReassigned: boolean } | undefined;

  /** Stores a value, so that the next layer can be applied to a name. */
  store(code: Code, context: Context): Code {
    if (this.variable?.name === code.text) return code;
    if (this.variable && typeText(this.variable.type) === typeText(code.type)) this.assign(code, context);
    else {
      const variable = { name: context.names.identifiers.take(this.name?.wanted ?? 'h'), type: code.type, isReassigned: false };
      if (this.name) this.name.taken = variable.name;
      this.variable = variable;
      context.lines.push(() => constant(variable.name, code, variable.isReassigned ? 'let' : 'const'));
    }
    return { text: this.variable?.name ?? code.text, type: code.type };
  }

  /** Gives the variable another value, as a turn of a loop has to, whatever TypeScript knows of the value. */
  assign(code: Code, context: Context): void {
    const { variable } = this;
    if (variable === undefined || variable.name === code.text) return;
    variable.isReassigned = true;
    const isSame = typeText(variable.type) === typeText(code.type);
    context.lines.push(`${variable.name} = ${isSame ? finalText(code) : asTyped(code, variable.type)};`);
  }
}

/** `x |> conv(64, 3) |> relu`: calls within calls while there is one layer, statements where there are more. */
export function translatePipe(expression: Pipe, context: Context): Code {
  const stages: PipeStage[] = [];
  let input: Expression = expression;
  while (input.kind === 'pipe') {
    stages.unshift(input.stage);
    input = input.input;
  }
  const inner: Context = { ...context, chainName: undefined };
  return runStages(translate(input, inner), stages, new Chain(context.chainName), inner);
}

function runStages(input: Code, stages: readonly PipeStage[], chain: Chain, context: Context): Code {
  let code = input;
  let holdsLayer = false;
  for (const stage of stages) {
    if (stage.kind === 'repeat') {
      code = runRepeat(asTensor(code, context), stage, chain, context);
      holdsLayer = false;
      continue;
    }
    const call = stage.callee.kind === 'call' ? stage.callee : undefined;
    const block = call && blockOf(call.callee, context);
    if (block && holdsLayer) code = chain.store(code, context);
    code =
      call && block
        ? applyFresh(call, block, [{ code }], context)
        : callValue(call?.callee ?? stage.callee, [{ code }, ...(call ? argumentsOf(call, context) : [])], context);
    holdsLayer ||= block !== undefined;
  }
  return code;
}

function runRepeat(input: Code, stage: PipeStage & { kind: 'repeat' }, chain: Chain, context: Context): Code {
  const count = translate(stage.count, context).text;
  const current = chain.store(input, context);
  const inner = nested(context);
  const turn = inner.names.identifiers.take('n');
  const body: Context = { ...inner, turns: new Map([...context.turns, [stage, turn]]) };
  chain.assign(runStages(current, stage.body, chain, body), body);
  context.lines.push(() => `for (let ${turn} = 1; ${turn} <= ${count}; ${turn}++) {\n${render(body.lines)}\n}`);
  return current;
}
