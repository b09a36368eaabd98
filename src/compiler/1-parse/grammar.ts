import type { IParserErrorMessageProvider, IToken } from 'chevrotain';
import { didYouMean, report } from '../diagnostics/index.js';
import { describeToken } from './failure.js';
import { StatementGrammar } from './grammar-statements.js';
import * as t from './tokens.js';
import { declarationWords, vocabulary } from './tokens.js';

const errorMessages: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => expected.LABEL ?? expected.name,
  buildNotAllInputParsedMessage: () => 'the end of the file',
  buildNoViableAltMessage: ({ customUserDescription }) => customUserDescription ?? 'something else',
  buildEarlyExitMessage: ({ customUserDescription }) => customUserDescription ?? 'something else',
};

const dataStarts = [t.Pair, t.Unpaired, t.Patch, t.Batch, t.Augment];
const declarationStarts = [t.Import, t.Block, t.FunctionKeyword, t.Namespace, t.Model, t.Training, t.Variant, t.Let];

/**
 * The grammar of `.mfn`, one rule a construct: here files, declarations and trainings.
 * New lines are white space: statements start with a word, which is enough to tell where one ends.
 */
export class MfnParser extends StatementGrammar {
  constructor({ skipValidations = true } = {}) {
    super(vocabulary, {
      recoveryEnabled: false,
      maxLookahead: 2,
      nodeLocationTracking: 'onlyOffset',
      errorMessageProvider: errorMessages,
      skipValidations,
    });
    this.performSelfAnalysis();
  }

  // ---- Files -----------------------------------------------------------------------------------------------------------

  readonly file = this.RULE('file', () => {
    this.OPTION(() =>
      this.value(() => {
        this.CONSUME(t.Mfn);
        this.CONSUME(t.NumberLiteral);
      }),
    );
    this.items('a declaration', () => this.SUBRULE(this.declaration), { startsLine: declarationStarts });
  });

  protected override reportStray(expected: string, token: IToken): void {
    if (expected !== 'a declaration') super.reportStray(expected, token);
    else if (token.tokenType === t.Variant) this.report(report.variantsNotSupported({ span: this.spanOf(token) }));
    else {
      const candidates = didYouMean(token.image, declarationWords, 1);
      this.report(report.unknownDeclaration({ span: this.spanOf(token), found: describeToken(token), candidates }));
    }
  }

  readonly declaration = this.RULE('declaration', () => {
    this.OR({
      DEF: [
        { ALT: () => this.SUBRULE(this.importDeclaration) },
        { ALT: () => this.SUBRULE(this.blockDeclaration) },
        { ALT: () => this.SUBRULE(this.functionDeclaration) },
        { ALT: () => this.SUBRULE(this.namespaceDeclaration) },
        { ALT: () => this.SUBRULE(this.modelDeclaration) },
        { ALT: () => this.SUBRULE(this.trainingDeclaration) },
        { ALT: () => this.SUBRULE(this.letStatement) },
      ],
      ERR_MSG: 'a declaration',
    });
  });

  readonly importDeclaration = this.RULE('importDeclaration', () => {
    this.CONSUME(t.Import);
    this.CONSUME(t.LeftBrace);
    this.commaSeparated('a name', '`}`', () => this.SUBRULE(this.importedName));
    this.CONSUME(t.RightBrace);
    this.CONSUME(t.From);
    this.CONSUME(t.StringLiteral);
  });

  readonly importedName = this.RULE('importedName', () => {
    this.CONSUME(t.Identifier);
    this.OPTION(() => {
      this.CONSUME(t.As);
      this.CONSUME2(t.Identifier, { LABEL: 'alias' });
    });
  });

  readonly blockDeclaration = this.RULE('blockDeclaration', () => {
    this.CONSUME(t.Block);
    this.header(() => {
      this.CONSUME(t.Identifier);
      this.OPTION(() => this.SUBRULE(this.parameters));
    });
    this.SUBRULE(this.body);
  });

  readonly modelDeclaration = this.RULE('modelDeclaration', () => {
    this.CONSUME(t.Model);
    this.header(() => {
      this.CONSUME(t.Identifier);
      this.OPTION(() => this.SUBRULE(this.parameters));
    });
    this.SUBRULE(this.body);
  });

  readonly namespaceDeclaration = this.RULE('namespaceDeclaration', () => {
    this.CONSUME(t.Namespace);
    this.header(() => this.CONSUME(t.Identifier));
    this.CONSUME(t.LeftBrace);
    this.items('`function`', () => this.SUBRULE(this.functionDeclaration));
    this.CONSUME(t.RightBrace);
  });

  readonly functionDeclaration = this.RULE('functionDeclaration', () => {
    this.CONSUME(t.FunctionKeyword);
    this.header(() => {
      this.CONSUME(t.Identifier);
      this.SUBRULE(this.parameters);
    }, [t.Assign, t.LeftBrace]);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Assign);
          this.value(() => this.SUBRULE(this.expression));
        },
      },
      { ALT: () => this.SUBRULE(this.functionBody) },
    ]);
  });

  readonly functionBody = this.RULE('functionBody', () => {
    this.CONSUME(t.LeftBrace);
    this.items('`let` or `return`', () => this.SUBRULE(this.functionStatement));
    this.CONSUME(t.RightBrace);
  });

  readonly functionStatement = this.RULE('functionStatement', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.letStatement) },
      {
        ALT: () => {
          this.CONSUME(t.Return);
          this.value(() => this.SUBRULE(this.expression));
        },
      },
    ]);
  });

  // ---- Training --------------------------------------------------------------------------------------------------------

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
    this.CONSUME(t.By);
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
