import { ExpressionGrammar } from './grammar-expressions.js';
import * as t from './tokens.js';

/** Rules of types, parameters and the statements of blocks and models. */
export abstract class StatementGrammar extends ExpressionGrammar {
  readonly parameters = this.RULE('parameters', () => {
    this.CONSUME(t.LeftParenthesis);
    this.commaSeparated('a parameter', '`)`', () => this.SUBRULE(this.parameter));
    this.CONSUME(t.RightParenthesis);
  });

  readonly parameter = this.RULE('parameter', () => {
    this.CONSUME(t.Identifier);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
    this.OPTION(() => {
      this.CONSUME(t.Assign);
      this.SUBRULE(this.expression);
    });
  });

  // ---- Types -----------------------------------------------------------------------------------------------------------

  readonly type = this.RULE('type', () => {
    this.OR({
      DEF: [{ ALT: () => this.CONSUME(t.Identifier) }, { ALT: () => this.SUBRULE(this.dimensions) }],
      ERR_MSG: 'a type',
    });
    this.MANY(() => {
      this.CONSUME(t.LeftBracket);
      this.CONSUME(t.RightBracket);
    });
    this.OPTION({
      // A following statement may start with `in`, too: a port, or an assignment to a value of that name.
      GATE: () => this.LA(2).tokenType === t.LeftBracket,
      DEF: () => {
        this.CONSUME(t.In);
        this.SUBRULE(this.valueRange);
      },
    });
  });

  readonly dimensions = this.RULE('dimensions', () => {
    this.CONSUME(t.LeftBracket);
    this.commaSeparated('a dimension', '`]`', () => this.SUBRULE(this.expression));
    this.CONSUME(t.RightBracket);
  });

  readonly valueRange = this.RULE('valueRange', () => {
    this.CONSUME(t.LeftBracket);
    this.enclosed('`]`', () => {
      this.SUBRULE(this.expression);
      this.CONSUME(t.Comma);
      this.SUBRULE2(this.expression);
    });
    this.CONSUME(t.RightBracket);
  });

  // ---- Statements ------------------------------------------------------------------------------------------------------

  readonly body = this.RULE('body', () => {
    this.CONSUME(t.LeftBrace);
    this.items('a statement', () => this.SUBRULE(this.statement));
    this.CONSUME(t.RightBrace);
  });

  readonly statement = this.RULE('statement', () => {
    this.OR({
      DEF: [
        { ALT: () => this.SUBRULE(this.portStatement) },
        { ALT: () => this.SUBRULE(this.weightStatement) },
        { ALT: () => this.SUBRULE(this.updateStatement) },
        { ALT: () => this.SUBRULE(this.letStatement) },
        { ALT: () => this.SUBRULE(this.forStatement) },
        { ALT: () => this.SUBRULE(this.assignStatement) },
      ],
      ERR_MSG: 'a statement',
    });
  });

  readonly portStatement = this.RULE('portStatement', () => {
    this.OR([{ ALT: () => this.CONSUME(t.In) }, { ALT: () => this.CONSUME(t.Out) }]);
    this.CONSUME(t.Identifier);
    this.value(() => {
      this.CONSUME(t.Colon);
      this.SUBRULE(this.type);
    });
  });

  readonly weightStatement = this.RULE('weightStatement', () => {
    this.OR([{ ALT: () => this.CONSUME(t.Weight) }, { ALT: () => this.CONSUME(t.Statistic) }]);
    this.CONSUME(t.Identifier);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.dimensions);
    this.CONSUME(t.Assign);
    this.value(() => this.SUBRULE(this.expression));
  });

  readonly updateStatement = this.RULE('updateStatement', () => {
    this.CONSUME(t.Update);
    this.CONSUME(t.Identifier);
    this.CONSUME(t.Assign);
    this.value(() => this.SUBRULE(this.expression));
  });

  readonly letStatement = this.RULE('letStatement', () => {
    this.CONSUME(t.Let);
    this.CONSUME(t.Identifier);
    this.CONSUME(t.Assign);
    this.value(() => this.SUBRULE(this.expression));
  });

  readonly assignStatement = this.RULE('assignStatement', () => {
    this.CONSUME(t.Identifier);
    this.OPTION(() => this.SUBRULE(this.indices));
    this.CONSUME(t.Assign);
    this.value(() => this.SUBRULE(this.expression));
  });

  readonly forStatement = this.RULE('forStatement', () => {
    this.CONSUME(t.For);
    this.header(() => {
      this.CONSUME(t.Identifier);
      this.CONSUME(t.In);
      this.SUBRULE(this.expression);
    });
    this.SUBRULE(this.body);
  });
}
