import { type StatementStructures, StructureKind } from 'ts-morph';
import type {
  DataSection,
  LetStatement,
  MinimizeStatement,
  OptimizerSection,
  StageDeclaration,
  TrainingDeclaration,
} from '../../1-parse/ast.js';
import { type OptimizerSectionName, scheduledSettings } from '../../2-analyze/training/optimizer-sections.js';
import type { Training, ValueRange } from '../../ir/ir.js';
import { type Body, bodyOf, translateStatements } from './bodies.js';
import { type Context, comment, finalText, nested, render, untranslatable } from './context.js';
import { contextOf, documented, origin } from './declarations.js';
import { translate } from './expressions.js';
import type { FileDraft } from './file-draft.js';
import { typeName, valueName } from './identifiers.js';
import type { ModelClass } from './model.js';
import { Names, type ValueBinding } from './names.js';
import { asTensor } from './tensors.js';
import { trainCommand } from './train-command.js';
import type { Translation } from './translation.js';
import { number, type Type, tensor, typeText } from './types.js';

/** A setting: a `let` of the training or a stage, which may be given another value. */
interface Setting {
  readonly statement: LetStatement;
  readonly key: string;
  readonly type: Type;
  readonly defaultText: string;
  readonly binding: ValueBinding;
}

const picture = tensor(4);

/** What the IR says of a training, and of its model: the range of the pictures that it reads, and the names of its instances. */
export interface ReadTraining extends Training {
  readonly range: ValueRange;
  readonly instances: readonly string[];
}

/** Writes train.ts: settings, stages and the command. */
export function translateTraining(
  item: TrainingDeclaration,
  training: ReadTraining,
  model: ModelClass,
  file: FileDraft,
  translation: Translation,
): void {
  const writer = new TrainingWriter(item, training, model, file, translation);
  writer.write();
}

class TrainingWriter {
  private readonly streams: readonly string[];
  private readonly lets: readonly LetStatement[];
  private readonly stages: readonly StageDeclaration[];

  constructor(
    private readonly item: TrainingDeclaration,
    private readonly training: ReadTraining,
    private readonly model: ModelClass,
    private readonly file: FileDraft,
    private readonly translation: Translation,
  ) {
    const { items } = item;
    const data = items.filter((section): section is DataSection => section.kind === 'data');
    this.streams = data.flatMap((section) => section.streams.flatMap(({ names }) => names.map(({ text }) => text)));
    this.lets = items.filter((section): section is LetStatement => section.kind === 'let');
    this.stages = items.filter((section): section is StageDeclaration => section.kind === 'stage');
  }

  write(): void {
    const { file, translation } = this;
    const functions = this.stages.map((stage) => this.writeStage(stage));
    const order = translation.input.modules.length;
    file.add(
      [order, 0],
      ...this.settingTypes(functions),
      this.batchType(),
      ...functions.map(({ structure }) => structure),
      this.stageList(functions),
    );
    const parts = { ...this.training, model: this.model.name, hasOptions: this.model.optionsName !== undefined };
    file.add([order, 1], ...trainCommand(parts, file));
    file.usesTensorFlow = true;
  }

  /** A context in which the training's own names are known. */
  private context(id: string): { readonly context: Context; readonly settings: readonly Setting[] } {
    const { translation, file } = this;
    const { rootNames } = translation;
    const context = contextOf({ id, names: rootNames }, file, translation);
    for (const [name, binding] of this.model.bindings('network')) context.names.define(name, binding);
    const settings = this.lets.map((statement) => this.defineSetting(statement, context));
    return { context: { ...context, names: new Names(context.names.identifiers, context.names) }, settings };
  }

  private defineSetting(statement: LetStatement, context: Context): Setting {
    const code = translate(statement.value, context);
    const text = context.names.identifiers.take(valueName(statement.name.text));
    const binding = context.names.value(statement.name.text, text, code.type);
    return { statement, key: valueName(statement.name.text), type: code.type, defaultText: code.text, binding };
  }

  private writeStage(stage: StageDeclaration) {
    const { translation, file, model } = this;
    const name = stage.name.text;
    const { context: outer, settings: shared } = this.context(`stage:${name}`);
    const scope = { text: 'scope', isUsed: false };
    const context: Context = { ...outer, scope };
    const taken = context.names.identifiers;
    for (const local of ['network', 'settings']) taken.take(local);
    const streams = this.streams.map((stream) => {
      const text = taken.take(valueName(stream));
      return { stream, text, binding: context.names.value(stream, text, picture) };
    });
    // A `let` at the top of a stage is a setting where nothing made in the stage is needed for it.
    const own = stage.body.flatMap((statement) => (statement.kind === 'let' ? [this.defineSetting(statement, context)] : []));
    const body = bodyOf(stage.body, new Map(), context);
    const entries = { losses: [] as string[], logged: [] as string[] };
    for (const statement of stage.body) {
      if (statement.kind === 'minimize' || statement.kind === 'log') this.writeTerm(statement, body, context, entries);
      else if (statement.kind !== 'let') translateStatements([statement], body, context);
    }
    const key = valueName(name);
    const lines = [
      ...this.destructuring(shared, 'settings'),
      ...this.destructuring(own, `settings.${key} ?? {}`),
      ...context.lines,
      '',
      `return { losses: {\n${entries.losses.join('\n')}\n}, logged: {\n${entries.logged.join('\n')}\n} };`,
    ];
    const statements = render(lines);
    const usesSettings = [...shared, ...own].some(({ binding }) => binding.isUsed);
    const used = streams.filter(({ binding }) => binding.isUsed);
    const pattern = used.map(({ stream, text }) => (valueName(stream) === text ? text : `${valueName(stream)}: ${text}`)).join(', ');
    const usesNetwork = /\bnetwork\b/.test(statements);
    const structure: StatementStructures = {
      kind: StructureKind.Function,
      name: key,
      leadingTrivia: origin(stage.span, translation),
      docs: documented(stage.documentation),
      parameters: [
        ...(scope.isUsed ? [{ name: 'scope', type: file.use('weights', 'type Scope').replace('type ', '') }] : []),
        ...(usesNetwork ? [{ name: 'network', type: file.use('model', model.name) }] : []),
        { name: `{ ${pattern} }`, type: 'Batch' },
        ...(usesSettings ? [{ name: 'settings', type: 'TrainingSettings' }] : []),
      ],
      returnType: file.use('trainer', 'type Terms').replace('type ', ''),
      statements,
    };
    const passed = [
      ...(scope.isUsed ? ['weights.root'] : []),
      ...(usesNetwork ? ['network'] : []),
      'batch',
      ...(usesSettings ? ['settings'] : []),
    ];
    return { stage, key, own, shared, structure, passed: passed.join(', '), streams: used.map(({ stream }) => valueName(stream)) };
  }

  /** `const { alpha = 1e-5 } = settings.degradation ?? {};` */
  private destructuring(settings: readonly Setting[], from: string): (() => string)[] {
    return [
      () => {
        const used = settings.filter(({ binding }) => binding.isUsed);
        const pattern = used.map(
          ({ key, binding, defaultText }) => `${key === binding.text ? key : `${key}: ${binding.text}`} = ${defaultText}`,
        );
        return used.length === 0 ? '' : `const { ${pattern.join(', ')} } = ${from};`;
      },
    ];
  }

  /** A loss or a logged value: computed when it is called for, or where others use it before. */
  private writeTerm(
    statement: MinimizeStatement | (StageDeclaration['body'][number] & { kind: 'log' }),
    body: Body,
    context: Context,
    entries: { losses: string[]; logged: string[] },
  ): void {
    const name = statement.kind === 'minimize' ? statement.loss.text : statement.name.text;
    const list = statement.kind === 'minimize' ? entries.losses : entries.logged;
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
    if (body.read.has(name)) {
      const code = asTensor(translate(statement.value, context), context);
      const text = context.names.identifiers.take(valueName(name));
      context.names.value(name, text, tensor(0));
      context.lines.push(...comment(statement.documentation), `const ${text}: tf.Scalar = ${finalText(code)};`);
      list.push(`${key}: () => ${text},`);
      return;
    }
    const inner = nested(context);
    const code = asTensor(translate(statement.value, inner), inner);
    const lines = render(inner.lines);
    const value = lines === '' ? finalText(code) : `{\n${lines}\nreturn ${finalText(code)};\n}`;
    list.push([...comment(statement.documentation), `${key}: () => ${value},`].join('\n'));
  }

  private settingTypes(stages: readonly ReturnType<TrainingWriter['writeStage']>[]): StatementStructures[] {
    const { file, model } = this;
    const property = ({ key, type, statement }: Setting) => ({
      name: key,
      type: typeText(type),
      hasQuestionToken: true,
      docs: documented(statement.documentation),
    });
    const perStage = stages.map(
      ({ stage, own }): StatementStructures => ({
        kind: StructureKind.Interface,
        name: `${typeName(stage.name.text)}Settings`,
        isExported: true,
        docs: documented(`Settings of the stage \`${stage.name.text}\`; those that are not given have the values of the source.`),
        properties: [
          { name: 'epochs', type: 'number', hasQuestionToken: true },
          { name: 'steps', type: 'number', hasQuestionToken: true },
          ...own.map(property),
        ],
      }),
    );
    const { context: _context, settings } = this.context('settings');
    return [
      ...perStage,
      {
        kind: StructureKind.Interface,
        name: 'TrainingSettings',
        isExported: true,
        docs: documented('Settings of the training; those that are not given have the values of the source.'),
        properties: [
          ...(model.optionsName === undefined
            ? []
            : [{ name: 'model', type: file.use('model', `type ${model.optionsName}`).replace('type ', ''), hasQuestionToken: true }]),
          { name: 'batch', type: 'number', hasQuestionToken: true },
          { name: 'patch', type: 'readonly [height: number, width: number]', hasQuestionToken: true },
          { name: 'adam', type: `Partial<${file.use('trainer', 'type AdamSettings').replace('type ', '')}>`, hasQuestionToken: true },
          ...settings.map(property),
          ...stages.map(({ stage, key }) => ({ name: key, type: `${typeName(stage.name.text)}Settings`, hasQuestionToken: true })),
        ],
      },
    ];
  }

  private batchType(): StatementStructures {
    return {
      kind: StructureKind.TypeAlias,
      name: 'Batch',
      isExported: true,
      docs: documented(`Patches of one step, [batch, height, width, 3], with values in [${this.training.range.join(', ')}].`),
      type: `{ ${this.streams.map((stream) => `${valueName(stream)}: tf.Tensor4D`).join('; ')} }`,
    };
  }

  /** `export function stages(...)`: schedule, optimisers and what each loss trains. */
  private stageList(stages: readonly ReturnType<TrainingWriter['writeStage']>[]): StatementStructures {
    const { file, model } = this;
    const { context, settings } = this.context('stages');
    const sections = this.item.items.filter((section): section is OptimizerSection => section.kind === 'optimizer');
    const shared = this.adamText(sections, context);
    const lines: (string | (() => string))[] = [
      ...this.destructuring(settings, 'settings'),
      `const adam: ${file.use('trainer', 'type AdamSettings').replace('type ', '')} = { ${[...shared, '...settings.adam'].join(', ')} };`,
    ];
    const entries = stages.map(({ stage, key, streams, own, passed }) => {
      const inner = nested(context);
      for (const { statement, key: setting, defaultText, type } of own) {
        inner.names.value(statement.name.text, `(settings.${key}?.${setting} ?? ${defaultText})`, type);
      }
      const { amount, unit } = stage.duration;
      const ownAdam = this.adamText(
        stage.body.filter((statement): statement is OptimizerSection => statement.kind === 'optimizer'),
        inner,
        false,
      );
      const adam = ownAdam.length === 0 ? 'adam' : `adam: { ...adam, ${ownAdam.join(', ')} }`;
      const updates = this.updatesText(stage, sections, inner);
      const duration = `${file.use('trainer', 'durationOf')}(settings.${key}, { ${unit}: ${translate(amount, inner).text} })`;
      const minimize = stage.body.flatMap((statement) =>
        statement.kind === 'minimize' ? [`${statement.loss.text}: ${JSON.stringify(this.trainedBy(stage, statement))}`] : [],
      );
      const frozenNames = stage.body.flatMap((statement) => (statement.kind === 'frozen' ? statement.names.map(({ text }) => text) : []));
      const frozen = frozenNames.length === 0 ? '' : ` frozen: ${JSON.stringify(frozenNames)},`;
      return `{ name: ${JSON.stringify(stage.name.text)}, duration: ${duration}, streams: ${JSON.stringify(streams)}, ${adam},${updates} minimize: { ${minimize.join(', ')} },${frozen} terms: (batch) => ${key}(${passed}) },`;
    });
    lines.push(`return [\n${entries.join('\n')}\n];`);
    return {
      kind: StructureKind.Function,
      name: 'stages',
      isExported: true,
      docs: documented(this.item.documentation ?? 'The stages of the training, in their order.'),
      parameters: [
        { name: 'weights', type: file.use('weights', 'Weights') },
        { name: 'network', type: model.name },
        { name: 'settings', type: 'TrainingSettings', initializer: '{}' },
      ],
      returnType: `${file.use('trainer', 'type Stage').replace('type ', '')}<Batch>[]`,
      statements: render(lines),
    };
  }

  /** The entries of Adam's settings that sections give; for those of the whole training with the usual values for the rest. */
  private adamText(sections: readonly OptimizerSection[], context: Context, isComplete = true): string[] {
    const given = settingTexts(sections, 'adam', context);
    const decays = this.training.stages.some(({ minimizers }) => minimizers.some(({ optimizer }) => optimizer.weightDecay !== undefined));
    const usual = { rate: '() => 0', beta1: '0.9', beta2: '0.999', epsilon: '1e-8', ...(decays && { weightDecay: '0' }) };
    return entriesText(given, isComplete ? usual : Object.fromEntries(Object.keys(usual).map((key) => [key, undefined])));
  }

  /** What a stage does to gradients and which averages it keeps, as properties of it. */
  private updatesText(stage: StageDeclaration, inherited: readonly OptimizerSection[], context: Context): string {
    const compiled = this.training.stages.find(({ name }) => name === stage.name.text);
    const sections = [...inherited, ...stage.body.filter((statement): statement is OptimizerSection => statement.kind === 'optimizer')];
    const [gradients, ema] = [settingTexts(sections, 'gradients', context), settingTexts(sections, 'ema', context)];
    // Of a stage of 0 epochs, which its settings may give some, there is nothing but the source.
    const limits = compiled ? compiled.minimizers.some((minimizer) => minimizer.gradients) : gradients.size > 0;
    const averages = compiled ? compiled.ema !== undefined : ema.size > 0;
    const frozen = stage.body.flatMap((statement) => (statement.kind === 'frozen' ? statement.names.map(({ text }) => text) : []));
    const averaged = this.training.instances.filter((name) => !frozen.includes(name.replace(/\[.*/, '')));
    const ofGradients = entriesText(gradients, { clipValue: '0', clipNorm: '0', logNorm: 'false' });
    const ofAverages = [...entriesText(ema, { decay: undefined }), `of: ${JSON.stringify(averaged)}`];
    return `${limits ? ` gradients: { ${ofGradients.join(', ')} },` : ''}${averages ? ` ema: { ${ofAverages.join(', ')} },` : ''}`;
  }

  /** Names of the instances that a loss trains; families stand for all their members. */
  private trainedBy(stage: StageDeclaration, statement: MinimizeStatement): readonly string[] {
    const minimizer = this.training.stages
      .find(({ name }) => name === stage.name.text)
      ?.minimizers.find(({ loss }) => loss === statement.loss.text);
    return statement.over.flatMap(({ text, span }) => {
      if (!minimizer) return [text];
      const isPath = (path: string): boolean => path === text || path.startsWith(`${text}[`) || path.startsWith(`${text}.`);
      if (minimizer.over.some(isPath)) return [text];
      if (statement.over.length === 1) return minimizer.over;
      const { context } = this.context('over');
      untranslatable(context, span, `\`${text}\`, another name of an instance,`, 'name the instance itself');
      return [];
    });
  }
}

/** The settings that sections of a name give, the last one of each, by the names that they have in the generated code. */
function settingTexts(sections: readonly OptimizerSection[], name: OptimizerSectionName, context: Context): ReadonlyMap<string, string> {
  const given = new Map<string, string>();
  for (const setting of sections.flatMap((section) => (section.name.text === name ? section.settings : []))) {
    const inner = nested(context);
    const variables = ['step', 'epoch'].map((variable) => ({ variable, binding: inner.names.value(variable, variable, number) }));
    const { text } = translate(setting.value, inner);
    const used = variables.filter(({ binding }) => binding.isUsed).map(({ variable }) => variable);
    const isSchedule = scheduledSettings.has(setting.name.text);
    given.set(valueName(setting.name.text), isSchedule ? `(${used.length === 0 ? '' : `{ ${used.join(', ')} }`}) => ${text}` : text);
  }
  return given;
}

/** Entries of an object literal: what is given, else the usual value, else nothing. */
const entriesText = (given: ReadonlyMap<string, string>, usual: Readonly<Record<string, string | undefined>>): string[] =>
  Object.entries(usual).flatMap(([key, value]) => {
    const text = given.get(key) ?? value;
    return text === undefined ? [] : [`${key}: ${text}`];
  });
