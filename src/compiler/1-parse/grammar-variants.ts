import { tokenMatcher } from 'chevrotain';
import { TrainingGrammar } from './grammar-training.js';
import * as t from './tokens.js';

/** Rules of variants and of overrides. */
export abstract class VariantGrammar extends TrainingGrammar {
  readonly variantDeclaration = this.RULE('variantDeclaration', () => {
    this.CONSUME(t.Variant);
    this.header(() => {
      this.CONSUME(t.StringLiteral);
      this.CONSUME(t.Of);
      this.CONSUME2(t.StringLiteral, { LABEL: 'base' });
    });
    this.CONSUME(t.LeftBrace);
    this.items('an edit', () => this.SUBRULE(this.edit));
    this.CONSUME(t.RightBrace);
  });

  readonly edit = this.RULE('edit', () => {
    this.OR({
      DEF: [
        { ALT: () => this.SUBRULE(this.setEdit) },
        { ALT: () => this.SUBRULE(this.replaceEdit) },
        { ALT: () => this.SUBRULE(this.removeEdit) },
        { ALT: () => this.SUBRULE(this.insertEdit) },
        { ALT: () => this.SUBRULE(this.renameEdit) },
      ],
      ERR_MSG: 'an edit',
      MAX_LOOKAHEAD: 1,
    });
  });

  readonly setEdit = this.RULE('setEdit', () => {
    this.CONSUME(t.SetKeyword);
    this.SUBRULE(this.override);
  });

  /** What `set` gives a value, and each argument of `--set`. */
  readonly override = this.RULE('override', () => {
    this.value(() => {
      this.SUBRULE(this.namePath);
      this.CONSUME(t.Assign);
      this.SUBRULE(this.expression);
    });
  });

  readonly replaceEdit = this.RULE('replaceEdit', () => {
    this.CONSUME(t.Replace);
    this.OPTION({
      // A value may be called `block`, too: `replace block by 3`.
      GATE: () => tokenMatcher(this.LA(2), t.Identifier) && this.LA(3).tokenType === t.By,
      DEF: () => this.CONSUME(t.Block),
    });
    this.SUBRULE(this.namePath);
    this.CONSUME(t.By);
    this.OR({
      DEF: [{ ALT: () => this.SUBRULE(this.insertion) }, { ALT: () => this.value(() => this.SUBRULE(this.expression)) }],
      ERR_MSG: 'an expression or `{`',
    });
  });

  readonly removeEdit = this.RULE('removeEdit', () => {
    this.CONSUME(t.Remove);
    this.SUBRULE(this.namePath);
  });

  readonly insertEdit = this.RULE('insertEdit', () => {
    this.CONSUME(t.Insert);
    this.OR({ DEF: [{ ALT: () => this.CONSUME(t.Before) }, { ALT: () => this.CONSUME(t.After) }], ERR_MSG: '`before` or `after`' });
    this.SUBRULE(this.namePath);
    this.SUBRULE(this.insertion);
  });

  readonly renameEdit = this.RULE('renameEdit', () => {
    this.CONSUME(t.Rename);
    this.SUBRULE(this.namePath);
    this.CONSUME(t.To);
    this.CONSUME(t.Identifier);
  });

  readonly namePath = this.RULE('namePath', () => {
    this.SUBRULE(this.pathStep);
    this.MANY(() => {
      this.CONSUME(t.Point);
      this.SUBRULE2(this.pathStep);
    });
  });

  readonly pathStep = this.RULE('pathStep', () => {
    this.CONSUME(t.Identifier);
    this.MANY(() => this.SUBRULE(this.indices));
  });

  /** What stands in braces: links of a pipe (they start with `|>`), parameters (`name: type`), statements, or elements of a list. */
  readonly insertion = this.RULE('insertion', () => {
    this.CONSUME(t.LeftBrace);
    this.OR([
      {
        GATE: () => this.LA(1).tokenType === t.PipeArrow,
        ALT: () =>
          this.enclosed('`}`', () =>
            this.AT_LEAST_ONE(() => {
              this.CONSUME(t.PipeArrow);
              this.SUBRULE(this.pipeStage);
            }),
          ),
      },
      {
        GATE: () => this.LA(2).tokenType === t.Colon && tokenMatcher(this.LA(1), t.Identifier),
        ALT: () => this.SUBRULE(this.insertedParameters),
      },
      {
        GATE: () => this.holdsStatements(),
        ALT: () => this.items('a statement to insert', () => this.SUBRULE(this.insertedStatement)),
      },
      { ALT: () => this.commaSeparated('an element', '`}`', () => this.SUBRULE(this.listElement)) },
    ]);
    this.CONSUME(t.RightBrace);
  });

  /** Whether the braces just opened hold statements, not elements: whether a word of a statement, or a target with its `=`, comes first. */
  private holdsStatements(): boolean {
    const [first, second] = [this.LA(1), this.LA(2)];
    if (first.tokenType === t.Let || first.tokenType === t.RightBrace) return true;
    // In a list a `for` has a colon behind its range; as a statement it has a body.
    if (first.tokenType === t.For) return this.findsBefore(t.LeftBrace, t.Colon);
    if (!tokenMatcher(first, t.Identifier)) return false;
    if (second.tokenType === t.Assign || second.tokenType === t.LeftBrace || tokenMatcher(second, t.Identifier)) return true;
    if (second.tokenType === t.LeftParenthesis) return first.tokenType === t.Pair || first.tokenType === t.Unpaired;
    return second.tokenType === t.LeftBracket && this.LA(this.behindBracket(2)).tokenType === t.Assign;
  }

  /** Whether a token of one type comes before the first one of another, brackets and the bodies of `repeat` aside. */
  private findsBefore(wanted: typeof t.Colon, other: typeof t.Colon): boolean {
    for (let i = 1; this.LA(i).tokenType.name !== 'EOF'; i++) {
      const type = this.LA(i).tokenType;
      if (type === wanted) return true;
      if (type === other || type === t.RightBrace) return false;
      if (type === t.Repeat) i = this.behindRepeat(i) - 1;
      else if (type === t.LeftBracket || type === t.LeftParenthesis) i = this.behindBracket(i) - 1;
    }
    return false;
  }

  /** Position behind the body of the `repeat` at `position`, or behind as much of it as there is. */
  private behindRepeat(position: number): number {
    let next = position + 1;
    if (this.LA(next).tokenType === t.LeftParenthesis) next = this.behindBracket(next);
    if (this.LA(next).tokenType === t.As) next += 2;
    return this.LA(next).tokenType === t.LeftBrace ? this.behindBracket(next) : next;
  }

  /** Position behind the bracket that closes the one at `position`. */
  private behindBracket(position: number): number {
    let depth = 0;
    for (let i = position; this.LA(i).tokenType.name !== 'EOF'; i++) {
      const type = this.LA(i).tokenType;
      if (type === t.LeftBracket || type === t.LeftParenthesis || type === t.LeftBrace) depth++;
      else if ((type === t.RightBracket || type === t.RightParenthesis || type === t.RightBrace) && --depth === 0) return i + 1;
    }
    return position;
  }

  readonly insertedParameters = this.RULE('insertedParameters', () => {
    this.commaSeparated('a parameter', '`}`', () => this.SUBRULE(this.parameter));
  });

  readonly insertedStatement = this.RULE('insertedStatement', () => {
    this.OR({
      DEF: [
        { ALT: () => this.SUBRULE(this.stageDeclaration) },
        { ALT: () => this.SUBRULE(this.dataSection) },
        { ALT: () => this.SUBRULE(this.optimizerSection) },
        { ALT: () => this.SUBRULE(this.stream) },
        { ALT: () => this.SUBRULE(this.portStatement) },
        { ALT: () => this.SUBRULE(this.weightStatement) },
        { ALT: () => this.SUBRULE(this.updateStatement) },
        { ALT: () => this.SUBRULE(this.letStatement) },
        { ALT: () => this.SUBRULE(this.forStatement) },
        { ALT: () => this.SUBRULE(this.frozenStatement) },
        { ALT: () => this.SUBRULE(this.minimizeStatement) },
        { ALT: () => this.SUBRULE(this.logStatement) },
        { ALT: () => this.SUBRULE(this.assignStatement) },
      ],
      ERR_MSG: 'a statement to insert',
      // `data {` would be an optimiser named data too; the first alternative wins.
      IGNORE_AMBIGUITIES: true,
    });
  });
}
