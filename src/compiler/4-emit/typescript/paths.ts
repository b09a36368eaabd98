import type { Expression, ListElement, Name, PipeStage } from '../../1-parse/ast.js';
import { snakeCase } from '../../2-analyze/elaborate/instances.js';

type Repeat = PipeStage & { kind: 'repeat' };
type Call = Expression & { kind: 'call' };

/** A place of a statement at which instances are made. */
interface Site {
  readonly call: Call;
  readonly block: string;
  readonly label: string | undefined;
  /** The `repeat`s around it, the outermost first. */
  readonly repeats: readonly Repeat[];
  readonly comprehensions: number;
  /** The branches that lead to it. */
  readonly branches: readonly { readonly of: Expression; readonly taken: 'then' | 'else' }[];
}

/** A piece of a path: text, the turn of a `repeat`, the number of an element of a comprehension, or text that is there when a `repeat` has turns. */
export type PathPart =
  | string
  | { readonly turn: Repeat }
  | { readonly element: true }
  | { readonly text: string; readonly when: readonly Repeat[] };

const isSame = <T>(a: readonly T[], b: readonly T[]): boolean => a.length === b.length && a.every((item, i) => item === b[i]);

/** Whether two sites are in different branches of one `if`. */
const areExclusive = (a: Site, b: Site): boolean =>
  a.branches.some(({ of, taken }) => b.branches.some((other) => other.of === of && other.taken !== taken));

/**
 * The paths of the instances that one statement makes, by the rules of `2-analyze/elaborate/instances.ts`, which names them while it counts them; here
 * they are told from the source alone.
 */
export class InstancePaths {
  private readonly sites: Site[] = [];

  /**
   * @param target path of the statement's target, with TypeScript for its indices.
   * @param blockNamed the name of the block that an expression stands for, if it does.
   */
  constructor(
    private readonly target: readonly PathPart[],
    private readonly targetIsOutput: boolean,
    value: Expression,
    private readonly blockNamed: (callee: Expression) => string | undefined,
  ) {
    this.visit(value, { repeats: [], comprehensions: 0, branches: [] });
  }

  /** The path of the instances that a call makes, in pieces; undefined where it depends on more than the source tells. */
  of(call: Expression): readonly PathPart[] | undefined {
    const site = this.sites.find((candidate) => candidate.call === call);
    return site && this.pathOf(site);
  }

  private pathOf(site: Site): readonly PathPart[] | undefined {
    const { label, repeats } = site;
    const segments: PathPart[][] = [];
    let turns: PathPart[] = [];
    for (const repeat of repeats) {
      turns.push('[', { turn: repeat }, ']');
      if (repeat.label === undefined) continue;
      segments.push([repeat.label.text, ...turns]);
      turns = [];
    }
    const isLabelled = label !== undefined || segments.length > 0;
    let suffix: PathPart[] = [];
    if (label !== undefined) {
      segments.push([label, ...turns]);
    } else {
      const own = this.ownSegment(site);
      if (own === undefined) return undefined;
      if (own.length > 0 && typeof own[0] === 'object' && 'when' in own[0]) suffix = own;
      else if (own.length > 0) segments.push([own[0] as string, ...turns, ...own.slice(1)]);
    }
    if (!(this.targetIsOutput && isLabelled)) segments.unshift([...this.target]);
    return [...segments.flatMap((segment, i) => (i === 0 ? segment : ['.', ...segment])), ...suffix];
  }

  /** The last segment of a site without a label: none where it is alone, else its block's name and a number; undefined where that depends. */
  private ownSegment(site: Site): PathPart[] | undefined {
    const innermost = site.repeats.at(-1);
    const others = this.sites.filter((other) => other !== site && !areExclusive(site, other));
    const isInUnlabelled = innermost !== undefined && innermost.label === undefined;
    const companions = innermost?.label === undefined ? others : others.filter((other) => other.repeats.at(-1) === innermost);
    const block = snakeCase(site.block);
    if (!isInUnlabelled && site.comprehensions === 0) {
      if (companions.length === 0) return [];
      const conditions = companions.map((other) => this.conditionOf(other, site));
      if (!conditions.includes('certain')) {
        const repeats = conditions.flatMap((condition) => (Array.isArray(condition) ? condition : []));
        const numbered = others.some(
          (other) => other.label === undefined && snakeCase(other.block) === block && isSame(other.repeats, site.repeats),
        );
        return repeats.length === conditions.length && !numbered ? [{ text: `.${block}`, when: repeats }] : undefined;
      }
    }
    const alike = this.sites.filter(
      (other) => other.label === undefined && snakeCase(other.block) === block && isSame(other.repeats, site.repeats),
    );
    if (site.comprehensions > 0) return alike.length === 1 && site.comprehensions === 1 ? [block, { element: true }] : undefined;
    if (alike.length === 1) return [block];
    if (alike.some((other) => !isSame(other.branches, site.branches) || other.comprehensions > 0)) return undefined;
    return [block, `[${alike.indexOf(site) + 1}]`];
  }

  /** Whether a site is reached whenever another one is: certainly, when `repeat`s have turns, or nobody knows. */
  private conditionOf(site: Site, seen: Site): 'certain' | 'unknown' | Repeat[] {
    if (site.comprehensions > seen.comprehensions) return 'unknown';
    if (site.branches.some(({ of }) => !seen.branches.some((branch) => branch.of === of))) return 'unknown';
    const open = site.repeats.filter(
      (repeat) => !seen.repeats.includes(repeat) && !(repeat.count.kind === 'number' && repeat.count.value >= 1),
    );
    if (open.length === 0) return 'certain';
    return open.length === 1 ? open : 'unknown';
  }

  /** Finds the sites in the order in which their instances are made. */
  private visit(expression: Expression, place: Omit<Site, 'call' | 'block' | 'label'>): void {
    switch (expression.kind) {
      case 'index':
        this.visit(expression.target, place);
        break;
      case 'member':
        this.visit(expression.target, place);
        break;
      case 'call':
        this.visitCall(expression, undefined, place);
        break;
      case 'list':
        for (const element of expression.elements) this.visitElement(element, place);
        break;
      case 'unary':
        this.visit(expression.operand, place);
        break;
      case 'binary':
        this.visit(expression.left, place);
        this.visit(expression.right, place);
        break;
      case 'if':
        this.visit(expression.then, { ...place, branches: [...place.branches, { of: expression, taken: 'then' }] });
        this.visit(expression.else, { ...place, branches: [...place.branches, { of: expression, taken: 'else' }] });
        break;
      case 'pipe':
        this.visit(expression.input, place);
        this.visitStage(expression.stage, place);
        break;
      default:
        break;
    }
  }

  private visitElement(element: ListElement, place: Omit<Site, 'call' | 'block' | 'label'>): void {
    if (element.kind === 'element') this.visit(element.value, place);
    else this.visitElement(element.body, { ...place, comprehensions: place.comprehensions + 1 });
  }

  private visitStage(stage: PipeStage, place: Omit<Site, 'call' | 'block' | 'label'>): void {
    if (stage.kind === 'repeat') {
      for (const step of stage.body) this.visitStage(step, { ...place, repeats: [...place.repeats, stage] });
    } else if (stage.callee.kind === 'call') {
      this.visitCall(stage.callee, stage.label, place);
    } else {
      this.visit(stage.callee, place);
    }
  }

  private visitCall(call: Call, label: Name | undefined, place: Omit<Site, 'call' | 'block' | 'label'>): void {
    this.visit(call.callee, place);
    for (const argument of call.arguments) this.visit(argument.value, place);
    const block = this.blockNamed(call.callee);
    if (block !== undefined) this.sites.push({ call, block, label: label?.text, ...place });
  }
}
