import type { IParserErrorMessageProvider, IToken } from 'chevrotain';
import { didYouMean, report } from '../diagnostics/index.js';
import { describeToken } from './failure.js';
import { VariantGrammar } from './grammar-variants.js';
import * as t from './tokens.js';
import { declarationWords, vocabulary } from './tokens.js';

const errorMessages: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => expected.LABEL ?? expected.name,
  buildNotAllInputParsedMessage: () => 'the end of the file',
  buildNoViableAltMessage: ({ customUserDescription }) => customUserDescription ?? 'something else',
  buildEarlyExitMessage: ({ customUserDescription }) => customUserDescription ?? 'something else',
};

const declarationStarts = [t.Import, t.Block, t.FunctionKeyword, t.Namespace, t.Model, t.Training, t.Variant, t.Let];

/**
 * The grammar of `.mfn`, one rule a construct: here files and declarations.
 * New lines are white space: statements start with a word, which is enough to tell where one ends.
 */
export class MfnParser extends VariantGrammar {
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
        { ALT: () => this.SUBRULE(this.variantDeclaration) },
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
}
