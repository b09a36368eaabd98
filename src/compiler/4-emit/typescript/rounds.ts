import type { ModelDeclaration, TrainingDeclaration } from '../../1-parse/ast.js';
import type { IR } from '../../ir/ir.js';
import { streamRange } from '../../ir/stream-range.js';
import { writeDeclaration } from './declarations.js';
import { translateModel } from './model.js';
import { translateTraining } from './training.js';
import { type Findings, Translation, type TranslationInput } from './translation.js';

/** Types settle within a few rounds; only a longer chain of calls would want more. */
const mostRounds = 20;

/** Translates again and again, until the types that a round found out are those it started from. */
export function translateInRounds(input: TranslationInput, ir: IR): Translation {
  let known: Findings = new Map();
  let translation = translateOnce(input, ir, known);
  for (let round = 1; round < mostRounds && textOf(translation.found) !== textOf(known); round += 1) {
    known = translation.found;
    translation = translateOnce(input, ir, known);
  }
  return translation;
}

const textOf = (findings: Findings): string => JSON.stringify([...findings].sort(([a], [b]) => (a < b ? -1 : 1)));

function translateOnce(input: TranslationInput, ir: IR, known: Findings): Translation {
  const translation = new Translation(input, known);
  const { items } = input.root.file;
  const declaration = items.find((item): item is ModelDeclaration => item.kind === 'model') as ModelDeclaration;
  const training = items.find((item): item is TrainingDeclaration => item.kind === 'training' && item.model.text === declaration.name.text);
  const model = translateModel(declaration, translation.file('model'), translation);
  writeWaiting(translation);
  translation.isOfTraining = true;
  if (training && ir.training) {
    const definition = ir.definitions.find(({ id }) => id === ir.model.definition);
    const instances = (definition?.instances ?? []).map(({ name }) => name);
    translateTraining(
      training,
      { ...ir.training, range: streamRange(definition), instances },
      model,
      translation.file('train'),
      translation,
    );
  }
  writeWaiting(translation);
  model.write();
  return translation;
}

function writeWaiting(translation: Translation): void {
  for (let next = translation.next(); next; next = translation.next()) writeDeclaration(...next, translation);
}
