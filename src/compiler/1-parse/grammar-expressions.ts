import { ResumingParser } from './resuming-parser.js';
import * as t from './tokens.js';

/**
 * Rules of expressions. Operators are parsed as a flat sequence (`operation`); the AST builder gives them their precedence.
 */
export abstract class ExpressionGrammar extends ResumingParser {
  readonly expression = this.RULE('expression', () => {
    this.OR({
      DEF: [{ ALT: () => this.SUBRULE(this.conditional) }, { ALT: () => this.SUBRULE(this.pipe) }],
      ERR_MSG: 'an expression',
    });
  });

  readonly conditional = this.RULE('conditional', () => {
    this.CONSUME(t.If);
    this.SUBRULE(this.expression);
    this.CONSUME(t.Then);
    this.SUBRULE2(this.expression);
    this.CONSUME(t.Else);
    this.SUBRULE3(this.expression);
  });

  readonly pipe = this.RULE('pipe', () => {
    this.SUBRULE(this.operation);
    this.MANY(() => {
      this.CONSUME(t.PipeArrow);
      this.SUBRULE(this.pipeStage);
    });
  });

  readonly pipeStage = this.RULE('pipeStage', () => {
    this.OR({
      DEF: [{ ALT: () => this.SUBRULE(this.repetition) }, { ALT: () => this.SUBRULE(this.application) }],
      ERR_MSG: 'a block or function to apply',
    });
  });

  readonly application = this.RULE('application', () => {
    this.SUBRULE(this.postfix);
    this.OPTION(() => this.SUBRULE(this.label));
  });

  readonly label = this.RULE('label', () => {
    this.CONSUME(t.As);
    this.CONSUME(t.Identifier);
  });

  readonly repetition = this.RULE('repetition', () => {
    this.CONSUME(t.Repeat);
    this.CONSUME(t.LeftParenthesis);
    this.enclosed('`)`', () => this.SUBRULE(this.expression));
    this.CONSUME(t.RightParenthesis);
    this.OPTION(() => this.SUBRULE(this.label));
    this.CONSUME(t.LeftBrace);
    this.enclosed('`}`', () => {
      this.SUBRULE(this.pipeStage);
      this.MANY(() => {
        this.CONSUME(t.PipeArrow);
        this.SUBRULE2(this.pipeStage);
      });
    });
    this.CONSUME(t.RightBrace);
  });

  readonly operation = this.RULE('operation', () => {
    this.SUBRULE(this.operand);
    this.MANY(() => {
      this.CONSUME(t.InfixOperator);
      this.SUBRULE2(this.operand);
    });
  });

  readonly operand = this.RULE('operand', () => {
    this.MANY(() => this.CONSUME(t.PrefixOperator));
    this.SUBRULE(this.postfix);
  });

  readonly postfix = this.RULE('postfix', () => {
    this.SUBRULE(this.atom);
    this.MANY(() => this.SUBRULE(this.suffix));
  });

  readonly suffix = this.RULE('suffix', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.callArguments) },
      { ALT: () => this.SUBRULE(this.indices) },
      {
        ALT: () => {
          this.CONSUME(t.Point);
          this.CONSUME(t.Identifier);
        },
      },
    ]);
  });

  readonly callArguments = this.RULE('callArguments', () => {
    this.CONSUME(t.LeftParenthesis);
    this.commaSeparated('an argument', '`)`', () => this.SUBRULE(this.argument));
    this.CONSUME(t.RightParenthesis);
  });

  readonly argument = this.RULE('argument', () => {
    this.OPTION(() => {
      this.CONSUME(t.Identifier);
      this.CONSUME(t.Colon);
    });
    this.SUBRULE(this.expression);
  });

  readonly indices = this.RULE('indices', () => {
    this.CONSUME(t.LeftBracket);
    this.demand('an index', t.RightBracket);
    this.commaSeparated('an index', '`]`', () => this.SUBRULE(this.expression));
    this.CONSUME(t.RightBracket);
  });

  readonly atom = this.RULE('atom', () => {
    this.OR({
      DEF: [
        { ALT: () => this.CONSUME(t.NumberLiteral) },
        { ALT: () => this.CONSUME(t.StringLiteral) },
        { ALT: () => this.CONSUME(t.True) },
        { ALT: () => this.CONSUME(t.False) },
        { ALT: () => this.CONSUME(t.Identifier) },
        { ALT: () => this.CONSUME(t.Missing) },
        { ALT: () => this.SUBRULE(this.parenthesized) },
        { ALT: () => this.SUBRULE(this.list) },
      ],
      ERR_MSG: 'an expression',
    });
  });

  readonly parenthesized = this.RULE('parenthesized', () => {
    this.CONSUME(t.LeftParenthesis);
    this.enclosed('`)`', () => this.SUBRULE(this.expression));
    this.CONSUME(t.RightParenthesis);
  });

  readonly list = this.RULE('list', () => {
    this.CONSUME(t.LeftBracket);
    this.commaSeparated('an element', '`]`', () => this.SUBRULE(this.listElement));
    this.CONSUME(t.RightBracket);
  });

  readonly listElement = this.RULE('listElement', () => {
    this.OR({
      DEF: [{ ALT: () => this.SUBRULE(this.comprehension) }, { ALT: () => this.SUBRULE(this.expression) }],
      ERR_MSG: 'an expression',
    });
  });

  readonly comprehension = this.RULE('comprehension', () => {
    this.CONSUME(t.For);
    this.CONSUME(t.Identifier);
    this.CONSUME(t.In);
    this.SUBRULE(this.expression);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.listElement);
  });
}
