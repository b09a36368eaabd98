import { StatementGrammar } from './grammar-statements.js';
import * as t from './tokens.js';

const dataStarts = [t.Pair, t.Unpaired, t.Patch, t.Batch, t.Augment];

/** Rules of trainings. */
export abstract class TrainingGrammar extends StatementGrammar {
  readonly trainingDeclaration = this.RULE('trainingDeclaration', () => {
    this.CONSUME(t.Training);
    this.header(() => {
      this.CONSUME(t.Of);
      this.CONSUME(t.Identifier);
    });
    this.CONSUME(t.LeftBrace);
    this.items('`data`, an optimiser, `let` or `stage`', () => this.SUBRULE(this.trainingItem));
    this.CONSUME(t.RightBrace);
  });

  readonly trainingItem = this.RULE('trainingItem', () => {
    this.OR({
      DEF: [
        { ALT: () => this.SUBRULE(this.dataSection) },
        { ALT: () => this.SUBRULE(this.stageDeclaration) },
        { ALT: () => this.SUBRULE(this.letStatement) },
        { ALT: () => this.SUBRULE(this.optimizerSection) },
      ],
      ERR_MSG: '`data`, an optimiser, `let` or `stage`',
      // `data {` would be an optimiser named data too; the first alternative wins.
      IGNORE_AMBIGUITIES: true,
    });
  });

  readonly dataSection = this.RULE('dataSection', () => {
    this.CONSUME(t.Data);
    this.CONSUME(t.LeftBrace);
    this.items('`pair`, `unpaired`, `patch`, `batch` or `augment`', () => this.SUBRULE(this.dataItem), { anywhere: dataStarts });
    this.CONSUME(t.RightBrace);
  });

  readonly dataItem = this.RULE('dataItem', () => {
    this.OR({
      DEF: [
        { ALT: () => this.SUBRULE(this.stream) },
        { ALT: () => this.SUBRULE(this.patchSetting) },
        { ALT: () => this.SUBRULE(this.batchSetting) },
        { ALT: () => this.SUBRULE(this.augmentSetting) },
      ],
      ERR_MSG: '`pair`, `unpaired`, `patch`, `batch` or `augment`',
    });
  });

  readonly stream = this.RULE('stream', () => {
    this.OR([{ ALT: () => this.CONSUME(t.Pair) }, { ALT: () => this.CONSUME(t.Unpaired) }]);
    this.CONSUME(t.LeftParenthesis);
    this.commaSeparated('a name', '`)`', () => this.CONSUME(t.Identifier));
    this.CONSUME(t.RightParenthesis);
  });

  readonly patchSetting = this.RULE('patchSetting', () => {
    this.CONSUME(t.Patch);
    this.SUBRULE(this.expression);
    this.CONSUME(t.Times);
    this.SUBRULE2(this.expression);
  });

  readonly batchSetting = this.RULE('batchSetting', () => {
    this.CONSUME(t.Batch);
    this.SUBRULE(this.expression);
  });

  readonly augmentSetting = this.RULE('augmentSetting', () => {
    this.CONSUME(t.Augment);
    this.SUBRULE(this.names);
  });

  readonly names = this.RULE('names', () => {
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.CONSUME(t.Identifier), ERR_MSG: 'a name' });
  });

  readonly optimizerSection = this.RULE('optimizerSection', () => {
    this.CONSUME(t.Identifier);
    this.CONSUME(t.LeftBrace);
    this.items('a setting', () => this.SUBRULE(this.optimizerSetting));
    this.CONSUME(t.RightBrace);
  });

  readonly optimizerSetting = this.RULE('optimizerSetting', () => {
    this.CONSUME(t.Identifier);
    this.CONSUME(t.Assign);
    this.value(() => this.SUBRULE(this.expression));
  });

  readonly stageDeclaration = this.RULE('stageDeclaration', () => {
    this.CONSUME(t.Stage);
    this.header(() => {
      this.CONSUME(t.Identifier);
      this.CONSUME(t.For);
      this.SUBRULE(this.expression);
      this.SUBRULE(this.unit);
    });
    this.CONSUME(t.LeftBrace);
    this.items('a statement of a stage', () => this.SUBRULE(this.stageStatement));
    this.CONSUME(t.RightBrace);
  });

  readonly unit = this.RULE('unit', () => {
    this.OR({ DEF: [{ ALT: () => this.CONSUME(t.Epochs) }, { ALT: () => this.CONSUME(t.Steps) }], ERR_MSG: '`epochs` or `steps`' });
  });

  readonly stageStatement = this.RULE('stageStatement', () => {
    this.OR({
      DEF: [
        { ALT: () => this.SUBRULE(this.letStatement) },
        { ALT: () => this.SUBRULE(this.forStatement) },
        { ALT: () => this.SUBRULE(this.frozenStatement) },
        { ALT: () => this.SUBRULE(this.minimizeStatement) },
        { ALT: () => this.SUBRULE(this.logStatement) },
        { ALT: () => this.SUBRULE(this.optimizerSection) },
        { ALT: () => this.SUBRULE(this.assignStatement) },
      ],
      ERR_MSG: 'a statement of a stage',
    });
  });

  readonly frozenStatement = this.RULE('frozenStatement', () => {
    this.CONSUME(t.Frozen);
    this.SUBRULE(this.names);
  });

  readonly minimizeStatement = this.RULE('minimizeStatement', () => {
    this.CONSUME(t.Minimize);
    this.CONSUME(t.Identifier);
    this.CONSUME(t.Over);
    this.SUBRULE(this.names);
    this.CONSUME(t.Assign);
    this.value(() => this.SUBRULE(this.expression));
  });

  readonly logStatement = this.RULE('logStatement', () => {
    this.CONSUME(t.Log);
    this.CONSUME(t.Identifier);
    this.CONSUME(t.Assign);
    this.value(() => this.SUBRULE(this.expression));
  });
}
