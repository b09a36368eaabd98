import type { Expression, PipeStage } from '../../1-parse/ast.js';
import { report } from '../../diagnostics/index.js';
import { limits } from '../../limits.js';
import type { EvaluatedArgument } from './arguments.js';
import { applyInstance, construct } from './blocks.js';
import { callValue, evaluateArguments } from './calls.js';
import { type Context, fail } from './context.js';
import { evaluate } from './evaluate.js';
import { wholeNumber } from './lists.js';
import { errorValue, sizeOf, type Value } from './values.js';

/** `x |> conv(64, 3) as init |> relu` */
export function evaluatePipe(expression: Expression & { kind: 'pipe' }, context: Context): Value {
  const input = evaluate(expression.input, context);
  if (!context.state.spendElements(context, expression.input.span, sizeOf(input))) return errorValue;
  return applyStage({ value: input, span: expression.input.span }, expression.stage, context);
}

function applyStage(input: EvaluatedArgument, stage: PipeStage, context: Context): Value {
  return stage.kind === 'apply' ? applyCallee(input, stage, context) : repeat(input, stage, context);
}

function applyCallee(input: EvaluatedArgument, stage: PipeStage & { kind: 'apply' }, context: Context): Value {
  const call = stage.callee.kind === 'call' ? stage.callee : undefined;
  const callee = evaluate(call?.callee ?? stage.callee, context);
  const given = call ? evaluateArguments(call.arguments, context) : [];
  if (callee.kind === 'error') return errorValue;
  if (callee.kind === 'block' && call) {
    const instance = construct(callee, given, call.span, stage.label?.text, context);
    return instance ? applyInstance(instance, [input], stage.span, context) : errorValue;
  }
  if (stage.label) {
    const what = `the label \`${stage.label.text}\``;
    fail(context, report.statementNotAllowed({ span: stage.label.span, what, where: 'a step that makes no instance' }));
  }
  return callValue(callee, [input, ...given], stage.span, context);
}

function repeat(input: EvaluatedArgument, stage: PipeStage & { kind: 'repeat' }, context: Context): Value {
  const count = wholeNumber(stage.count, context, 'the count of `repeat`');
  if (count === undefined) return errorValue;
  if (count < 0 || count > limits.turns) {
    fail(
      context,
      report.valueOutOfRange({ span: stage.count.span, what: 'the count of `repeat`', value: count, low: 0, high: limits.turns }),
    );
    return errorValue;
  }
  let current = input;
  for (let turn = 1; turn <= count; turn += 1) {
    if (!context.state.spendEvaluation(context, stage.span)) return errorValue;
    const repetition = { outer: context.repetition, label: stage.label?.text, turn };
    for (const step of stage.body) {
      if (current.value.kind === 'error' || context.state.exhausted) return errorValue;
      current = { value: applyStage(current, step, { ...context, repetition }), span: step.span };
      context.values?.record(step, current.value);
    }
  }
  return current.value;
}
